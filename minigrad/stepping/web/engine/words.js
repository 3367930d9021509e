// The words and formulas of a step, as stepping/words.py has them: a gate's row gives the words, its
// rules give the formulas.

import { asText, derivative, gateFormula, isNumber, localFormulas, startsWithMinus, symbol } from "./formulas.js";
import { Deltas } from "./deltas.js";
import { GATES } from "./gates.js";
import { Names, atInput } from "./names.js";
import { DIGITS, rounded } from "./numbers.js";

const MOST_IN_A_SENTENCE = 6;

export class Words {
  /**
   * @param {import("./circuit.js").Circuit} circuit
   * @param {import("./circuit.js").Pass} pass
   */
  constructor(circuit, pass, upstream = 1, digits = DIGITS) {
    this.circuit = circuit;
    this.pass = pass;
    this.upstream = upstream;
    this.digits = digits;
    this.names = new Names(circuit, digits);
    this.deltas = new Deltas(circuit, this.names);
  }

  name(n) {
    return this.names.text(n);
  }

  rounded(number) {
    return rounded(number, this.digits);
  }

  gradient(n) {
    return n === this.circuit.output ? this.upstream : (this.pass.gradients[n] ?? 0);
  }

  // --- forward ---

  /** What the gate behind a wire computes. */
  forward(n) {
    return `${this.circuit.wires[n].symbol} computes ${this.forwardFormula(n)}`;
  }

  /** The output's name, what is computed with symbols, with numbers, and the result. */
  forwardFormula(n) {
    const { circuit, names } = this;
    const numbers = circuit.inputValues(n).map((number) => symbol(this.rounded(number)));
    const parts = names.isExpression(n) ? [] : [names.formula(n)];
    parts.push(names.shown(names.computed(n)), gateFormula(circuit.wires[n].gate, numbers));
    return [...parts, symbol(this.rounded(circuit.values[n]))].map(asText).join(" = ");
  }

  // --- backward ---

  /** What a gate sends to its inputs; where a fan-out adds, that too. */
  backward(n, inDeltas = false) {
    const branches = this.branches(n);
    if (!branches.length) return `${this.lead(n)}: its inputs are constants, which receive nothing`;
    const shown = branches.slice(0, MOST_IN_A_SENTENCE);
    const parts = shown.map((branch) => this.received(branch, inDeltas));
    const more = branches.length - shown.length;
    if (more > 0) parts.push(`and ${more} more inputs likewise`);
    return [`${this.lead(n)}: ${parts.join("; ")}`, ...this.additions(shown)].join(". ");
  }

  /** What such a gate does to gradients, from its row in the table. */
  lead(n) {
    return GATES[this.circuit.wires[n].gate].sentence.split(":")[0];
  }

  /** What a gate sends to each input that receives something: constants do not. */
  branches(n) {
    const { names, pass } = this;
    const { gate, inputs } = this.circuit.wires[n];
    const formulas = localFormulas(gate, inputs.map((source) => names.formula(source)), names.formula(n));
    return inputs.flatMap((wire, place) => {
      const contribution = pass.contributions[n][place];
      if (contribution === null) return [];
      return [{
        gate: n, wire, place, contribution, formula: formulas[place], local: pass.local[n][place],
        before: pass.before[n][place], after: pass.after[n][place], upstream: this.gradient(n),
      }];
    });
  }

  /** What an input is called; of a wire at several inputs, which of them is meant. */
  inputName(gate, place) {
    const { inputs } = this.circuit.wires[gate];
    const wire = inputs[place];
    let name = this.names.formula(wire);
    if (inputs.filter((each) => each === wire).length > 1) name = atInput(name, place);
    return asText(this.names.shown(name));
  }

  received(branch, inDeltas) {
    if (!inDeltas) return this.product(branch);
    const { gate, wire, place } = branch;
    const isDelta = this.deltas.preactivations.has(wire) && this.circuit.fanOut(wire) === 1;
    const text = isDelta ? this.deltas.recursion(wire) : this.deltas.sentText(gate, place);
    const amount = this.rounded(branch.contribution);
    const said = text ? `${this.inputName(gate, place)} receives ${text} = ${amount}` : this.product(branch);
    return isDelta ? `${said}, called ${asText(this.deltas.delta(wire))}` : said;
  }

  // As a product, unless the gradient goes through as it is.
  product({ gate, place, contribution, upstream, formula, local }) {
    const [amount, received] = [this.rounded(contribution), this.rounded(upstream)];
    const name = this.inputName(gate, place);
    if (isNumber(formula, 1)) return `${name} receives ${amount}`;
    const product = `${name} receives ${received} · ${factor(this.names.shown(formula))}`;
    if (["symbol", "number"].includes(formula.op)) return `${product} = ${amount}`;
    return `${product} = ${received} · ${inAProduct(this.rounded(local))} = ${amount}`;
  }

  /** For each wire at a fan-out, once, that what it receives adds to what it has received. */
  additions(branches) {
    const atWire = new Map();
    for (const branch of branches) atWire.set(branch.wire, [...(atWire.get(branch.wire) ?? []), branch]);
    const told = [];
    for (const [wire, several] of atWire) {
      const { before } = several[0];
      const terms = [...(before === null ? [] : [before]), ...several.map((each) => each.contribution)];
      if (terms.length < 2) continue;
      const [first, ...rest] = terms.map((term) => this.rounded(term));
      const sum = [first, ...rest.map(inAProduct)].join(" + ");
      told.push(
        `${this.name(wire)} feeds ${this.circuit.fanOut(wire)} gate inputs, so contributions add: ` +
          `${sum} = ${this.rounded(several.at(-1).after)}`,
      );
    }
    return told;
  }

  /** The gradients of a gate's inputs as upstream times local gradient, in symbols and numbers. */
  chainRules(n) {
    return this.branches(n).map((branch) => this.chainRule(branch));
  }

  chainRule({ gate, wire, upstream, contribution, formula, local }) {
    const equals = this.circuit.fanOut(wire) > 1 ? "+=" : "=";
    const [toWire, toOut] = [this.totalDerivative(wire), this.totalDerivative(gate)];
    const symbols = `${toWire} ${equals} ${toOut} · ${factor(this.names.shown(formula))}`;
    const numbers = `${this.rounded(upstream)} · ${inAProduct(this.rounded(local))}`;
    return `${symbols} = ${numbers} = ${this.rounded(contribution)}`;
  }

  /** The symbol of what is computed: d(output)/d(wire), over all paths. */
  totalDerivative(n) {
    const { names, circuit } = this;
    const [of, by] = [circuit.output, n].map((wire) => names.shown(names.formula(wire)));
    return asText(derivative("d", of, by));
  }
}

/** A number behind another sign: a negative one in brackets. */
export const inAProduct = (number) => (startsWithMinus(number) ? `(${number})` : number);

// A formula as a factor of a product.
function factor(one) {
  const text = asText(one);
  return ["symbol", "call", "*"].includes(one.op) && !startsWithMinus(text) ? text : `(${text})`;
}
