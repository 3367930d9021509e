// Reading JSON that nobody vouches for, as files/checked_json.py reads it: every step is checked and knows
// its place; the parser has no recursion, and refuses what a file of mg.save does not hold.

import { pythonRepr } from "./numbers.js";

const LONGEST_NUMBER = 40; // characters
const LONGEST_TEXT = 1000;
const LONGEST_SHOWN = 40; // in messages
const DEEPEST = 500;
const NOT_FINITE = { inf: Infinity, "-inf": -Infinity, nan: NaN };

/** A file that is not what mg.save writes; the message begins with the place. */
export class CircuitFileError extends Error {
  name = "CircuitFileError";
}

function refuse(message) {
  throw new CircuitFileError(message);
}

/** A whole number keeps that it was written as one, and how. */
class Whole {
  constructor(text) {
    this.text = text;
    this.number = Number(text) + 0; // no −0
  }
}

// --- text to content: Map for an object, Array, string, number, Whole, true, false, null ---

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?/y;
const WORDS = [["true", true], ["false", false], ["null", null]];
const CONSTANTS = ["NaN", "Infinity", "-Infinity"];

/** The JSON in a text, or a CircuitFileError with line and column. */
export function parsed(text) {
  return new Parser(text).whole();
}

class Parser {
  constructor(text) {
    this.text = text;
    this.place = 0;
    this.open = []; // lists and objects whose end has not come: {items} or {entries, name}
  }

  wrong(why, place = this.place) {
    const before = this.text.slice(0, place).split("\n");
    const column = [...before.at(-1)].length + 1;
    const endsEarly = !this.text.trimEnd().endsWith("}") || !this.text.slice(place).trim();
    const remedy = endsEarly ? "; was the file cut off?" : "";
    refuse(`at line ${before.length}, column ${column}: not JSON (${why})${remedy}`);
  }

  skip() {
    while (" \t\n\r".includes(this.text[this.place] ?? "x")) this.place++;
  }

  whole() {
    if (this.text.startsWith("\ufeff")) this.wrong("Unexpected UTF-8 BOM (decode using utf-8-sig)");
    let result;
    do result = this.next();
    while (this.open.length);
    this.skip();
    if (this.place < this.text.length) this.wrong("Extra data");
    return result;
  }

  // One value; a list or an object that begins is put on the stack, one that ends goes into its parent.
  next() {
    this.skip();
    const letter = this.text[this.place];
    if (letter === "[" || letter === "{") {
      this.place++;
      if (this.open.length >= DEEPEST) refuse("the file has lists nested too deep for a circuit");
      this.open.push(letter === "[" ? { items: [] } : { entries: [] });
      return this.begin();
    }
    return this.put(this.scalar(letter));
  }

  begin() {
    const top = this.open.at(-1);
    this.skip();
    if (this.text[this.place] === (top.items ? "]" : "}")) {
      this.place++;
      return this.put(this.closed());
    }
    if (top.entries) this.name("Expecting property name enclosed in double quotes");
    return undefined;
  }

  closed() {
    const { items, entries } = this.open.pop();
    return items ?? checkedObject(entries);
  }

  // Where a value belongs, and what follows it.
  put(value) {
    let content = value;
    while (this.open.length) {
      const top = this.open.at(-1);
      if (top.items) top.items.push(content);
      else top.entries.push([top.name, content]);
      this.skip();
      const letter = this.text[this.place];
      if (letter === ",") {
        this.place++;
        if (top.entries) this.afterComma();
        return undefined;
      }
      if (letter !== (top.items ? "]" : "}")) this.wrong("Expecting ',' delimiter");
      this.place++;
      content = this.closed();
    }
    return content;
  }

  afterComma() {
    this.skip();
    this.name("Expecting property name enclosed in double quotes");
  }

  name(otherwise) {
    if (this.text[this.place] !== '"') this.wrong(otherwise);
    this.open.at(-1).name = this.string();
    this.skip();
    if (this.text[this.place] !== ":") this.wrong("Expecting ':' delimiter");
    this.place++;
  }

  scalar(letter) {
    if (letter === '"') return this.string();
    for (const name of CONSTANTS) {
      if (this.text.startsWith(name, this.place)) refuse(`${name} is not JSON; it is written as text: "nan", "inf", "-inf"`);
    }
    for (const [word, value] of WORDS) {
      if (this.text.startsWith(word, this.place)) {
        this.place += word.length;
        return value;
      }
    }
    NUMBER.lastIndex = this.place;
    const found = NUMBER.exec(this.text);
    if (!found) this.wrong("Expecting value");
    this.place += found[0].length;
    return numberFrom(found);
  }

  string() {
    const begin = this.place++;
    let text = "";
    for (;;) {
      const letter = this.text[this.place];
      if (letter === undefined) this.wrong("Unterminated string starting at", begin);
      if (letter === '"') break;
      if (letter < " ") this.wrong("Invalid control character at");
      text += letter === "\\" ? this.escape(begin) : letter;
      this.place++;
    }
    this.place++;
    return text;
  }

