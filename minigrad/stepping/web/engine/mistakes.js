// The classic mistakes of backpropagation, made on purpose: a wrong pass through one circuit, and a wrong
// training beside the right one.

import { rounded } from "./numbers.js";
import { unicodeName } from "./labels.js";
import { slopesOf } from "./batch.js";
import { GATES } from "./gates.js";
import { Network, USUAL_ACTIVATIONS } from "./network.js";
import { Training } from "./training.js";

/** In the order of a menu; `sentence` says what goes wrong. */
export const MISTAKES = [
  {
    name: "overwrite",
    title: "= instead of += at a fan-out",
    sentence: "Each contribution overwrites the one before it: at a fan-out only the last is left, where their sum belongs.",
  },
  {
    name: "updated_weights",
    title: "updated instead of old weights",
    sentence: "Each weight takes its step before the gradient goes on through it: what lies before it is computed with weights that the forward pass never used.",
  },
  {
    name: "no_zero_grad",
    title: "no zero_grad",
    sentence: "Nobody sets the gradients to zero: every step adds those of all steps before it.",
  },
  {
    name: "no_slope",
    title: "no σ′",
    sentence: "The slope of the activation is left out: dC/da goes on as if it were δ.",
  },
  {
    name: "wrong_sign",
    title: "wrong sign",
    sentence: "The sign is turned, as with t − a in place of a − t: every step goes up, not down.",
  },
];
export const MISTAKE_NAMES = MISTAKES.map(({ name }) => name);

/**
 * A backward pass with mistakes; it gives what `circuit.backward` gives.
 * @param {import("./circuit.js").Circuit} circuit
 * @param {string[]} names
 * @param {number} learningRate of the step that a weight takes too early
 * @param {(number | null)[]} [before] the gradients of the pass before, which nobody has set to zero
 * @returns {import("./circuit.js").Pass}
 */
export function wrongPass(circuit, names, learningRate, before) {
  const has = (name) => names.includes(name);
  const sign = has("wrong_sign") ? -1 : 1;
  const slopes = has("no_slope") ? activationsOf(circuit) : new Set();
  const early = has("updated_weights") ? new EarlySteps(circuit, learningRate) : null;
  const pass = circuit.backward(sign, {
    overwrite: has("overwrite"),
    local(gate, place, local) {
      if (slopes.has(gate) && place === 0) return 1;
      return early ? early.local(gate, place, local) : local;
    },
    beforeOthers: early ? (gate, gradients) => early.look(gate, gradients) : undefined,
  });
  if (has("no_zero_grad") && before) {
    for (let n = 0; n < circuit.leaves; n++) if (pass.gradients[n] !== null) pass.gradients[n] += before[n] ?? 0;
  }
  return pass;
}

/** The gates whose slope is σ′: those of a network's units, else all activations. */
function activationsOf(circuit) {
  if (circuit.groups.length) return slopesOf(circuit);
  return new Set(circuit.gates.filter((n) => USUAL_ACTIVATIONS.includes(circuit.wires[n].gate)));
}

// Weights that take their step as soon as all contributions have reached them; gates whose turn comes
// later see the new numbers.
class EarlySteps {
  constructor(circuit, learningRate) {
    this.circuit = circuit;
    this.learningRate = learningRate;
    this.numbers = Float64Array.from(circuit.values);
    this.missing = circuit.uses.map((uses) => uses.length);
    const inputs = new Set(circuit.inputWires ?? []);
    this.takesSteps = (n) => circuit.isLeaf(n) && !circuit.wires[n].constant && !inputs.has(n);
  }

  look(gate, gradients) {
    for (const source of this.circuit.wires[gate].inputs) {
      if (!this.takesSteps(source) || --this.missing[source]) continue;
      this.numbers[source] = this.circuit.values[source] - this.learningRate * gradients[source];
    }
  }

  local(gate, place, local) {
    const { gate: name, inputs } = this.circuit.wires[gate];
    if (inputs.every((source) => this.numbers[source] === this.circuit.values[source])) return local;
    return GATES[name].localGradients(inputs.map((source) => this.numbers[source]), this.circuit.values[gate])[place];
  }
}

/** Whether two gradients, or null for none, differ by more than rounding. */
export function differs(one, other) {
  if (one === null || other === null || Object.is(one, other)) return one !== other;
  return !(Math.abs(one - other) <= 1e-12 * Math.max(Math.abs(one), Math.abs(other)));
}

/** What went wrong, with the parameter that shows it most. `pass` is the wrong one of the circuit. */
export function sentenceOf(names, circuit, pass, parameters, hasStepped = false) {
  const told = MISTAKES.filter(({ name }) => names.includes(name)).map(({ sentence }) => sentence).join(" ");
  const right = circuit.backward().gradients;
  const wrong = parameters.filter((n) => differs(right[n], pass.gradients[n]));
  if (!wrong.length) return `${told} Here and now no gradient differs: ${hasStepped ? "with these numbers it does no harm" : "take a step of both"}.`;
  const apart = (n) => Math.abs(pass.gradients[n] - right[n]);
  const n = wrong.reduce((most, each) => (apart(each) > apart(most) ? each : most));
  const [got, due] = toldApart(pass.gradients[n], right[n]);
  const more = wrong.length > 1 ? ` ${wrong.length} of ${parameters.length} gradients differ.` : "";
  return `${told} So ${unicodeName(circuit.label(n))} gets ${got} where ${due} is right.${more}`;
}

// Two numbers with as many digits as it takes to tell them apart.
function toldApart(one, other) {
  let digits = 3;
  while (digits < 17 && rounded(one, digits) === rounded(other, digits)) digits += 1;
  return [rounded(one, digits), rounded(other, digits)];
}

/** The right training and the wrong one, which begin with the same numbers. */
export class SideBySide {
  /** @param {Network} network what is trained rightly @param {import("./data.js").Data} data
   *  @param {import("./training.js").TrainingSettings} settings @param {string[]} names */
  constructor(network, data, settings, names) {
    const { sizes, activations, cost, firstIndex, layers } = network;
    const copy = { weights: layers.map(({ weights }) => weights), biases: layers.map(({ bias }) => bias) };
    this.data = data;
    this.right = new Training(network, data, settings);
    const twin = new Network({ sizes, activations, cost, firstIndex, ...copy });
    this.wrong = new Training(twin, data, { ...settings, mistakes: names });
  }

  step() {
    return { right: this.right.step(), wrong: this.wrong.step() };
  }
}
