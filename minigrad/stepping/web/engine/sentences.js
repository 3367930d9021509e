// The sentences and formulas of a step, for one who knows what the wires are called: see words.js, which
// makes the names, and ../player/words.js, which has them from Python.

import { DIGITS, rounded } from "./numbers.js";

const MOST_IN_A_SENTENCE = 6;

/**
 * What a gate sends to one of its inputs: its numbers, and the texts that no number changes.
 * @typedef {object} Branch
 * @property {number} gate @property {number} wire @property {number} place
 * @property {number} contribution @property {number} upstream
 * @property {number | null} local null where a function of the user's sends back
 * @property {number | null} before @property {number} after
 * @property {string} name of the input @property {string} factor the local gradient in a product
 * @property {number} kind of the local gradient: ONE, PLAIN (a symbol or a number) or COMPUTED
 * @property {string} delta what it receives as a formula in δ @property {string} called the δ that this is
 */

export const [ONE, PLAIN, COMPUTED] = [0, 1, 2];

/** Needs: name(n), symbol(n), lead(n), fanOut(n), branches(n), forwardFormula(n), totalDerivative(n). */
export class Sentences {
  constructor(upstream = 1, digits = DIGITS) {
    this.upstream = upstream;
    this.digits = digits;
  }

  rounded(number) {
    return rounded(number, this.digits);
  }

  /** What the gate behind a wire computes. */
  forward(n) {
    return `${this.symbol(n)} computes ${this.forwardFormula(n)}`;
  }

  /** What a gate sends to its inputs; where a fan-out adds, that too. */
  backward(n, inDeltas = false) {
    const branches = this.branches(n);
    if (!branches.length) return `${this.lead(n)}: its inputs are constants, which receive nothing`;
    const shown = branches.slice(0, MOST_IN_A_SENTENCE);
    const parts = shown.map((branch) => this.received(branch, inDeltas));
    const more = branches.length + this.notListed(n) - shown.length;
    if (more > 0) parts.push(`and ${more} more inputs likewise`);
    return [`${this.lead(n)}: ${parts.join("; ")}`, ...this.additions(shown)].join(". ");
  }

  /** How many inputs of a gate receive something and are not among its branches. */
  notListed() {
    return 0;
  }

  received(branch, inDeltas) {
    if (!inDeltas) return this.product(branch);
    const { name, delta, called, contribution } = branch;
    const said = delta ? `${name} receives ${delta} = ${this.rounded(contribution)}` : this.product(branch);
    return called ? `${said}, called ${called}` : said;
  }

  // As a product, unless the gradient goes through as it is.
  product({ name, factor, kind, contribution, upstream, local }) {
    const [amount, received] = [this.rounded(contribution), this.rounded(upstream)];
    if (kind === ONE || local === null) return `${name} receives ${amount}`;
    const product = `${name} receives ${received} · ${factor}`;
    if (kind === PLAIN) return `${product} = ${amount}`;
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
        `${this.name(wire)} feeds ${this.fanOut(wire)} gate inputs, so contributions add: ` +
          `${sum} = ${this.rounded(several.at(-1).after)}`,
      );
    }
    return told;
  }

  /** The gradients of a gate's inputs as upstream times local gradient, in symbols and numbers. */
  chainRules(n) {
    return this.branches(n).map((branch) => this.chainRule(branch));
  }

  chainRule({ gate, wire, factor, upstream, contribution, local }) {
    const equals = this.fanOut(wire) > 1 ? "+=" : "=";
    const parts = [`${this.totalDerivative(wire)} ${equals} ${this.totalDerivative(gate)} · ${factor}`];
    if (local !== null) parts.push(`${this.rounded(upstream)} · ${inAProduct(this.rounded(local))}`);
    return [...parts, this.rounded(contribution)].join(" = ");
  }
}

/** A number behind another sign: a negative one in brackets. */
export const inAProduct = (number) => (/^[−-]/.test(number) ? `(${number})` : number);
