// Building a circuit: nodes that know their inputs, as Values do. `new Circuit(node)` takes the last.

import { GATES } from "./gates.js";

/**
 * @typedef {object} Node
 * @property {number} data
 * @property {string} label
 * @property {boolean} constant
 * @property {string | null} gate
 * @property {Node[]} inputs
 * @property {[number, number] | null} unit
 */

/** @returns {Node} A wire that carries a number and gets a gradient. */
export function leaf(data, label = "", unit = null) {
  return { data, label, constant: false, gate: null, inputs: [], unit };
}

/** @returns {Node} A number in an expression: it gets no gradient. */
export function constant(data, label = "") {
  return { data, label, constant: true, gate: null, inputs: [], unit: null };
}

const wireOf = (operand) => (typeof operand === "number" ? constant(operand) : operand);

/**
 * The output of a gate; numbers among the inputs become constants.
 * @param {string} name
 * @param {(Node | number)[]} operands
 * @returns {Node}
 */
export function apply(name, operands, label = "", unit = null) {
  const inputs = operands.map(wireOf);
  const row = GATES[name];
  if (!row) throw new TypeError(`there is no gate ${JSON.stringify(String(name).slice(0, 40))} in the table`);
  checkArity(row, inputs.length);
  if (row.isDot) return sumOfProducts(inputs, label, unit);
  const data = row.forward(inputs.map((node) => node.data));
  return { data, label, constant: false, gate: name, inputs, unit };
}

function sumOfProducts(inputs, label, unit) {
  const half = inputs.length / 2;
  return apply("sum", inputs.slice(0, half).map((wire, k) => apply("mul", [wire, inputs[half + k]])), label, unit);
}

/** A sum of products as a reader sees it: a × gate for each pair, and their Σ. */
export function dot(left, right, label = "", unit = null) {
  const products = left.map((wire, k) => apply("mul", [wire, right[k]], "", unit));
  return products.length === 1 ? products[0] : apply("sum", products, label, unit);
}

/** Say as the Python library does that a gate does not take so many inputs. */
export function checkArity(row, count) {
  if (row.arity === null ? count > 0 && !(row.isDot && count % 2) : count === row.arity) return;
  if (row.arity === null && count === 0) {
    throw new TypeError(`${row.name} needs at least one input, got none`);
  }
  if (row.isDot) {
    throw new TypeError(`${row.name} takes as many right as left factors, got ${count} inputs`);
  }
  throw new TypeError(`${row.name} takes ${row.arity} input${row.arity === 1 ? "" : "s"}, got ${count}`);
}
