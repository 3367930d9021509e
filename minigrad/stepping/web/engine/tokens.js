// An expression as tokens, in an order that makes sense, and not too many of them, as
// expressions/parsing.py has them. Every character is part of a token, a space, or an error.

import { ALLOWED, ExpressionError, errorAt } from "./expression_error.js";
import { application } from "./functions.js";
import { GATES } from "./gates.js";
import { printable, unicodeName } from "./labels.js";

const LONGEST_TEXT = 100_000;
const MOST_OPERATORS = 1_000;
const DEEPEST = 100;
const MOST_DIGITS = 4300; // of a whole number: what Python reads

/** @typedef {{kind: string, text: string, start: number, stop: number}} Token */

// As Python spells what a formula on paper, or one that minigrad has printed, spells otherwise.
const SPELLINGS = { "×": "*", "·": "*", "⋅": "*", "∗": "*", "÷": "/", "∕": "/", "−": "-", "^": "**" };
const HIGH = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const DIGITS = "[0-9](?:_?[0-9])*";
const TOKEN = new RegExp(
  `(?<number>(?:${DIGITS}(?:\\.(?:${DIGITS})?)?|\\.${DIGITS})(?:[eE][-+−]?[0-9]+)?)` +
    `|(?<exponent>[⁻⁺]?[${HIGH}]+)` +
    `|(?<name>√(?=\\s*\\()|∞|[\\p{L}\\p{Nl}\\p{No}_](?:(?![${HIGH}])[\\p{L}\\p{N}_\\u0300-\\u036f])*)` +
    "|(?<operator>\\*\\*|\\^|(?!\\/\\/)[-+*/×·⋅∗÷∕−])" +
    "|(?<punctuation>[(),]|=(?!=))",
  "uy",
);
const SUFFIX = /[\p{L}\p{Nl}\p{No}_][\p{L}\p{N}_]*/uy;
const LOW_LETTERS = /[\u1d62-\u1d6a\u2080-\u208e\u2090-\u209c\u2c7c]/u;
const HIGH_LETTERS =
  /[\u00aa\u00b2\u00b3\u00b9\u00ba\u02b0-\u02b8\u02e0-\u02e4\u10fc\u1d2c-\u1d2e\u1d30-\u1d3a\u1d3c-\u1d4d\u1d4f-\u1d61\u1d78\u1d9b-\u1dbf\u2070\u2071\u2074-\u207f\u2120\u2122\u2c7d\u2d6f\u3192-\u319f\ua69c\ua69d\ua770\ua7f2-\ua7f4\ua7f8\ua7f9\uab5c-\uab5f\uab69\u{10781}-\u{10785}\u{10787}-\u{107b0}\u{107b2}-\u{107ba}\u{1f16a}-\u{1f16c}]/u;
const SPACE = /[\t-\r\x1c-\x1f \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/g;
const KEYWORDS = new Set(
  ("False None True and as assert async await break class continue def del elif else except finally for from " +
    "global if import in is lambda nonlocal not or pass raise return try while with yield").split(" "),
);
const COMPARES = "an expression compares nothing: relu, max and min choose by size";
const ADVICE = new Map(Object.entries({
  "//": "write / for a quotient, floor_divide(x, y) for a whole one",
  "%": "write mod(x, y) for a remainder",
  ".": "an expression has no attributes, and a decimal number begins or ends with a digit",
  "[": "write names such as x0 and x1 in place of x[0] and x[1]",
  "{": "group with round parentheses",
  "|": "write abs(x) for |x|",
  ";": "in the terminal several may stand with commas between: a = x*y, a + x",
  "'": "text in quotes cannot stand in an expression",
  '"': "text in quotes cannot stand in an expression",
  "=": "one name for the result may stand before it, y = x*x; values come after it: x=2",
  "==": COMPARES,
  "<": COMPARES,
  ">": COMPARES,
}));
const START = { kind: "start", text: "", start: 0, stop: 0 };

/** The expression as it is read and shown: composed letters, plain spaces, none around it. */
export function cleaned(text) {
  const count = text.length > LONGEST_TEXT ? [...text].length : text.length;
  if (count > LONGEST_TEXT) {
    throw new ExpressionError(
      `the expression has ${withCommas(count)} characters, more than ${withCommas(LONGEST_TEXT)}: ` +
        "build a circuit of this size in Python, with Value and a loop",
    );
  }
  return text.normalize("NFC").replace(SPACE, " ").replace(/^ +| +$/g, "");
}

export const withCommas = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, ",");

