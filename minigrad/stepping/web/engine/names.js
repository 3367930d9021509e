// What the wires of a circuit are called, as text/wire_names.py calls them: by a label, else by a
// short expression, else by a number: v₁, v₂, …; an output without a label is f.

import { asText, gateFormula, inBrackets, numberFormula, symbol, withRoundedNumbers } from "./formulas.js";
import { lowNumber, unicodeName } from "./labels.js";
import { DIGITS } from "./numbers.js";

const LETTERS = "vugtsrq";
const OUTPUTS = ["f", "g", "h", "F", "G", "H"];
const LONGEST_EXPRESSION = 20;
const DEEPEST_EXPRESSION = 3;
const MOST_INPUTS = 4;
const MOST_EXPRESSIONS = 20_000;

export class Names {
  /** @param {import("./circuit.js").Circuit} circuit */
  constructor(circuit, digits = DIGITS) {
    this.circuit = circuit;
    this.digits = digits;
    this.labels = circuit.wires.map((_, n) => unicodeName(circuit.label(n)));
    this.formulas = new Map();
  }

  text(n) {
    return asText(this.shown(this.formula(n)));
  }

  /** A formula with its numbers as a reader sees them. */
  shown(one) {
    return withRoundedNumbers(one, this.digits);
  }

  /** The name as a formula, for use in larger ones; always the same object for a wire. */
  formula(n) {
    if (!this.formulas.has(n)) this.formulas.set(n, this.named(n) ?? this.numbered(n));
    return this.formulas.get(n);
  }

  /** What the gate behind a wire computes, in the names of its inputs. */
  computed(n) {
    const { gate, inputs } = this.circuit.wires[n];
    return gateFormula(gate, inputs.map((source) => this.formula(source)));
  }

  /** Whether the name says already what is computed. */
  isExpression(n) {
    return !["symbol", "number"].includes(this.formula(n).op);
  }

  /** Whether the name is made up, u₄, and stands nowhere in the picture. */
  isNumbered(n) {
    return this.named(n) === null;
  }

  named(n) {
    const { circuit } = this;
    if (n === circuit.output && !circuit.isLeaf(n) && !this.labels[n]) return this.outputName();
    this.expressions ??= this.shortExpressionsOfOneWire();
    return this.labelled(n, this.expressions);
  }

  outputName() {
    const taken = new Set(this.circuit.wires.map((wire) => unicodeName(wire.label)));
    const name = OUTPUTS.find((each) => !taken.has(each));
    return name ? symbol(name) : null;
  }

  labelled(n, expressions) {
    if (this.labels[n]) return symbol(this.labels[n]);
    if (this.circuit.wires[n].constant) return numberFormula(this.circuit.values[n]);
    return expressions.get(n) ?? null;
  }

  // What two wires compute names neither.
  shortExpressionsOfOneWire() {
    if (this.circuit.wires.length - this.circuit.leaves > MOST_EXPRESSIONS) return new Map();
    const found = this.shortExpressions(new Set());
    const wiresOf = new Map();
    for (const [n, one] of found) {
      const text = asText(this.shown(one));
      wiresOf.set(text, [...(wiresOf.get(text) ?? []), n]);
    }
    const shared = [...wiresOf.values()].filter((wires) => wires.length > 1).flat();
    return this.shortExpressions(new Set(shared));
  }

  shortExpressions(but) {
    const { circuit } = this;
    const [found, depth] = [new Map(), new Map()];
    for (const n of circuit.gates) {
      const { gate, inputs } = circuit.wires[n];
      if (this.labels[n] || inputs.length > MOST_INPUTS || but.has(n)) continue;
      const parts = inputs.map((source) => this.labelled(source, found));
      depth.set(n, 1 + Math.max(0, ...inputs.map((source) => depth.get(source) ?? 0)));
      if (parts.includes(null) || depth.get(n) > DEEPEST_EXPRESSION) continue;
      const expression = gateFormula(gate, parts);
      if ([...asText(this.shown(expression))].length <= LONGEST_EXPRESSION) found.set(n, expression);
    }
    return found;
  }

  numbered(n) {
    this.numbers ??= this.numbersOfTheNameless();
    return symbol(unicodeName(`${this.letter}_${this.numbers.get(n)}`));
  }

  numbersOfTheNameless() {
    const { wires } = this.circuit;
    const initials = new Set(wires.map((wire) => [...String(wire.label ?? "").trim()][0]));
    this.letter = [...LETTERS].find((letter) => !initials.has(letter)) ?? "wire_";
    const unnamed = [...wires.keys()].filter((n) => !wires[n].constant && !unicodeName(wires[n].label));
    return new Map(unnamed.map((n, place) => [n, place + 1]));
  }

  /** What the number in brackets says, by an example; empty where no wire has one. */
  get aboutRuns() {
    const { runs, wires } = this.circuit;
    const second = [...runs.keys()].filter((n) => runs.get(n) === 2);
    if (!second.length) return "";
    const rank = (n) => (wires[n].unit ? 0 : 2) + (this.circuit.isLeaf(n) ? 1 : 0);
    const example = second.reduce((best, n) => (rank(n) < rank(best) ? n : best));
    const one = unicodeName(wires[example].label);
    return `${this.text(example)} is ${wires[example].unit ? "of the second run" : `the second ${one}`}`;
  }
}

/** A wire as the input of a gate that has it at several places: x₍₁₎, x₍₂₎. */
export function atInput(name, place) {
  return symbol(`${inBrackets(name)}₍${lowNumber(place + 1)}₎`);
}
