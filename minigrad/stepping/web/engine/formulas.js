// Formulas as small trees, as rules/formula.py has them, and how they read as plain text.

import { FORMULAS } from "./gate_formulas.js";
import { GATES } from "./gates.js";
import { formatNumber, rounded } from "./numbers.js";

/** @typedef {{op: string, parts: any[]}} Formula "symbol", "number", an operator, "where" or "call" */

const MINUS = "−";
const COMPARISONS = ["<", "<=", ">", ">=", "=="];
// How tightly an operation binds; a looser part inside a tighter one gets parentheses.
const BINDING = {
  where: 0, "<": 1, "<=": 1, ">": 1, ">=": 1, "==": 1, "+": 2, "-": 2, "*": 3, "/": 3, neg: 4, "**": 5,
  number: 6, symbol: 6, call: 6,
};
const SIGNS = { "-": MINUS, "<=": "≤", ">=": "≥", "==": "=" };
const NEUTRAL = { "+": 0, "-": 0, "*": 1, "/": 1, "**": 1 };
const FOLD = { "+": (x, y) => x + y, "-": (x, y) => x - y, "*": (x, y) => x * y };

/** @returns {Formula} */
export const formula = (op, ...parts) => ({ op, parts });
export const symbol = (text) => formula("symbol", text);
export const numberFormula = (number) => formula("number", number);
export const isNumber = (one, number) => one.op === "number" && one.parts[0] === number;

// --- the table's formulas ---

/** A tree of the table with formulas for its inputs and its output. */
function built(tree, inputs, out) {
  if (typeof tree === "number") return numberFormula(tree);
  if (tree === "out") return out;
  if (typeof tree === "string") return inputs[Number(tree)];
  const [op, ...parts] = tree;
  if (op === "symbol") return symbol(parts[0]);
  if (op === "call") return formula("call", parts[0], ...parts.slice(1).map((part) => built(part, inputs, out)));
  if (op === "square") {
    const base = built(parts[0], inputs, out);
    return formula("*", base, base);
  }
  return formula(op, ...parts.map((part) => built(part, inputs, out)));
}

/** A gate that has an operator as its operator, another as a function. */
export function gateFormula(gate, operands) {
  const tree = FORMULAS[gate].forward;
  if (!tree) return formula("call", gate, ...operands);
  // operands of their own: a × gate is shown as a product, and only a power as a power
  return built(tree, operands.map(({ op, parts }) => ({ op, parts })));
}

/** The local gradients of a gate as a text book writes them. @returns {Formula[]} */
export function localFormulas(gate, inputs, out) {
  const known = FORMULAS[gate].local;
  const trees = known[inputs.length] ?? ofMoreInputs(known, inputs.length);
  return trees.map((tree, place) =>
    tree === null ? symbol("its own function") : simplified(built(tree, inputs, out, place)),
  );
}

// Where each input of the largest known row has the same formula, but for its own name, so has each
// of more inputs.
function ofMoreInputs(known, count) {
  const most = Math.max(...Object.keys(known).map(Number));
  const texts = known[most].map((tree, place) => JSON.stringify(tree).replaceAll(`"${place}"`, '"own"'));
  if (new Set(texts).size > 1 || /"\d+"/.test(texts[0])) return Array(count).fill(null);
  return Array.from({ length: count }, (_, place) => JSON.parse(texts[0].replaceAll('"own"', `"${place}"`)));
}

/** The formula without what a reader would not write: 2·x^(2 − 1) is 2·x. @returns {Formula} */
function simplified(given) {
  const { op } = given;
  if (op === "symbol" || op === "number") return given;
  const done = new Map(); // x·x stays a square: the same part twice stays the same
  const parts = given.parts.map((part) => {
    if (typeof part !== "object") return part;
    if (!done.has(part)) done.set(part, simplified(part));
    return done.get(part);
  });
  if (op in NEUTRAL) {
    const [left, right] = parts;
    if (op in FOLD && left.op === "number" && right.op === "number") {
      return numberFormula(Number(FOLD[op](left.parts[0], right.parts[0]).toPrecision(12)));
    }
    if (isNumber(right, NEUTRAL[op])) return left;
    if ((op === "+" || op === "*") && isNumber(left, NEUTRAL[op])) return right;
  }
  if (op === "where" && parts[0].op === "==") {
    const [left, right] = parts[0].parts;
    if (left.op === "number" && right.op === "number") return parts[left.parts[0] === right.parts[0] ? 1 : 2];
  }
  return { op, parts };
}

