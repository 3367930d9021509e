// The circuits and networks of the texts and notebooks, by name.

import { dataSet } from "./data.js";
import { Network } from "./network.js";

const one = (x, y) => ({ name: "one example", X: [x], Y: [y] });

function network(name, title, settings, data) {
  return { name, title, kind: "network", settings, make: () => ({ network: new Network(settings), data: data() }) };
}

function circuit(name, title, text, values) {
  return { name, title, kind: "expression", text, values };
}

export const EXAMPLES = [
  circuit("sum_times", "(x + y)·z", "f = (x + y)*z", { x: -2, y: 5, z: -4 }),
  circuit("fan_out", "a fan-out", "f = x*y + x", { x: 3, y: -4 }),
  circuit("max", "max routes", "f = 2*(x*y + max(z, w))", { x: 3, y: -4, z: 2, w: -1 }),
  circuit("neuron", "a sigmoid neuron", "f = sigmoid(w0*x0 + w1*x1 + w2)", { w0: 2, x0: -1, w1: -3, x1: -2, w2: -3 }),
  circuit("saturated", "a saturated sigmoid", "a = sigmoid(w*x + b)", { w: 4, x: 2, b: 1 }),
  network("three_layers", "three layers, one unit each", {
    sizes: [1, 1, 1, 1],
    activations: ["relu", "relu", "sigmoid"],
    cost: "squared_error",
    weights: [[[0.5]], [[-1.5]], [[2]]],
    biases: [[0.2], [2], [-1]],
  }, () => one([1], 1)),
  network("one_step", "one step of learning", {
    sizes: [2, 3, 1],
    activations: ["sigmoid", "sigmoid"],
    bias: false,
    weights: [[[0.5, -0.4], [1, 0.3], [-0.6, 0.8]], [[0.7, -1.2, 0.9]]],
  }, () => one([1, -2], 1)),
  network("classes", "classes and softmax", {
    sizes: [2, 3, 2],
    activations: ["sigmoid", "linear"],
    cost: "cross_entropy",
    bias: false,
    seed: 3,
  }, () => one([1, -2], 0)),
  network("svm", "a support vector machine", {
    sizes: [2, 3, 3],
    activations: ["tanh", "linear"],
    cost: "multiclass_hinge",
    seed: 4,
  }, () => one([1, -2], 2)),
  network("four_equations", "the four equations", {
    sizes: [2, 3, 2, 1],
    activations: ["tanh", "asinh", "sigmoid"],
    seed: 2,
  }, () => one([0.5, -1], 1)),
  network("two_moons", "two moons", {
    sizes: [2, 8, 8, 1],
    activations: ["relu", "relu", "linear"],
    cost: "hinge",
    scheme: "he",
    seed: 3,
  }, () => dataSet("moons")),
];

/** The example of that name, or undefined. */
export function exampleNamed(name) {
  return EXAMPLES.find((example) => example.name === name);
}
