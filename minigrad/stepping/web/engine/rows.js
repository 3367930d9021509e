// One circuit over many rows at once: each wire has a block of numbers, one a row, and each gate goes
// through all rows before the next has its turn. So the loops are plain ones over arrays; those that
// every network spends its time in are WebAssembly, where there is any: see row_kernels.js.

import { GATES } from "./gates.js";
import { memoryOf } from "./row_kernels.js";

/** What a wrong pass does otherwise. @typedef {object} RowRules
 * @property {boolean} [overwrite] a contribution replaces the gradient instead of adding to it
 * @property {Set<number>} [passing] gates that hand the gradient on as if their slope were 1
 */

export class Rows {
  /** @param {import("./circuit.js").Circuit} circuit @param {number} count */
  constructor(circuit, count) {
    this.circuit = circuit;
    this.count = count;
    const size = circuit.wires.length * count;
    const { numbers, kernels } = memoryOf(2 * size);
    this.kernels = kernels;
    this.values = numbers.subarray(0, size);
    this.gradients = numbers.subarray(size);
    circuit.values.forEach((number, n) => this.fill(n, number));
    this.wanted = circuit.wires.map((wire) => !wire.constant);
  }

  fill(n, number) {
    this.values.fill(number, n * this.count, (n + 1) * this.count);
  }

  /** @param {ArrayLike<number>} numbers one for each row */
  set(n, numbers) {
    this.values.set(numbers, n * this.count);
  }

  of(n) {
    return this.values.subarray(n * this.count, (n + 1) * this.count);
  }

  forward() {
    const { circuit, values: v, count } = this;
    for (let n = circuit.leaves; n < circuit.wires.length; n++) {
      const { gate, inputs } = circuit.wires[n];
      const out = n * count;
      const [x, y] = [inputs[0] * count, (inputs[1] ?? 0) * count];
      if (this.kernels && IN_KERNELS.has(gate)) this.run(gate, 8 * out, 8 * x, 8 * y);
      else if (gate === "mul") for (let r = 0; r < count; r++) v[out + r] = v[x + r] * v[y + r];
      else if (gate === "add") for (let r = 0; r < count; r++) v[out + r] = v[x + r] + v[y + r];
      else if (gate === "sub") for (let r = 0; r < count; r++) v[out + r] = v[x + r] - v[y + r];
      else if (gate === "relu") for (let r = 0; r < count; r++) v[out + r] = v[x + r] <= 0 ? 0 : v[x + r];
      else if (gate === "sum") this.addUp(out, inputs);
      else this.forwardByTheTable(n);
    }
  }

  /** A loop over all rows, from and to these bytes of memory. */
  run(kernel, out, x, y) {
    this.kernels[kernel](out, x, y, 8 * this.count);
  }

  addUp(out, inputs) {
    const { values: v, count } = this;
    v.copyWithin(out, inputs[0] * count, (inputs[0] + 1) * count);
    for (let i = 1; i < inputs.length; i++) {
      const x = inputs[i] * count;
      if (this.kernels) this.run("addTo", 8 * out, 8 * x, 8 * x);
      else for (let r = 0; r < count; r++) v[out + r] += v[x + r];
    }
  }

  forwardByTheTable(n) {
    const { circuit, values: v, count } = this;
    const { gate, inputs } = circuit.wires[n];
    const { forward } = GATES[gate];
    const numbers = inputs.map(() => 0);
    for (let r = 0; r < count; r++) {
      for (let i = 0; i < inputs.length; i++) numbers[i] = v[inputs[i] * count + r];
      v[n * count + r] = forward(numbers);
    }
  }

  // --- back ---

  /** Begin a backward pass: the output of every row has this gradient. */
  begin(upstream, rules = {}) {
    this.received ??= new Uint8Array(this.values.length); // a wire that has received nothing sends nothing
    this.everywhere ??= new Uint8Array(this.circuit.wires.length); // wires that have received in every row
    this.everywhere.fill(0);
    this.everywhere[this.circuit.output] = 1;
    this.gradients.fill(0);
    this.received.fill(0);
    this.rules = rules;
    const at = this.circuit.output * this.count;
    this.gradients.fill(upstream, at, at + this.count);
    this.received.fill(1, at, at + this.count);
  }