  escape(begin) {
    const letter = this.text[++this.place];
    if (letter === undefined) this.wrong("Unterminated string starting at", begin);
    if (letter === "u") {
      const digits = this.text.slice(this.place + 1, this.place + 5);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.wrong("Invalid \\uXXXX escape", this.place);
      this.place += 4;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const plain = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
    if (!Object.hasOwn(plain, letter)) this.wrong("Invalid \\escape", this.place - 1);
    return plain[letter];
  }
}

function numberFrom([text, fraction, exponent]) {
  if (text.length > LONGEST_NUMBER) refuse(`a number of ${text.length} digits, ${text.slice(0, 10)}…, is too long`);
  if (fraction === undefined && exponent === undefined) return new Whole(text);
  if (!Number.isFinite(Number(text))) refuse(`the number ${text} is too large; infinity is written "inf"`);
  return Number(text);
}

function checkedObject(entries) {
  if (!entries.length) refuse("an empty object {} has no place in a circuit file");
  const found = new Map();
  for (const [name, value] of entries) {
    if (found.has(name)) refuse(`the name ${shown(name)} stands twice in one object`);
    found.set(name, value);
  }
  return found;
}

// --- content, step by step ---

/** A part of the content, with the path that leads to it: wires[3].inputs[0]. */
export class Place {
  constructor(path, content) {
    this.path = path;
    this.content = content;
  }

  /** @returns {never} */
  refuse(why) {
    refuse(`at ${this.path || "the top"}: ${why}`);
  }

  has(name) {
    return this.content instanceof Map && this.content.has(name);
  }

  get(name) {
    if (!(this.content instanceof Map)) this.refuse(`expected an object, got ${shown(this.content)}`);
    if (!this.content.has(name)) this.refuse(`"${name}" is missing`);
    const isPlain = /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) && [...name].length <= LONGEST_SHOWN;
    const step = isPlain ? name : `[${shown(name)}]`;
    return new Place(this.path + (this.path && isPlain ? "." : "") + step, this.content.get(name));
  }

  /** Refuse what is no object, and names that nobody would read. */
  only(...names) {
    for (const [name] of this.entries()) {
      if (!names.includes(name)) this.refuse(`unknown name ${shown(name)}; known are ${names.join(", ")}`);
    }
  }

  entries() {
    if (!(this.content instanceof Map)) this.refuse(`expected an object, got ${shown(this.content)}`);
    return [...this.content.keys()].map((name) => [name, this.get(name)]);
  }

  count(least = 0) {
    if (!Array.isArray(this.content)) this.refuse(`expected a list, got ${shown(this.content)}`);
    if (this.content.length < least) this.refuse(`expected at least ${least} items, got ${this.content.length}`);
    return this.content.length;
  }

  items(least = 0) {
    this.count(least);
    return this.content.map((_, i) => this.item(i));
  }

  item(i) {
    return new Place(`${this.path}[${i}]`, this.content[i]);
  }

  /** A number; "inf", "-inf" and "nan" are text in JSON. */
  number() {
    const { content } = this;
    if (typeof content === "number") return content;
    if (content instanceof Whole) return content.number;
    if (typeof content !== "string" || !Object.hasOwn(NOT_FINITE, content)) {
      this.refuse(`expected a number, got ${shown(content)}`);
    }
    return NOT_FINITE[content];
  }

  wholeNumber(least, most) {
    const { content } = this;
    if (!(content instanceof Whole) || !(content.number >= least && content.number <= most)) {
      this.refuse(`expected a whole number from ${least} to ${most}, got ${shown(content)}`);
    }
    return content.number;
  }

  text(longest = LONGEST_TEXT) {
    const { content } = this;
    if (typeof content !== "string") this.refuse(`expected text, got ${shown(content)}`);
    const { length } = [...content];
    if (length > longest) this.refuse(`a text of ${length} characters is too long`);
    if (!content.isWellFormed()) this.refuse("the text holds half a character (a lone surrogate)");
    return content;
  }

  oneOf(...choices) {
    if (!choices.includes(this.content)) {
      this.refuse(`expected ${choices.map((choice) => `'${choice}'`).join(" or ")}, got ${shown(this.content)}`);
    }
    return this.content;
  }
}

// What came, as Python shows it, on one line and not too long.
function shown(content) {
  if (content instanceof Map) return `an object with ${content.size} items`;
  if (Array.isArray(content)) return `a list with ${content.length} items`;
  const whole = pythonText(content);
  const text = typeof content === "string" ? pythonText([...content].slice(0, LONGEST_SHOWN).join("")) : whole;
  const isWhole = [...text].length <= LONGEST_SHOWN && (typeof content !== "string" || [...text].length >= [...content].length);
  return isWhole ? text : `${[...text].slice(0, LONGEST_SHOWN - 3).join("")}...`;
}

function pythonText(content) {
  if (content === null) return "None";
  if (content === true) return "True";
  if (content === false) return "False";
  if (content instanceof Whole) return content.number ? content.text : "0";
  if (typeof content === "number") return pythonRepr(content);
  const quote = content.includes("'") && !content.includes('"') ? '"' : "'";
  const plain = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", [quote]: `\\${quote}` };
  return quote + content.replace(/[\\\n\r\t'"]|\p{C}|\p{Zl}|\p{Zp}|(?! )\p{Zs}/gu, (letter) => plain[letter] ?? escaped(letter)) + quote;
}

function escaped(letter) {
  if (letter === "'" || letter === '"') return letter;
  const code = letter.codePointAt(0);
  const hex = code.toString(16);
  if (code < 0x100) return `\\x${hex.padStart(2, "0")}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}
