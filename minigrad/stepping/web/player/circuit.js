// The circuit of a player: its numbers, and both passes. The numbers that Python had come with it; when
// a leaf gets another number all gates are computed anew, by the functions of their rows.

import { backwardPass } from "../engine/backward.js";

export class Circuit {
  /** @param data made by page_data.py @param functions the rows of javascript_gates, by name */
  constructor(data, functions) {
    this.data = data;
    this.leaves = data.leaves;
    this.output = data.output;
    this.routes = data.routes;
    this.rows = data.rows.map((row) => ({ ...row, ...functions[row.name], ...row }));
    const constants = new Set(data.constants);
    this.wires = data.names.map((name, n) => ({ name, constant: constants.has(n), inputs: this.gate(n)?.inputs ?? [] }));
    this.values = [...data.values];
    this.locals = data.gates.map((gate) => gate.local);
    this.uses = data.names.map(() => []);
    data.gates.forEach(({ inputs }, i) => inputs.forEach((source) => this.uses[source].push(this.leaves + i)));
    // gates that lead nowhere: a text book shows all p_j beside the −log of one
    this.besides = this.wires.map((_, n) => n).filter((n) => n >= this.leaves && n !== this.output && !this.uses[n].length);
    this.passes();
  }

  gate(n) {
    return this.data.gates[n - this.leaves];
  }

  row(n) {
    return this.rows[this.gate(n).row];
  }

  isLeaf(n) {
    return n >= 0 && n < this.leaves;
  }

  localGradients(n) {
    return this.locals[n - this.leaves];
  }

  inputValues(n) {
    return this.wires[n].inputs.map((source) => this.values[source]);
  }

  /** The leaves that may get another number; none of a circuit that only Python can compute. */
  get movable() {
    if (this.data.still) return [];
    return this.wires.map((_, n) => n).filter((n) => this.isLeaf(n) && !this.data.fixed.includes(n));
  }

  get isAsGiven() {
    return this.data.values.every((number, n) => Object.is(number, this.values[n]));
  }

  /** Whether a leaf says which of a gate's inputs is chosen: it is a whole number. */
  isIndex(n) {
    return this.uses[n].some((gate) => this.row(gate).chooses && this.wires[gate].inputs.at(-1) === n);
  }

  /** @param {Map<number, number>} numbers for leaves; one that a gate refuses is a RangeError */
  set(numbers) {
    const before = [...this.values];
    for (const [n, number] of numbers) this.values[n] = number;
    try {
      this.forward();
    } catch (error) {
      this.values = before;
      throw error;
    }
    this.passes();
  }

  forward() {
    const locals = [];
    this.data.gates.forEach(({ inputs }, i) => {
      const row = this.row(this.leaves + i);
      const given = inputs.map((source) => this.values[source]);
      if (row.chooses) checkIndex(given);
      const out = row.forward(given);
      this.values[this.leaves + i] = out;
      locals[i] = row.localGradients(given, out);
    });
    this.locals = locals;
  }

  /** The numbers that Python had. */
  reset() {
    this.values = [...this.data.values];
    this.locals = this.data.gates.map((gate) => gate.local);
    this.passes();
  }

  passes() {
    this.pass = this.data.sent ? this.givenPass() : backwardPass(this, this.data.upstream, {});
    this.tangents = this.forwardTangents();
  }

  // What Python's functions sent back.
  givenPass() {
    const { contributions, before, after } = this.data.sent;
    const padded = (each) => [...Array(this.leaves), ...each];
    return { contributions: padded(contributions), before: padded(before), after: padded(after), local: padded(this.locals) };
  }

  /** Local gradient × what arrives, or null where the gate sends nothing. */
  product(n, place, arrived) {
    const local = this.localGradients(n)[place];
    return arrived === undefined || (this.row(n).routes && local === 0) ? null : local * arrived;
  }

  // How fast each wire moves; a wire that does not is left out.
  forwardTangents() {
    const moving = new Map(this.data.seeds);
    if (!moving.size) return moving;
    for (let n = this.leaves; n < this.wires.length; n++) {
      this.wires[n].inputs.forEach((source, place) => {
        const sent = this.product(n, place, moving.get(source));
        if (sent !== null) moving.set(n, moving.has(n) ? moving.get(n) + sent : sent);
      });
    }
    return moving;
  }

  /** The gradient with which a gate sends back. */
  upstream(n) {
    return n === this.output ? this.data.upstream : this.gradient(n);
  }

  /** The gradient of a wire when the pass is over. */
  gradient(n) {
    const last = this.uses[n][0]; // the first gate that reads it is the last that sends
    if (n === this.output || last === undefined) return n === this.output ? this.data.upstream : 0;
    return this.pass.after[last][this.wires[last].inputs.lastIndexOf(n)] ?? 0;
  }

  isIdle(n) {
    return this.row(n).isIdle?.(this.inputValues(n), this.values[n]) ?? false;
  }
}

function checkIndex(inputs) {
  const [count, index] = [inputs.length - 1, inputs.at(-1)];
  if (Number.isInteger(index) && index >= 0 && index < count) return;
  throw new RangeError(`select has ${count} input${count === 1 ? "" : "s"}: the index must be a whole number from 0 to ${count - 1}, got ${index}`);
}
