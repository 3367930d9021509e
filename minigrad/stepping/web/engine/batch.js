// The mean cost of a network over a batch of rows, and its gradient; also with the mistakes of a wrong
// pass. Rows whose cost has the same gates go through one circuit together.

import { Rows } from "./rows.js";

/** @typedef {object} BatchRules
 * @property {boolean} [overwrite]
 * @property {boolean} [noSlope] σ′ is left out
 * @property {number} [updateRate] each layer takes a step of this rate before δ goes on through it
 */

const MOST_KEPT = 16; // circuits: a batch of another size needs new ones

const ROWS_AT_ONCE = 128; // the numbers of a network of 337 parameters stay in a cache: twice as fast
const outputRows = new WeakMap(); // of each network the circuit that its outputs come from

/** A network's outputs for many rows. @returns {Float64Array[]} one array for each output */
export function outputsOf(network, X) {
  if (!outputRows.has(network)) outputRows.set(network, new Rows(network.circuit(X[0]), ROWS_AT_ONCE));
  const part = outputRows.get(network);
  const { circuit } = part;
  const outputs = circuit.outputWires.map(() => new Float64Array(X.length));
  const parameters = network.parameters();
  for (let begin = 0; begin < X.length; begin += ROWS_AT_ONCE) {
    const some = X.slice(begin, begin + ROWS_AT_ONCE);
    feed(part, some, begin ? null : parameters);
    part.forward();
    outputs.forEach((each, j) => each.set(part.of(circuit.outputWires[j]).subarray(0, some.length), begin));
  }
  return outputs;
}

export class Batch {
  /** @param {import("./network.js").Network} network @param {number[][]} X @param {any[]} Y */
  constructor(network, X, Y) {
    this.network = network;
    this.X = X;
    this.Y = Y;
    /** @type {Map<string, Rows>} by what their cost's gates depend on, and how many rows there are */
    this.known = new Map();
    /** @type {{part: Rows, members: number[]}[]} */
    this.parts = [];
  }

  /** The mean cost, before a backward pass. @param {number[]} rows */
  forward(rows) {
    const parameters = this.network.parameters();
    this.rows = rows;
    this.parts = this.groups(rows).map(([key, members]) => ({ part: this.part(key, members), members }));
    let total = 0;
    for (const { part, members } of this.parts) {
      feed(part, members.map((row) => this.X[row]), parameters);
      part.forward();
      for (const number of part.of(part.circuit.output)) total += number;
    }
    return total / rows.length;
  }

  // A cost's gates depend on the label, and those of a cross entropy on whether the right class leads,
  // but for that of one score with labels 0 and 1.
  groups(rows) {
    const { network } = this;
    const isPlain = network.cost === "binary_cross_entropy" && rows.every((row) => this.Y[row] === 0 || this.Y[row] === 1);
    if (isPlain || !network.cost.endsWith("cross_entropy")) return groupedBy(rows, (row) => String(this.Y[row]));
    const outputs = outputsOf(network, rows.map((row) => this.X[row]));
    const place = new Map(rows.map((row, i) => [row, i]));
    return groupedBy(rows, (row) => {
      const numbers = outputs.map((each) => each[place.get(row)]);
      const target = network.targetOf(this.Y[row]);
      const leads = Array.isArray(target) ? numbers[0] > 0 : numbers[target] >= Math.max(...numbers);
      return `${this.Y[row]} ${leads}`;
    });
  }

  part(key, members) {
    const name = `${key} ${members.length}`;
    if (!this.known.has(name)) {
      if (this.known.size >= MOST_KEPT) this.known.clear();
      const circuit = this.network.circuit(this.X[members[0]], this.Y[members[0]]);
      this.known.set(name, new Rows(circuit, members.length));
    }
    return this.known.get(name);
  }

  /** The gradient of the mean cost by each parameter, after `forward`. @param {BatchRules} rules */
  backward(rules = {}) {
    const upstream = 1 / this.rows.length;
    for (const { part } of this.parts) {
      const passing = rules.noSlope ? slopesOf(part.circuit) : undefined;
      part.begin(upstream, { overwrite: rules.overwrite, passing });
    }
    if (rules.updateRate !== undefined) return this.backwardLayerByLayer(rules);
    for (const { part } of this.parts) backThrough(part, () => true);
    return this.network.parameters().map((_, i) => this.gradient(i, rules));
  }

  // With = in place of += the last row of a batch, whose gates send last, is all that is left.
  gradient(i, rules) {
    if (rules.overwrite) {
      const last = this.rows.at(-1);
      const { part, members } = this.parts.find((each) => each.members.includes(last));
      return part.gradients[part.circuit.parameterWires[i] * part.count + members.indexOf(last)];
    }
    return this.parts.reduce((sum, { part }) => sum + part.total(part.circuit.parameterWires[i]), 0);
  }

  // Each layer's parameters take their step as soon as their gradients are there; only then do its ×
  // gates send to the layer below, with the new weights.
  backwardLayerByLayer(rules) {
    const { network } = this;
    const parameters = network.parameters();
    const gradients = parameters.map(() => 0);
    const last = network.layers.length;
    let end = parameters.length;
    for (let layer = last; layer >= 1; layer--) {
      const { weights, bias } = network.layers[layer - 1];
      const begin = end - weights.length * (weights[0].length + (bias ? 1 : 0));
      for (const { part } of this.parts) {
        const layerOf = layersOf(part.circuit, last);
        const isLeaf = (source) => source < part.circuit.leaves;
        if (layer === last) backThrough(part, (n) => layerOf[n] > last);
        backThrough(part, (n) => layerOf[n] === layer, (n) => (isProduct(part, n) ? isLeaf : null));
      }
      for (let i = begin; i < end; i++) {
        gradients[i] = this.gradient(i, rules);
        const updated = parameters[i] - rules.updateRate * gradients[i];
        for (const { part } of this.parts) part.fill(part.circuit.parameterWires[i], updated);
      }
      for (const { part } of this.parts) {
        const layerOf = layersOf(part.circuit, last);
        const isGate = (source) => source >= part.circuit.leaves;
        backThrough(part, (n) => layerOf[n] === layer && isProduct(part, n), () => isGate);
      }
      end = begin;
    }
    return gradients;
  }
}

const isProduct = (part, n) => part.circuit.wires[n].gate === "mul";

function backThrough(part, takes, towards = () => null) {
  for (let n = part.circuit.output; n >= part.circuit.leaves; n--) if (takes(n)) part.back(n, towards(n));
}

// The layer of each gate; a cost's gates come behind the last.
function layersOf(circuit, last) {
  const layers = new Uint8Array(circuit.wires.length).fill(last + 1);
  for (const group of circuit.groups) for (const n of group.members) layers[n] = group.layer;
  return layers;
}

/** The gates of activations. */
export function slopesOf(circuit) {
  return new Set(circuit.groups.filter(({ output, z }) => output !== z).map(({ output }) => output));
}

function feed(part, X, parameters) {
  const { circuit } = part;
  if (parameters) circuit.parameterWires.forEach((n, i) => part.fill(n, parameters[i]));
  circuit.inputWires.forEach((n, k) => part.set(n, X.map((row) => row[k])));
}

function groupedBy(items, key) {
  const groups = new Map();
  for (const item of items) {
    const name = key(item);
    if (!groups.has(name)) groups.set(name, []);
    groups.get(name).push(item);
  }
  return [...groups];
}
