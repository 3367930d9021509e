// Sets of points to learn, made as nn/datasets.py makes them: the same seed gives the same points.

import { PythonRandom } from "./random.js";

/** @typedef {{name: string, X: number[][], Y: number[]}} Data */

const { PI, cos, sin } = Math;
const FACTOR = 0.5; // of the inner circle's radius to the outer one's
const TURNS = 1.25; // of each spiral
export const MOST_POINTS = 2000;

const SHAPES = {
  moons: [(t) => [cos(PI * t), sin(PI * t)], (t) => [1 - cos(PI * t), 0.5 - sin(PI * t)]],
  circles: [
    (t) => [cos(2 * PI * t), sin(2 * PI * t)],
    (t) => [FACTOR * cos(2 * PI * t), FACTOR * sin(2 * PI * t)],
  ],
  spirals: [arm(0), arm(PI)],
};

function arm(start) {
  return (t) => {
    const [radius, angle] = [0.1 + 0.9 * t, start + 2 * PI * TURNS * t];
    return [radius * cos(angle), radius * sin(angle)];
  };
}

/** What the sets are called, and what they are made with if nobody says. */
export const DATA_SETS = {
  moons: { title: "two moons", n: 100, noise: 0.1 },
  xor: { title: "XOR", n: 4, noise: 0 },
  circles: { title: "circles", n: 100, noise: 0.1 },
  spirals: { title: "spirals", n: 100, noise: 0.02 },
};

/**
 * Points and their labels, 0 or 1, in shuffled order; `noise` is a standard deviation.
 * @param {string} name
 * @param {{n?: number, noise?: number, seed?: number}} settings
 * @returns {Data}
 */
export function dataSet(name, settings = {}) {
  if (!Object.hasOwn(DATA_SETS, name)) {
    throw new RangeError(`there is no data set of that name: choose ${Object.keys(DATA_SETS).join(", ")}`);
  }
  const { n, noise, seed } = { ...DATA_SETS[name], seed: 0, ...settings };
  if (!Number.isInteger(n) || n < 1 || n > MOST_POINTS) {
    throw new RangeError(`a data set has 1 to ${MOST_POINTS} points, got ${n}`);
  }
  if (!(noise >= 0)) throw new RangeError(`noise is a standard deviation, 0 or more, got ${noise}`);
  const rows = name === "xor" ? corners(n) : along(SHAPES[name], n);
  return { name, ...scattered(rows, noise, seed) };
}

function corners(n) {
  const four = [[[0, 0], 0], [[0, 1], 1], [[1, 0], 1], [[1, 1], 0]];
  return Array.from({ length: n }, (_, i) => four[i % 4]);
}

// n points on curves, evenly, the same number (or one more) on each.
function along(curves, n) {
  return curves.flatMap((curve, label) => {
    const count = Math.floor((n + curves.length - 1 - label) / curves.length);
    return Array.from({ length: count }, (_, i) => [curve((i + 0.5) / count), label]);
  });
}

function scattered(rows, noise, seed) {
  const random = new PythonRandom(seed);
  const moved = (x) => x + (noise ? random.gauss(0, noise) : 0);
  const noisy = rows.map(([point, label]) => [point.map(moved), label]);
  random.shuffle(noisy);
  return { X: noisy.map(([point]) => point), Y: noisy.map(([, label]) => label) };
}
