// A fully connected network: its parameters, and the circuit of one example, as mg.nn.MLP builds it.
//
// Unit j of layer l computes z_j^l = Σ_k w_jk^l · a_k^(l−1) + b_j^l and a_j^l = σ(z_j^l).

import { Circuit } from "./circuit.js";
import { COSTS, asInATextBook } from "./costs.js";
import { GATES } from "./gates.js";
import { PythonRandom } from "./random.js";
import { apply, constant, dot, leaf } from "./wires.js";

const MOST_LAYERS = 12;
export const MOST_UNITS = 64; // of one layer
const MOST_PARAMETERS = 20_000;

/** The gates that take one number and give one, and "linear". */
export const ACTIVATIONS = [
  "linear",
  ...Object.values(GATES).filter((row) => row.arity !== null && row.arity - row.defaults.length === 1).map((row) => row.name),
];
/** Those that are taught, for a menu. */
export const USUAL_ACTIVATIONS = ["tanh", "sigmoid", "relu", "linear", "leaky_relu", "softplus", "silu", "gelu"];
/** Those whose outputs are probabilities. */
export const PROBABILITIES = ["sigmoid", "normal_cdf", "less", "less_equal", "is_equal"];

const SCHEMES = {
  uniform: (random) => random.uniform(-1, 1),
  // X. Glorot, Y. Bengio, Understanding the difficulty of training deep networks, 2010, eq. 16
  xavier: (random, inputs, outputs) => random.uniform(-1, 1) * Math.sqrt(6 / (inputs + outputs)),
  // K. He et al., Delving deep into rectifiers, 2015, eq. 10
  he: (random, inputs) => random.gauss(0, 1) * Math.sqrt(2 / inputs),
  zeros: () => 0,
};
export const INITIAL_WEIGHTS = Object.keys(SCHEMES);

/**
 * @typedef {object} Settings
 * @property {number[]} sizes inputs, then the units of each layer
 * @property {string[]} activations one for each layer
 * @property {string} [cost]
 * @property {boolean} [bias]
 * @property {string} [scheme] of the initial weights
 * @property {number} [seed]
 * @property {number} [firstIndex] what the first unit is called: 1 or 0
 * @property {number[][][]} [weights] in place of a scheme: a row for each unit of each layer
 * @property {(number[] | null)[]} [biases]
 */

export class Network {
  /** @param {Settings} settings */
  constructor(settings) {
    checkSettings(settings);
    const { sizes, activations, cost = "half_squared_error", bias = true, scheme = "uniform", seed = 0 } = settings;
    Object.assign(this, { sizes, activations, cost, bias, scheme, seed, firstIndex: settings.firstIndex ?? 1 });
    const random = new PythonRandom(seed);
    /** @type {{activation: string, weights: number[][], bias: number[] | null}[]} */
    this.layers = activations.map((activation, l) => {
      const [inputs, units] = [sizes[l], sizes[l + 1]];
      const made = (j, k) => settings.weights?.[l][j][k] ?? SCHEMES[scheme](random, inputs, units);
      const biases = settings.biases ? settings.biases[l] : bias ? Array(units).fill(0) : null;
      return {
        activation,
        weights: Array.from({ length: units }, (_, j) => Array.from({ length: inputs }, (_, k) => made(j, k))),
        bias: biases && [...biases],
      };
    });
  }

  /** All weights and biases, unit by unit, each unit's bias behind its weights: as in mg. */
  parameters() {
    return this.layers.flatMap(({ weights, bias }) =>
      weights.flatMap((row, j) => (bias ? [...row, bias[j]] : row)),
    );
  }

  setParameters(numbers) {
    let next = 0;
    for (const { weights, bias } of this.layers) {
      weights.forEach((row, j) => {
        for (let k = 0; k < row.length; k++) row[k] = numbers[next++];
        if (bias) bias[j] = numbers[next++];
      });
    }
  }

  parameterLabels() {
    return this.layers.flatMap(({ weights, bias }, l) =>
      weights.flatMap((row, j) => {
        const names = this.unitNames(l + 1, j);
        return [...row.map((_, k) => names.w(k)), ...(bias ? [names.b] : [])];
      }),
    );
  }

  /** The texts' names of what belongs to a unit: w_jk^l, b_j^l, z_j^l, a_j^l. */
  unitNames(layer, place) {
    const j = place + this.firstIndex;
    const suffix = `_${j}^${layer}`;
    const w = (k) => {
      const from = k + this.firstIndex;
      return `w_${j}${Math.max(j, from) > 9 ? "," : ""}${from}^${layer}`;
    };
    return { w, b: `b${suffix}`, z: `z${suffix}`, a: `a${suffix}`, unit: [layer, j] };
  }

  /** What the cost takes for a label: a number for each output, or the number of the class. */
  targetOf(label) {
    const outputs = this.sizes.at(-1);
    if (COSTS[this.cost].target === "class") return Array.isArray(label) ? label.indexOf(Math.max(...label)) : label;
    if (Array.isArray(label)) return label;
    return outputs === 1 ? [label] : Array.from({ length: outputs }, (_, j) => (j === label ? 1 : 0));
  }

