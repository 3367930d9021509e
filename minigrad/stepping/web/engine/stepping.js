// Both passes of a circuit, one gate at a time: what is known at each position, and what is said.

import { Words } from "./words.js";

/** @typedef {object} Stage
 * @property {number} position
 * @property {"" | "forward" | "backward"} direction
 * @property {number | null} gate the wire behind the gate at work
 * @property {(number | null)[]} gradients null where none is known yet
 */

export class Stepper {
  /**
   * @param {import("./circuit.js").Circuit} circuit
   * @param {{upstream?: number, rules?: import("./circuit.js").Rules, digits?: number}} settings
   */
  constructor(circuit, settings = {}) {
    this.circuit = circuit;
    this.settings = settings;
    this.count = circuit.wires.length - circuit.leaves;
    this.length = 2 * this.count;
    this.refresh();
  }

  /** After the circuit's numbers have changed. */
  refresh() {
    const { upstream = 1, rules = {}, digits } = this.settings;
    this.pass = this.circuit.backward(upstream, rules);
    this.words = new Words(this.circuit, this.pass, upstream, digits);
  }

  /** The direction and the gate of the step that leads to a position. */
  step(position) {
    const { circuit, count } = this;
    if (position <= 0) return { direction: "", gate: null };
    if (position <= count) return { direction: "forward", gate: circuit.leaves + position - 1 };
    return { direction: "backward", gate: circuit.wires.length - (position - count) };
  }

  /** @returns {Stage} What is known when so many steps have been taken. */
  at(position) {
    const { circuit, count, pass } = this;
    const { direction, gate } = this.step(position);
    const back = direction === "backward";
    const gradients = circuit.wires.map(() => null);
    const contributions = [];
    if (position >= count) {
      for (const n of circuit.besides) gradients[n] = 0;
      gradients[circuit.output] = this.settings.upstream ?? 1;
    }
    if (back) {
      for (let n = circuit.output; n >= gate; n--) {
        contributions[n] = pass.contributions[n];
        circuit.wires[n].inputs.forEach((source, place) => {
          if (pass.after[n][place] !== null) gradients[source] = pass.after[n][place];
        });
      }
    }
    return {
      position,
      direction,
      gate,
      gradients,
      contributions,
      known: (n) => n < circuit.leaves || n - circuit.leaves < position,
      done: (n) => (back ? n > gate : gate !== null && n < gate && n >= circuit.leaves),
    };
  }

  /** The position at which a gate has just had its turn. */
  positionOf(gate, direction = "forward") {
    const number = gate - this.circuit.leaves + 1;
    return direction === "forward" ? number : this.length - number + 1;
  }

  title(position) {
    const { direction, gate } = this.step(position);
    if (gate === null) return "start";
    const number = direction === "forward" ? position : position - this.count;
    return `${direction} ${number} of ${this.count} · gate ${this.circuit.wires[gate].symbol}`;
  }

  /** What the gate does, in the words of its row and in numbers. */
  sentence(position, inDeltas = false) {
    const { direction, gate } = this.step(position);
    if (gate === null) return "";
    return direction === "forward" ? this.words.forward(gate) : this.words.backward(gate, inDeltas);
  }

  /** With symbols and then with numbers: one for each input, or the forward one. */
  formulas(position) {
    const { direction, gate } = this.step(position);
    if (gate === null) return [];
    return direction === "forward" ? [this.words.forwardFormula(gate)] : this.words.chainRules(gate);
  }

  /** What a learner can predict before the step that leads to a position. */
  questions(position) {
    const { circuit, pass, words } = this;
    const { direction, gate } = this.step(position);
    if (gate === null) return [];
    if (direction === "forward") {
      return [{ wire: gate, place: null, name: words.name(gate), answer: circuit.values[gate] }];
    }
    return circuit.wires[gate].inputs.flatMap((wire, place) =>
      pass.contributions[gate][place] === null
        ? []
        : [{ wire, place, name: words.inputName(gate, place), answer: pass.contributions[gate][place] }],
    );
  }
}