/** A formula with its numbers as a reader sees them. @returns {Formula} */
export function withRoundedNumbers(given, digits) {
  if (given.op === "number") return symbol(rounded(given.parts[0], digits));
  const shown = new Map();
  const parts = given.parts.map((part) => {
    if (typeof part !== "object") return part;
    if (!shown.has(part)) shown.set(part, withRoundedNumbers(part, digits));
    return shown.get(part);
  });
  return { op: given.op, parts };
}

// --- as text ---

/** The formula as plain text, in Unicode: y·x^(y − 1), 1 − out². */
export function asText({ op, parts }) {
  if (op === "symbol") return String(parts[0]);
  if (op === "number") return formatNumber(parts[0]);
  if (op === "call") return `${GATES[parts[0]].textName}(${parts.slice(1).map(asText).join(", ")})`;
  const texts = parts.map(asText);
  if (op === "where") return `${wrap(texts[1], parts[1], 1)} if ${texts[0]} else ${texts[2]}`;
  if (op === "neg") return MINUS + wrapRight(texts[0], parts[0], 4);
  if (op === "*" && parts[0] === parts[1]) return `${base(texts[0], parts[0])}²`;
  if (op === "**") {
    const small = smallExponent(parts[1]);
    if (small) return base(texts[0], parts[0]) + small;
    return `${base(texts[0], parts[0])}^${wrap(texts[1], parts[1], 6)}`;
  }
  if (op === "/") return `${wrap(texts[0], parts[0], 3)}/${wrapRight(texts[1], parts[1], 4)}`;
  const left = wrap(texts[0], parts[0], BINDING[op]);
  const wrapOther = COMPARISONS.includes(op) ? wrap : wrapRight;
  const right = wrapOther(texts[1], parts[1], BINDING[op] + (op === "-" ? 1 : 0));
  return op === "*" ? `${left}·${right}` : `${left} ${SIGNS[op] ?? op} ${right}`;
}

function wrap(text, part, binding) {
  const negative = startsWithMinus(text) && binding > BINDING.neg;
  return negative || BINDING[part.op] < binding ? `(${text})` : text;
}

// The right operand of + − · /: a minus sign does not stand directly after another sign.
function wrapRight(text, part, binding) {
  return startsWithMinus(text) ? `(${text})` : wrap(text, part, binding);
}

export const startsWithMinus = (text) => text.startsWith(MINUS) || text.startsWith("-");

function smallExponent(exponent) {
  const number = ["number", "symbol"].includes(exponent.op) ? exponent.parts[0] : "";
  const digits = (typeof number === "number" ? formatNumber(number) : String(number)).replaceAll(MINUS, "-");
  if (!/^-*\d+$/.test(digits)) return "";
  return [...digits].map((letter) => (letter === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[letter])).join("");
}

// What is raised to a power: in brackets if it is a power or negative already, or reads 1e−9.
function base(text, part) {
  const raised = text.includes("^") || /[⁰¹²³⁴-⁹⁺-ⁿᵃ-ᵡʰ-ʸ⁻ᴬ-ᵂⱽᵛ]$/u.test(text);
  const signed = startsWithMinus(text) || /^\d.*e/.test(text);
  return raised || signed || BINDING[part.op] < 6 ? `(${text})` : text;
}

// --- derivatives ---

/** The derivative of one wire by another: dy/dx for the whole, ∂y/∂x for one gate alone. */
export function derivative(sign, of, by) {
  return symbol(`${sign}${inBrackets(of)}/${sign}${inBrackets(by)}`);
}

/** The formula as one thing: an expression, or a name of words, in brackets. */
export function inBrackets(one) {
  const text = asText(one);
  const isName = ["symbol", "number"].includes(one.op) && (!text.includes(" ") || text.startsWith("("));
  return isName || one.op === "call" ? text : `(${text})`;
}
