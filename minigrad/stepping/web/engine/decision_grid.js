// What a network of two inputs says of every point of a part of the plane: the probability of class 1.

import { outputsOf } from "./batch.js";
import { PROBABILITIES } from "./network.js";

/** @typedef {{left: number, right: number, bottom: number, top: number}} Area */

const MARGIN = 0.12;
const FROM_MINUS_ONE_TO_ONE = ["tanh", "sin", "cos", "erf", "sign", "sinc"];

/** The part of the plane that the points of a data set need. @returns {Area} */
export function areaOf({ X }) {
  const [left, right] = margins(X.map((point) => point[0]));
  const [bottom, top] = margins(X.map((point) => point[1]));
  return { left, right, bottom, top };
}

function margins(numbers) {
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const margin = MARGIN * (high - low) || 1;
  return [low - margin, high + margin];
}

/**
 * The probability of class 1 at the corners of `cells` × `cells` cells, from the bottom row to the top
 * one; `outputs` are the network's own numbers there.
 */
export function decisionGrid(network, area, cells = 40) {
  const along = (from, to) => Array.from({ length: cells + 1 }, (_, k) => from + ((to - from) * k) / cells);
  const [xs, ys] = [along(area.left, area.right), along(area.bottom, area.top)];
  const outputs = outputsOf(network, ys.flatMap((y) => xs.map((x) => [x, y])));
  const numbers = outputs[0].map((_, i) => classShares(network, outputs.map((each) => each[i]))[1]);
  return { numbers, outputs, cells, area };
}

/**
 * The probability of each class that outputs mean, as text/output_meaning.py has it: what a gate keeps
 * between 0 and 1 is one, between −1 and 1 twice one less 1; else they are scores.
 */
export function classShares(network, numbers) {
  const count = Math.max(numbers.length, 2);
  if (numbers.some(Number.isNaN)) return Array(count).fill(1 / count);
  const { activation } = network.layers.at(-1);
  let shares;
  if (PROBABILITIES.includes(activation)) shares = numbers;
  else if (FROM_MINUS_ONE_TO_ONE.includes(activation)) shares = numbers.map((number) => (number + 1) / 2);
  else return softmax(numbers.length > 1 ? numbers : [0, numbers[0]]);
  if (numbers.length === 1) return [1 - shares[0], shares[0]];
  const total = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => (total ? share / total : 1 / numbers.length));
}

function softmax(numbers) {
  const logits = numbers.map((number) => Math.max(-1e6, Math.min(1e6, number)));
  const largest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - largest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}