/** The tokens of a cleaned expression, checked; the last one is its end. @returns {Token[]} */
export function tokensOf(text) {
  if (!text) {
    throw new ExpressionError(`the expression is empty: write one such as "tanh(w*x + b)"; ${ALLOWED}`);
  }
  const tokens = [];
  let place = 0;
  while (place < text.length) {
    if (text[place] === " ") {
      place++;
      continue;
    }
    const found = tokensAt(text, place);
    tokens.push(...found);
    place = found.at(-1).stop;
  }
  tokens.push({ kind: "end", text: "", start: text.length, stop: text.length });
  const { formula } = resultAndFormula(tokens);
  const equals = formula.find((token) => token.text === "=");
  if (equals) throw notAllowed(text, equals.start);
  checkSize(text, formula);
  checkOrder(text, formula);
  return tokens;
}

/** The name that the result has in y = x*x, if any, and the tokens of the formula. */
export function resultAndFormula(tokens) {
  if (tokens[0].kind === "name" && tokens[1].text === "=") return { result: tokens[0], formula: tokens.slice(2) };
  return { result: null, formula: tokens };
}

function tokensAt(text, place) {
  TOKEN.lastIndex = place;
  const match = TOKEN.exec(text);
  if (!match) throw notAllowed(text, place);
  const [kind] = Object.entries(match.groups).find(([, found]) => found !== undefined);
  let [found] = match;
  const end = place + found.length;
  if (kind === "exponent") {
    const plain = found.normalize("NFKC").replaceAll("−", "-");
    const number = { kind: "number", text: plain.replace(/^[-+]+/, ""), start: place, stop: end };
    checkNumber(text, number);
    const sign = plain.startsWith("-") ? [{ kind: "operator", text: "-", start: place, stop: end }] : [];
    return [{ kind: "operator", text: "**", start: place, stop: end }, ...sign, number];
  }
  if (kind === "number") found = found.replaceAll("−", "-");
  const spelled = Object.hasOwn(SPELLINGS, found) ? SPELLINGS[found] : found;
  const token = { kind, text: spelled, start: place, stop: end };
  if (kind === "number") checkNumber(text, token);
  else if (kind === "name") checkName(text, token);
  return [token];
}

/** The name as Python spells it: ŷ is one name, however it was typed, and w₀ is w0. */
export function normalName(name) {
  const runs = name.match(new RegExp(`(?:${LOW_LETTERS.source})+|(?:(?!${LOW_LETTERS.source}).)+`, "gsu")) ?? [];
  const parts = runs.map((run) => {
    const part = run.normalize("NFKC");
    return LOW_LETTERS.test(run) && !/^\p{Nd}+$/u.test(part) ? `_${part}` : part;
  });
  return parts.join("").normalize("NFKC");
}

function notAllowed(text, place) {
  const two = text.slice(place, place + 2);
  const bad = two === "//" || two === "==" ? two : String.fromCodePoint(text.codePointAt(place));
  const gate = Object.values(GATES).find((row) => bad === row.symbol || bad === row.textName);
  const advice = ADVICE.get(bad) ?? (gate ? `write ${gate.name}(…)` : ALLOWED);
  const isPrintable = !/\p{C}|\p{Zl}|\p{Zp}|(?! )\p{Zs}/u.test(bad);
  const what = `${isPrintable ? bad : "this character"} is not allowed`;
  return errorAt(text, place, place + bad.length, what, advice);
}

export const numberOf = (text) => Number(text.replaceAll("_", ""));