  /**
   * The circuit from the inputs to the cost C; without a label, to the outputs (one of them: C's place
   * is then taken by the first).
   * @param {number[]} x
   * @param {number | number[]} [label]
   * @param {object} [settings]
   * @param {boolean} [settings.isShown] a cross entropy as a text book writes it, unless rounding takes
   *   its digits
   * @param {boolean} [settings.outputsFirst] the network's wires in their order, whatever the cost asks for
   */
  circuit(x, label, { isShown = false, outputsFirst = false } = {}) {
    const inputs = x.map((number, k) => constant(number, `x_${k + this.firstIndex}`));
    const units = [];
    let wires = inputs;
    this.layers.forEach((layer, l) => {
      const made = layer.weights.map((row, j) => this.unit(l, j, wires));
      units.push(...made);
      wires = made.map((unit) => unit.a);
    });
    let [output, all, written] = [wires[0], wires, null];
    if (label !== undefined) {
      const target = this.targetOf(label);
      written = isShown ? asInATextBook(this.cost, wires, target) : null;
      output = written ? written[0] : COSTS[this.cost].node(wires, target);
      output.label ||= "C";
      all = [...(outputsFirst ? wires : []), ...(written?.slice(1) ?? []), output];
    }
    const circuit = new Circuit(output, all);
    circuit.isOfATextBook = written !== null;
    circuit.inputWires = inputs.map(circuit.numberOf);
    circuit.outputWires = wires.map(circuit.numberOf);
    circuit.parameterWires = units.flatMap((unit) => unit.parameters.map(circuit.numberOf));
    circuit.groups = units.map((unit) => groupOf(circuit, unit));
    return circuit;
  }

  /** The cost of such outputs, computed so that nothing overflows and nothing cancels. */
  costOf(outputs, label) {
    return COSTS[this.cost].node(outputs.map((number) => leaf(number)), this.targetOf(label)).data;
  }

  unit(l, j, wires) {
    const { activation, weights, bias } = this.layers[l];
    const names = this.unitNames(l + 1, j);
    const w = weights[j].map((number, k) => leaf(number, names.w(k), names.unit));
    const b = bias && leaf(bias[j], names.b, names.unit);
    const sum = dot(w, wires);
    const z = b ? apply("add", [sum, b]) : sum;
    const a = activation === "linear" ? z : apply(activation, [z, ...GATES[activation].defaults]);
    Object.assign(a, { label: names.a, unit: names.unit });
    Object.assign(z, { label: names.z, unit: names.unit });
    return { layer: l + 1, unit: names.unit[1], parameters: b ? [...w, b] : w, sum, z, a, activation };
  }

  predict(x) {
    const circuit = this.circuit(x);
    return circuit.outputWires.map((n) => circuit.values[n]);
  }
}

// The wires of a unit: its parameters, products, Σ, z and a.
function groupOf(circuit, { layer, unit, parameters, sum, z, a, activation }) {
  const products = sum.gate === "sum" ? sum.inputs : [];
  const defaults = a === z ? [] : a.inputs.slice(1);
  const nodes = [...new Set([...parameters, ...products, sum, z, ...defaults, a])];
  const symbol = a === z ? "Σ" : `Σ ${GATES[activation].symbol}`;
  const members = nodes.map(circuit.numberOf).sort((one, other) => one - other);
  return { layer, unit, members, output: circuit.numberOf(a), z: circuit.numberOf(z), symbol };
}

/** Say what no network can be made of. @param {Settings} settings */
export function checkSettings({ sizes, activations, cost = "half_squared_error", scheme = "uniform", weights, biases }) {
  const refuse = (why) => {
    throw new RangeError(why);
  };
  if (!Array.isArray(sizes) || sizes.length < 2) refuse("a network has inputs and at least one layer of units");
  if (sizes.length > MOST_LAYERS + 1) refuse(`a network here has at most ${MOST_LAYERS} layers, got ${sizes.length - 1}`);
  for (const size of sizes) {
    if (!Number.isInteger(size) || size < 1 || size > MOST_UNITS) refuse(`a layer has 1 to ${MOST_UNITS} units, got ${size}`);
  }
  const count = sizes.slice(1).reduce((sum, units, l) => sum + units * (sizes[l] + 1), 0);
  if (count > MOST_PARAMETERS) refuse(`a network here has at most ${MOST_PARAMETERS} parameters, got ${count}`);
  if (!Array.isArray(activations) || activations.length !== sizes.length - 1) {
    refuse(`expected one activation for each of ${sizes.length - 1} layers, got ${activations?.length ?? "none"}`);
  }
  for (const name of activations) {
    if (!ACTIVATIONS.includes(name)) refuse(`there is no activation of that name: choose ${USUAL_ACTIVATIONS.join(", ")}`);
  }
  if (!Object.hasOwn(COSTS, cost)) refuse(`there is no cost of that name: choose ${Object.keys(COSTS).join(", ")}`);
  if (!Object.hasOwn(SCHEMES, scheme)) refuse(`there are no initial weights of that name: choose ${INITIAL_WEIGHTS.join(", ")}`);
  checkCost(cost, sizes.at(-1), activations.at(-1), refuse);
  checkNumbers(sizes, weights, biases, refuse);
}

function checkCost(name, outputs, activation, refuse) {
  const cost = COSTS[name];
  if (cost.outputs === "one" && outputs !== 1) refuse(`${name} takes one output, the network has ${outputs}`);
  if (cost.outputs === "many" && outputs < 2) refuse(`${name} takes at least two outputs, the network has 1`);
  if (cost.takesScores && PROBABILITIES.includes(activation)) {
    refuse(`${name} takes scores and squashes them itself; ${activation} would squash them twice: make the last layer linear`);
  }
}

function checkNumbers(sizes, weights, biases, refuse) {
  const isNumber = (x) => typeof x === "number" && !Number.isNaN(x);
  weights?.forEach((rows, l) => {
    const fits = rows.length === sizes[l + 1] && rows.every((row) => row.length === sizes[l] && row.every(isNumber));
    if (!fits) refuse(`layer ${l + 1} takes ${sizes[l + 1]} rows of ${sizes[l]} weights`);
  });
  biases?.forEach((row, l) => {
    if (row && !(row.length === sizes[l + 1] && row.every(isNumber))) refuse(`layer ${l + 1} takes ${sizes[l + 1]} biases`);
  });
}
