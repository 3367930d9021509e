// Text to circuit: an expression that somebody typed, read by a grammar of its own and never run, as
// expressions/expression.py reads it.

import { Circuit } from "./circuit.js";
import { ExpressionError, errorAt, excerpt } from "./expression_error.js";
import { OTHER_NAMES, gateNamed } from "./functions.js";
import { GATES } from "./gates.js";
import { printable, unicodeName } from "./labels.js";
import { nearestName } from "./near_names.js";
import { pythonRepr } from "./numbers.js";
import { asFormula, cleaned, isSignAfter, normalName, numberOf, resultAndFormula, tokensOf } from "./tokens.js";
import { apply, constant, leaf } from "./wires.js";

export { ExpressionError, asFormula };

const OPERATORS = { "+": "add", "-": "sub", "*": "mul", "/": "div", "**": "pow" };
const OPERATOR_GATES = [...Object.values(OPERATORS), "neg"];
const [PI, INFINITY] = [[Math.PI, "π"], [Infinity, "∞"]];
const CONSTANTS = new Map([["pi", PI], ["π", PI], ["∞", INFINITY], ["inf", INFINITY], ["nan", [NaN, "nan"]]]);
const BINDING = { "+": 1, "-": 1, "*": 2, "/": 2, sign: 3, "**": 4 };

/** A step of a stack machine: a number or a name puts a wire on the stack, a gate takes its inputs.
 * @typedef {{number: number} | {name: string, start: number, stop: number}
 *   | {gate: string, inputs: number, start: number, stop: number}} Step */

/**
 * The circuit of an expression; each name is one wire, with the value that is given for it.
 * `circuit.names` says which wire has which name.
 * @param {string} given
 * @param {Record<string, number>} values
 */
export function expression(given, values = {}) {
  const text = cleaned(given);
  const { steps, result } = postfix(text);
  const wires = wiresOf(text, steps, values);
  const output = run(text, steps, wires);
  if (result && "gate" in steps.at(-1)) output.label = normalName(result.text);
  const circuit = new Circuit(output);
  circuit.names = new Map([...wires].map(([name, node]) => [name, circuit.numberOf(node)]).filter(([, n]) => n !== undefined));
  return circuit;
}

/** The names that an expression wants values for, in the order of their first appearance. */
export function namesIn(given) {
  const places = firstPlaces(postfix(cleaned(given)).steps);
  return [...places.keys()].filter((name) => !CONSTANTS.has(name));
}

function firstPlaces(steps) {
  const places = new Map();
  for (const step of steps) if ("name" in step && !places.has(step.name)) places.set(step.name, step);
  return new Map([...places].sort(([, one], [, other]) => one.start - other.start));
}

// --- text to steps ---

function postfix(text) {
  const { result, formula } = resultAndFormula(tokensOf(text));
  const steps = new Reader(text, formula).read();
  return { steps: withOneNameEach(text, steps, result), result };
}

// Names that are shown alike are one: as it was first written.
function withOneNameEach(text, steps, result) {
  const names = new Map();
  const own = result && unicodeName(normalName(result.text));
  return steps.map((step) => {
    if (!("name" in step)) return step;
    const seen = unicodeName(step.name);
    if (!names.has(seen)) names.set(seen, step.name);
    const name = names.get(seen);
    if (own && own === unicodeName(name)) {
      const what = `${printable(name)} is the name of the result`;
      throw errorAt(text, step.start, step.stop, what, "give one of the two another name");
    }
    return { ...step, name };
  });
}

// Tokens in order, by precedence, with a stack of what waits for its right side: no recursion. What is
// read so far is a list of parts {start, stop, steps…}; as in Python's grammar a power binds tighter
// than a sign before it, and looser than one behind it.
class Reader {
  constructor(text, tokens) {
    this.text = text;
    this.tokens = tokens;
    this.steps = [];
    this.parts = []; // of what has been read: from where to where it stands
    this.waiting = []; // operators, signs, parentheses and gates
  }