function checkNumber(text, token) {
  SUFFIX.lastIndex = token.stop;
  const unit = SUFFIX.exec(text)?.[0] ?? "";
  const plain = token.text.replaceAll("_", "");
  let what, advice;
  if (unit === "j" || unit === "J") {
    what = `${printable(token.text)}${unit} is a complex number`;
    advice = `numbers here are real; if ${unit} is a name, write a * before it`;
  } else if (token.text === "0" && /^[xXoObB]/.test(unit)) {
    what = `${printable(`0${unit}`)} is not a decimal number`;
    advice = "write it with the digits 0 to 9";
  } else if (numberOf(token.text) === Infinity) {
    what = `${printable(token.text)} is beyond the range of a float (up to 1.8e308)`;
    advice = "write a smaller number";
  } else if (/^0[0-9_]*[1-9]/.test(token.text) && /^\d+$/.test(plain)) {
    what = "a whole number begins with a zero";
    advice = "write it without zeros in front";
  } else if (/^\d+$/.test(plain) && plain.length > MOST_DIGITS) {
    throw errorAt(text, 0, text.length, "this is not an expression", ALLOWED);
  } else return;
  throw errorAt(text, token.start, token.stop + unit.length, what, advice);
}

function checkName(text, token) {
  if (token.text === "√" || token.text === "∞") return;
  const plain = normalName(token.text);
  const small = HIGH_LETTERS.exec(token.text)?.[0];
  if (small || !/^[\p{XID_Start}_]\p{XID_Continue}*$/u.test(plain)) {
    let advice = "a name is made of letters, digits and _";
    if (small) {
      const cut = token.text.indexOf(small);
      const [base, rest] = [normalName(token.text.slice(0, cut)), normalName(token.text.slice(cut + small.length))];
      advice = `write ${printable(base || "x")}**${printable(normalName(small) + rest)} for a power`;
    }
    throw errorAt(text, token.start, token.stop, `${printable(token.text)} is not a name`, advice);
  }
  if (KEYWORDS.has(plain)) {
    const advice = `choose another name, such as ${plain}_; ${ALLOWED}`;
    throw errorAt(text, token.start, token.stop, `${plain} is a word of Python and cannot be a name`, advice);
  }
}

// --- what tokens may follow one another ---

/** Whether this + or - belongs to what follows. */
export function isSignAfter(before) {
  return before.kind === "start" || before.kind === "operator" || before.text === "(" || before.text === ",";
}

// No more operators, signs and parentheses in each other than Python's parser can take.
function checkSize(text, tokens) {
  let count = 0;
  let depth = 0;
  const depths = [0]; // per open parenthesis, how many signs and powers wait for their right side
  let before = START;
  for (const token of tokens) {
    if (token.text === "(") {
      depths.push(0);
      depth++;
    } else if (token.text === ")" && depths.length > 1) {
      depth -= 1 + depths.pop();
    } else if (token.kind === "operator") {
      count++;
      if (isSignAfter(before) || token.text === "**") {
        depths[depths.length - 1]++;
        depth++;
      } else {
        depth -= depths.at(-1);
        depths[depths.length - 1] = 0;
      }
    }
    if (depth > DEEPEST || count > MOST_OPERATORS) {
      const tooLong = `has more than ${withCommas(MOST_OPERATORS)} operators`;
      const what = depth > DEEPEST ? `is nested more than ${DEEPEST} levels deep` : tooLong;
      const advice = "build a circuit of this size in Python, with Value and a loop";
      throw errorAt(text, token.start, token.stop, `the expression ${what}`, advice);
    }
    before = token;
  }
}

