// A circuit as arrays: wires in topological order, its forward pass and its backward pass.

import { GATES } from "./gates.js";
import { gateSymbol } from "./gate_symbol.js";

/**
 * @typedef {object} Wire
 * @property {string} label
 * @property {boolean} constant
 * @property {string | null} gate the name of the gate that it comes out of; null in a leaf
 * @property {number[]} inputs
 * @property {[number, number] | null} unit layer and number of the neuron that it belongs to
 * @property {string} symbol what stands in the circle of its gate
 */

/**
 * What a backward pass gives. A gradient is null of a constant, a contribution null towards one.
 * @typedef {object} Pass
 * @property {(number | null)[]} gradients
 * @property {(number | null)[][]} contributions
 * @property {(number | null)[][]} before of each gate, the gradients of its inputs before its turn
 * @property {(number | null)[][]} after and after it
 * @property {number[][]} local
 */

/** What a wrong pass does otherwise. @typedef {object} Rules
 * @property {boolean} [overwrite] a contribution replaces the gradient instead of adding to it
 * @property {(gate: number, place: number, local: number) => number} [local] another local gradient
 * @property {(gate: number, gradients: (number | null)[]) => void} [beforeOthers] called when a gate
 *   has sent to its leaves and not yet to other gates
 */

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
    this.routes = gates.some((node) => GATES[node.gate].routes);
    /** @type {{layer: number, unit: number, members: number[], output: number, z: number, symbol: string}[]} */
    this.groups = [];
    this.numberOf = (node) => place.get(node);
  }

  isLeaf(n) {
    return n < this.leaves;
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

  /**
   * Every gate, the last first, multiplies what it has received by its local gradients and sends
   * the products to its inputs. A gate that routes sends nothing where its local gradient is 0, and
   * a gate that has received nothing sends nothing: that is not 0, for 0 times an infinity is nan.
   * @param {number} upstream
   * @param {Rules} rules
   * @returns {Pass}
   */
  backward(upstream = 1, rules = {}) {
    const { wires, output } = this;
    const gradients = wires.map(() => null);
    const received = new Uint8Array(wires.length);
    const [contributions, before, after, local] = [[], [], [], []];
    gradients[output] = upstream;
    received[output] = 1;
    const zero = this.routes ? 0 : -0; // −0 + c is c, to the last bit
    for (let n = output; n >= this.leaves; n--) {
      const { gate, inputs } = wires[n];
      const row = GATES[gate];
      local[n] = this.localGradients(n);
      contributions[n] = inputs.map(() => null);
      before[n] = inputs.map(() => null);
      after[n] = inputs.map(() => null);
      const send = (source, place) => {
        if (wires[source].constant) return;
        const slope = rules.local ? rules.local(n, place, local[n][place]) : local[n][place];
        local[n][place] = slope;
        const old = gradients[source];
        let [sent, sum] = [0, old ?? 0];
        if (received[n] && !(row.routes && slope === 0)) {
          sent = slope * gradients[n];
          sum = sent + (received[source] && !rules.overwrite ? old : -0);
          received[source] = 1;
        }
        sum += this.isLeaf(source) ? zero : -0;
        gradients[source] = sum;
        contributions[n][place] = sent;
        before[n][place] = old;
        after[n][place] = sum;
      };
      if (rules.beforeOthers) {
        inputs.forEach((source, place) => this.isLeaf(source) && send(source, place));
        rules.beforeOthers(n, gradients);
        inputs.forEach((source, place) => this.isLeaf(source) || send(source, place));
      } else {
        inputs.forEach(send);
      }
    }
    for (let n = 0; n < wires.length; n++) {
      if (wires[n].constant) gradients[n] = null;
    }
    return { gradients, contributions, before, after, local };
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