  read() {
    let before = { kind: "start", text: "" };
    this.tokens.forEach((token, i) => {
      const after = this.tokens[i + 1];
      if (token.kind === "number") this.put({ number: numberOf(token.text) }, token);
      else if (token.kind === "name" && after.text === "(") this.call(token);
      else if (token.kind === "name") {
        this.put({ name: normalName(token.text), start: token.start, stop: token.stop }, token);
      } else if (token.text === "(") this.open(token, before);
      else if (token.text === ",") this.comma();
      else if (token.text === ")") this.close(token);
      else if (token.kind === "operator") this.operator(token, isSignAfter(before));
      before = token;
    });
    while (this.waiting.length) this.finish();
    return this.steps;
  }

  put(step, { start, stop }) {
    this.steps.push(step);
    this.parts.push({ start, stop, isNumber: "number" in step });
  }

  call(token) {
    this.waiting.push({ kind: "call", gate: gateCalled(this.text, token), token, count: 0 });
  }

  open(token, before) {
    if (before.kind === "name") this.waiting.at(-1).begin = this.parts.length;
    else this.waiting.push({ kind: "group", token });
  }

  comma() {
    this.untilOpen();
    this.waiting.at(-1).count++;
  }

  untilOpen() {
    while (!["call", "group"].includes(this.waiting.at(-1).kind)) this.finish();
  }

  close(token) {
    this.untilOpen();
    const { kind, gate, token: opening, begin, count } = this.waiting.pop();
    if (kind === "group") {
      Object.assign(this.parts.at(-1), { start: opening.start, stop: token.stop });
      return;
    }
    const inputs = this.parts.length === begin ? 0 : count + 1;
    this.parts.length -= inputs;
    this.parts.push({ start: opening.start, stop: token.stop });
    this.steps.push({ gate, inputs, start: opening.start, stop: token.stop });
  }

  operator(token, isSign) {
    const binding = BINDING[isSign ? "sign" : token.text];
    const isTighter = ({ binding: other }) => other > binding || (other === binding && token.text !== "**");
    while (!isSign && this.waiting.length && this.waiting.at(-1).binding && isTighter(this.waiting.at(-1))) {
      this.finish();
    }
    this.waiting.push({ kind: isSign ? "sign" : "operator", binding, token });
  }

  /** What waits on top has its right side now. */
  finish() {
    const { kind, token } = this.waiting.pop();
    const right = this.parts.pop();
    if (kind === "sign") return this.sign(token, right);
    const left = this.parts.pop();
    const [start, stop] = [left.start, right.stop];
    this.steps.push({ gate: OPERATORS[token.text], inputs: 2, start, stop });
    this.parts.push({ start, stop });
  }

  sign(token, part) {
    const place = { start: token.start, stop: part.stop };
    if (token.text === "-" && part.isNumber) this.steps.at(-1).number *= -1;
    else if (token.text === "-") this.steps.push({ gate: "neg", inputs: 1, ...place });
    this.parts.push(place);
  }
}

function gateCalled(text, { text: typed, start, stop }) {
  const name = normalName(typed);
  const row = gateNamed(name);
  if (row) return row.name;
  const named = Object.values(GATES).filter((each) => !OPERATOR_GATES.includes(each.name));
  const functions = [...new Set(named.map((each) => (/^[\x00-\x7f]*$/.test(each.textName) ? each.textName : each.name)))].sort();
  let hint = didYouMean(name, functions) || `write ${printable(name)}*(…) for a product; `;
  const elsewhere = name.toLowerCase();
  if (Object.hasOwn(OTHER_NAMES, elsewhere)) hint = `write ${OTHER_NAMES[elsewhere]}; `;
  throw errorAt(text, start, stop, `there is no gate ${printable(name)}`, `${hint}the gates are ${functions.join(", ")}`);
}

