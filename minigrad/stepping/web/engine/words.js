// The words and formulas of a step, as stepping/words.py has them: a gate's row gives the words, its
// rules give the formulas.

import { asText, derivative, gateFormula, isNumber, localFormulas, startsWithMinus, symbol } from "./formulas.js";
import { Deltas } from "./deltas.js";
import { Names, atInput } from "./names.js";
import { COMPUTED, ONE, PLAIN, Sentences } from "./sentences.js";

export class Words extends Sentences {
  /**
   * @param {import("./circuit.js").Circuit} circuit
   * @param {import("./circuit.js").Pass} pass
   */
  constructor(circuit, pass, upstream, digits) {
    super(upstream, digits);
    this.circuit = circuit;
    this.pass = pass;
    this.names = new Names(circuit, this.digits);
    this.deltas = new Deltas(circuit, this.names);
  }

  name(n) {
    return this.names.text(n);
  }

  symbol(n) {
    return this.circuit.wires[n].symbol;
  }

  fanOut(n) {
    return this.circuit.fanOut(n);
  }

  gradient(n) {
    return n === this.circuit.output ? this.upstream : (this.pass.gradients[n] ?? 0);
  }

  /** The output's name, what is computed with symbols, with numbers, and the result. */
  forwardFormula(n) {
    const { circuit, names } = this;
    const numbers = circuit.inputValues(n).map((number) => symbol(this.rounded(number)));
    const parts = names.isExpression(n) ? [] : [names.formula(n)];
    parts.push(names.shown(names.computed(n)), gateFormula(circuit.wires[n].gate, numbers));
    return [...parts, symbol(this.rounded(circuit.values[n]))].map(asText).join(" = ");
  }

  /** What such a gate does to gradients, from its row in the table. */
  lead(n) {
    return this.circuit.row(n).sentence.split(":")[0];
  }

  /** @returns {import("./sentences.js").Branch[]} What a gate sends to its inputs: constants get nothing. */
  branches(n) {
    const { names, pass } = this;
    const words = this;
    const { gate, inputs } = this.circuit.wires[n];
    const formulas = localFormulas(gate, inputs.map((source) => names.formula(source)), names.formula(n));
    return inputs.flatMap((wire, place) => {
      const contribution = pass.contributions[n][place];
      if (contribution === null) return [];
      const local = formulas[place];
      return [{
        gate: n, wire, place, contribution, local: pass.local[n][place],
        before: pass.before[n][place], after: pass.after[n][place], upstream: this.gradient(n),
        name: this.inputName(n, place),
        factor: factor(names.shown(local)),
        kind: isNumber(local, 1) ? ONE : ["symbol", "number"].includes(local.op) ? PLAIN : COMPUTED,
        get delta() { return words.delta(n, wire, place); }, // asked for seldom
        get called() { return words.isDelta(wire) ? asText(words.deltas.delta(wire)) : ""; },
      }];
    });
  }

  isDelta(wire) {
    return this.deltas.preactivations.has(wire) && this.fanOut(wire) === 1;
  }

  delta(gate, wire, place) {
    return this.isDelta(wire) ? this.deltas.recursion(wire) : this.deltas.sentText(gate, place);
  }

  /** What an input is called; of a wire at several inputs, which of them is meant. */
  inputName(gate, place) {
    const { inputs } = this.circuit.wires[gate];
    const wire = inputs[place];
    let name = this.names.formula(wire);
    if (inputs.filter((each) => each === wire).length > 1) name = atInput(name, place);
    return asText(this.names.shown(name));
  }

  /** The symbol of what is computed: d(output)/d(wire), over all paths. */
  totalDerivative(n) {
    const { names, circuit } = this;
    const [of, by] = [circuit.output, n].map((wire) => names.shown(names.formula(wire)));
    return asText(derivative("d", of, by));
  }
}

// A formula as a factor of a product.
function factor(one) {
  const text = asText(one);
  return ["symbol", "call", "*"].includes(one.op) && !startsWithMinus(text) ? text : `(${text})`;
}