// Values and operators in turn, every parenthesis closed.
function checkOrder(text, tokens) {
  const opened = []; // and whether it holds the inputs of a gate
  let before = START;
  let valueExpected = true;
  for (const [place, token] of tokens.entries()) {
    const kind = token.kind === "punctuation" ? token.text : token.kind;
    const refuse = (what, advice, start = token.start) => {
      throw errorAt(text, start, token.stop, what, advice);
    };
    if (valueExpected) {
      if (kind === "(") opened.push([token, false]);
      else if (kind === ")" && before.text === "(" && opened.at(-1)[1]) {
        opened.pop(); // how many inputs the gate takes is not known here
        valueExpected = false;
      } else if (kind === "number" || kind === "name") valueExpected = false;
      else if (token.text !== "+" && token.text !== "-") throw missingValue(text, token);
    } else if (kind === "(" && before.kind === "name") {
      opened.push([token, true]);
      valueExpected = true;
    } else if (kind === "number" || kind === "name" || kind === "(") {
      throw missingOperator(text, tokens.slice(0, place), token);
    } else if (token.text === "**" && isSmall(text, before)) {
      const [power, sign] = [before, token].map(({ start, stop }) => text.slice(start, stop));
      refuse("a power of a power", `say with parentheses which is meant: (…${power})${sign}…`, before.start);
    } else if (kind === ")") {
      if (!opened.length) refuse("this ) closes nothing", "leave it out");
      opened.pop();
    } else if (kind === "," && !opened.at(-1)?.[1]) {
      refuse("this comma separates nothing", "a comma stands between the inputs of a gate: max(x, y)");
    } else valueExpected = true;
    before = token;
  }
  if (opened.length) {
    const [{ start, stop }] = opened.at(-1);
    throw errorAt(text, start, stop, "this ( is never closed", "write the ) that belongs to it");
  }
}

// Whether it is part of a small exponent, as in x².
function isSmall(text, token) {
  const first = text[token.start];
  return first !== undefined && `${HIGH}⁻⁺`.includes(first);
}

function missingValue(text, token) {
  const what = token.kind === "end" ? "the expression ends where a value should follow" : `a value is missing before ${token.text}`;
  return errorAt(text, token.start, token.stop, what, ALLOWED);
}

function missingOperator(text, taken, token) {
  const [base, power, before] = [START, START, ...taken].slice(-3);
  const [left, right] = [printable(before.text), printable(token.text)];
  let [what, advice] = ["there is no operator between these two", "write * between them"];
  const applied = power.text === "**" && application(normalName(base.text), "…"); // sin²(x)
  if (applied) advice = `write ${applied}**${left}`;
  else if (left !== ")" && right !== "(" && !isSmall(text, before)) {
    what = `there is no operator between ${left} and ${right}`;
    const inside = application(normalName(token.text), "…") ?? right;
    advice = `write ${application(normalName(before.text), inside) ?? `${left}*${right} for their product`}`;
  }
  return errorAt(text, token.start, token.stop, what, advice);
}

// --- tokens to a formula ---

/** The expression as a reader would write it. */
export function asFormula(text) {
  const { result, formula } = resultAndFormula(tokensOf(cleaned(text)));
  const parts = result ? [`${unicodeName(normalName(result.text))} = `] : [];
  let before = START;
  for (let i = 0; i < formula.length; i++) {
    const token = formula[i];
    const exponent = token.text === "**" ? wholeExponent(before, formula.slice(i + 1, i + 4)) : [];
    parts.push(exponent.length ? exponent.map(small).join("") : written(token, before, formula[i + 1] ?? token));
    i += exponent.length;
    before = formula[i];
  }
  return parts.join("");
}

const small = (text) => [...text].map((sign) => (sign === "-" ? "⁻" : HIGH[Number(sign)])).join("");

// The tokens of a whole number that a power may have as a small exponent, x²; else none.
function wholeExponent(base, after) {
  const exponent = after.slice(0, after[0]?.text === "-" ? 2 : 1).map(({ text }) => text);
  const isWhole = /^[0-9]+$/.test(exponent.at(-1) ?? "");
  const isTower = after[exponent.length]?.text === "**";
  const readsAsOne = base.kind === "number" && !/^[0-9]+$/.test(base.text); // 1e5² and 0.5²
  return isWhole && !isTower && !readsAsOne ? exponent : [];
}

function written(token, before, after) {
  if (token.kind === "name") {
    const isGate = after.text === "(" && Object.hasOwn(GATES, token.text);
    return isGate ? GATES[token.text].textName : unicodeName(normalName(token.text));
  }
  if (token.kind === "operator") {
    const sign = token.text.replaceAll("-", "−");
    if (isSignAfter(before)) return sign;
    return { "*": "·", "**": "^", "/": "/" }[sign] ?? ` ${sign} `;
  }
  return token.text === "," ? ", " : token.text;
}
