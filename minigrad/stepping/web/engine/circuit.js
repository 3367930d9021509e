// A circuit as arrays: wires in topological order, its forward pass and its backward pass.

import { backwardPass } from "./backward.js";
import { GATES } from "./gates.js";
import { gateSymbol } from "./gate_symbol.js";
import { withRun } from "./labels.js";
import { runsOf } from "./runs.js";

/**
 * @typedef {object} Wire
 * @property {string} label
 * @property {boolean} constant
 * @property {string | null} gate the name of the gate that it comes out of; null in a leaf
 * @property {number[]} inputs
 * @property {[number, number] | null} unit layer and number of the neuron that it belongs to
 * @property {string} symbol what stands in the circle of its gate
 */

/** @typedef {import("./backward.js").Pass} Pass @typedef {import("./backward.js").Rules} Rules */

export class Circuit {
  /**
   * @param {import("./wires.js").Node} output
   * @param {import("./wires.js").Node[]} all further outputs, that one among them
   */
  constructor(output, all = [output]) {
    const { leaves, gates } = leavesAndGates(all);
    const nodes = [...leaves, ...gates];
    const place = new Map(nodes.map((node, n) => [node, n]));
    /** @type {Wire[]} */
    this.wires = nodes.map((node) => ({
      label: node.label,
      constant: node.constant,
      gate: node.gate,
      inputs: node.inputs.map((source) => place.get(source)),
      unit: node.unit,
      symbol: "",
    }));
    this.leaves = leaves.length;
    this.output = place.get(output);
    this.outputs = all.map((node) => place.get(node));
    this.values = Float64Array.from(nodes, (node) => node.data);
    /** @type {[number, number][][]} */
    this.uses = this.wires.map(() => []);
    this.wires.forEach((wire, gate) => {
      wire.inputs.forEach((source, at) => this.uses[source].push([gate, at]));
    });
    this.wires.forEach((wire, n) => {
      if (wire.gate) wire.symbol = gateSymbol(this, n);
    });
    // gates that lead nowhere: a text book shows all p_j beside the −log of one
    this.besides = this.gates.filter((n) => n !== this.output && !this.uses[n].length);
    this.routes = gates.some((node) => GATES[node.gate].routes);
    /** @type {{layer: number, unit: number, members: number[], output: number, z: number, symbol: string}[]} */
    this.groups = [];
    this.numberOf = (node) => place.get(node);
  }

  isLeaf(n) {
    return n < this.leaves;
  }

  /** The numbers of the wires whose label others have too. */
  get runs() {
    this.foundRuns ??= runsOf(this);
    return this.foundRuns;
  }

  /** A wire's label, with its run where others have it too. */
  label(n) {
    const { label } = this.wires[n];
    return this.runs.has(n) ? withRun(label, this.runs.get(n)) : label;
  }

  /** The wires behind the gates, in order. */
  get gates() {
    return range(this.leaves, this.wires.length);
  }

  /** How many gate inputs the wire feeds. */
  fanOut(n) {
    return this.uses[n].length;
  }

  /** Give a leaf a number, and compute every gate anew. */
  set(n, number) {
    if (!this.isLeaf(n)) throw new RangeError(`wire ${n} is no leaf: its gate computes it`);
    this.values[n] = number;
    this.forward();
  }

  inputValues(n) {
    return this.wires[n].inputs.map((source) => this.values[source]);
  }

  forward() {
    for (let n = this.leaves; n < this.wires.length; n++) {
      this.values[n] = GATES[this.wires[n].gate].forward(this.inputValues(n));
    }
  }

  localGradients(n) {
    return GATES[this.wires[n].gate].localGradients(this.inputValues(n), this.values[n]);
  }

  /** Whether a wire comes out of a gate that is saturated or closed. */
  isIdle(n) {
    return !this.isLeaf(n) && GATES[this.wires[n].gate].isIdle(this.inputValues(n), this.values[n]);
  }

  row(n) {
    return GATES[this.wires[n].gate];
  }

  /** @param {number} upstream @param {Rules} rules @returns {Pass} see backward.js */
  backward(upstream = 1, rules = {}) {
    return backwardPass(this, upstream, rules);
  }
}

function range(from, to) {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

/** The topological order of the Python library: depth first, without recursion. */
function leavesAndGates(outputs) {
  const [leaves, gates, seen] = [[], [], new Set()];
  const waiting = outputs.slice().reverse();
  while (waiting.length) {
    const node = waiting.pop();
    if (node === null) {
      gates.push(waiting.pop());
    } else if (!seen.has(node)) {
      seen.add(node);
      if (node.gate === null) leaves.push(node);
      else waiting.push(node, null, ...node.inputs.slice().reverse());
    }
  }
  return { leaves, gates };
}