function didYouMean(name, known) {
  const near = nearestName([...name].slice(0, 40).join(""), known);
  return near ? `did you mean ${near}? ` : "";
}

// --- steps to wires ---

// A wire for every name; each name must have a value and each value a name.
function wiresOf(text, steps, values) {
  const places = firstPlaces(steps);
  const given = givenByName(values, places);
  const missing = [...places.keys()].filter((name) => !given.has(name) && !CONSTANTS.has(name));
  const unused = [...given.keys()].filter((name) => !places.has(name));
  if (missing.length) throw missingValues(text, places.get(missing[0]), missing, unused);
  if (unused.length) {
    const names = [...places.keys()].map(printable).join(", ") || "none";
    throw new ExpressionError(
      `${valuesAre(unused)} given that the expression does not use: ${unused.map(printable).join(", ")}\n` +
        `  ${excerpt(text)}\n${didYouMean(unused[0], places.keys())}the names in it are: ${names}`,
    );
  }
  const wireOf = (name) => (given.has(name) ? leaf(given.get(name), name) : constant(...CONSTANTS.get(name)));
  return new Map([...places.keys()].map((name) => [name, wireOf(name)]));
}

// The values by the names of the expression, which may be spelled otherwise.
function givenByName(values, places) {
  const spellings = new Map([...places.keys()].map((name) => [unicodeName(name), name]));
  const given = new Map();
  for (const [typed, number] of Object.entries(values)) {
    const plain = normalName(typed);
    const name = spellings.get(unicodeName(plain)) ?? plain;
    if (given.has(name)) {
      throw new ExpressionError(`${printable(name)} is given more than once, also as ${printable(typed)}: leave one out`);
    }
    given.set(name, number);
  }
  return given;
}

const valuesAre = (names) => (names.length === 1 ? "a value is" : "values are");

function missingValues(text, { start, stop }, missing, unused) {
  const shown = missing.slice(0, 20).map(printable);
  const more = missing.length > 20;
  let advice = `give values: ${shown.map((name) => `${name}=…`).join(" ")}${more ? " …" : ""}`;
  const [first] = missing;
  if (Object.hasOwn(GATES, first)) advice = `${first} is a gate: write ${first}(…), or ${advice}`;
  else if (first === "e") advice += " (the base of the natural logarithm is exp(1))";
  if (unused.length) advice += `; not used: ${unused.map(printable).join(", ")}`;
  const what = `${valuesAre(missing)} missing for ${shown.join(", ")}${more ? ", …" : ""}`;
  return errorAt(text, start, stop, what, advice);
}

function run(text, steps, wires) {
  const stack = [];
  for (const step of steps) {
    if ("number" in step) stack.push(constant(step.number));
    else if ("name" in step) stack.push(wires.get(step.name));
    else stack.push(applied(text, step, step.inputs ? stack.splice(-step.inputs) : []));
  }
  return stack[0];
}

function applied(text, { gate, start, stop }, inputs) {
  const row = GATES[gate];
  const missing = (row.arity ?? 0) - inputs.length;
  const defaults = inputs.length && missing > 0 && missing <= row.defaults.length ? row.defaults.slice(-missing) : [];
  try {
    if (row.chooses) checkIndex(inputs.map((node) => node.data));
    return apply(gate, [...inputs, ...defaults]);
  } catch (error) {
    throw errorAt(text, start, stop, error.message, row.sentence);
  }
}

// Of a typed index; one that is dragged out of its range later gives nan.
function checkIndex(numbers) {
  const [index, count] = [numbers.at(-1), numbers.length - 1];
  if (!numbers.length) return;
  if (!count) throw new RangeError("select needs at least one input to choose from, got an empty table");
  if (Number.isInteger(index) && index >= 0 && index < count) return;
  const many = count > 1 ? "s" : "";
  throw new RangeError(
    `select has ${count} input${many}: the index must be a whole number from 0 to ${count - 1}, got ${pythonRepr(index).replace(/\.0$/, "")}`,
  );
}