  backward(upstream, rules = {}) {
    this.begin(upstream, rules);
    for (let n = this.circuit.output; n >= this.circuit.leaves; n--) this.back(n);
  }

  /** One gate sends to those of its inputs that `towards` names; to all, if it names none. */
  back(n, towards = null) {
    const { circuit, count, wanted } = this;
    const { gate, inputs } = circuit.wires[n];
    const passes = this.rules.passing?.has(n);
    const fast = FAST[gate] && !this.rules.overwrite && !passes;
    if (!fast) return this.backByTheTable(n, towards, passes);
    for (let place = 0; place < inputs.length; place++) {
      const source = inputs[place];
      if (!wanted[source] || (towards && !towards(source))) continue;
      if (this.kernels && this.everywhere[n] && SENDING[gate]) this.send(n, source, place);
      else FAST[gate](this, n * count, source * count, place, inputs);
    }
  }

  // Where every row has received, there is nothing to ask row by row.
  send(n, source, place) {
    const { circuit, count, everywhere } = this;
    const { gate, inputs } = circuit.wires[n];
    const gradients = this.gradients.byteOffset;
    const bytes = (wire) => 8 * wire * count;
    const kernel = gate === "sub" && place ? "takeFrom" : SENDING[gate];
    const other = gate === "mul" ? inputs[1 - place] : n;
    this.run(kernel, gradients + bytes(source), gradients + bytes(n), bytes(other));
    if (everywhere[source]) return;
    everywhere[source] = 1;
    this.received.fill(1, source * count, (source + 1) * count);
  }

  backByTheTable(n, towards, passes) {
    const { circuit, values: v, gradients: g, received, count, wanted } = this;
    const { gate, inputs } = circuit.wires[n];
    const row = GATES[gate];
    const numbers = inputs.map(() => 0);
    for (let r = 0; r < count; r++) {
      if (!received[n * count + r]) continue;
      for (let i = 0; i < inputs.length; i++) numbers[i] = v[inputs[i] * count + r];
      const local = row.localGradients(numbers, v[n * count + r]);
      for (let i = 0; i < inputs.length; i++) {
        if (!wanted[inputs[i]] || (towards && !towards(inputs[i]))) continue;
        const slope = passes && i === 0 ? 1 : local[i];
        if (row.routes && slope === 0) continue;
        const to = inputs[i] * count + r;
        const sent = slope * g[n * count + r];
        g[to] = this.rules.overwrite || !received[to] ? sent : g[to] + sent;
        received[to] = 1;
      }
    }
    if (row.routes || !this.everywhere[n]) return;
    for (const source of inputs) if (wanted[source] && (!towards || towards(source))) this.everywhere[source] = 1;
  }

  /** The sum of a wire's gradients over all rows. */
  total(n) {
    let sum = 0;
    for (let i = n * this.count; i < (n + 1) * this.count; i++) sum += this.gradients[i];
    return sum;
  }
}

const IN_KERNELS = new Set(["mul", "add", "sub"]);
const SENDING = { mul: "addProductTo", add: "addTo", sum: "addTo", sub: "addTo" };

// How the gates of a network send to one of their inputs, in loops of their own: through the table a
// step of 337 parameters over 100 rows takes five times as long.
const FAST = {
  mul({ values: v, gradients: g, received, count }, out, to, place, inputs) {
    const other = inputs[1 - place] * count;
    for (let r = 0; r < count; r++) {
      if (!received[out + r]) continue;
      g[to + r] += v[other + r] * g[out + r];
      received[to + r] = 1;
    }
  },
  add: handOn,
  sum: handOn,
  sub({ gradients: g, received, count }, out, to, place) {
    const sign = place ? -1 : 1;
    for (let r = 0; r < count; r++) {
      if (!received[out + r]) continue;
      g[to + r] += sign * g[out + r];
      received[to + r] = 1;
    }
  },
  relu({ values: v, gradients: g, received, count }, out, to) {
    for (let r = 0; r < count; r++) {
      if (!received[out + r] || v[to + r] <= 0) continue;
      g[to + r] += g[out + r];
      received[to + r] = 1;
    }
  },
};

function handOn({ gradients: g, received, count }, out, to) {
  for (let r = 0; r < count; r++) {
    if (!received[out + r]) continue;
    g[to + r] += g[out + r];
    received[to + r] = 1;
  }
}
