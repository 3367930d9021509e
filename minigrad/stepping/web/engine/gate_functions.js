// What the table of gates needs and JavaScript's Math has not, or has otherwise.

/** C's pow: 1 to any power is 1, and so is −1 to an infinite one. */
export function power(x, y) {
  return x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y;
}

export const total = (xs) => xs.reduce((sum, x) => sum + x);
export const product = (xs) => xs.reduce((all, x) => all * x);
export const productsOfOthers = (xs) => xs.map((_, at) => xs.reduce((all, x, other) => (other === at ? all : all * x), 1));

/** The first half of the inputs times the second, added up. */
export function dotProduct(xs) {
  const half = xs.length / 2;
  let sum = xs[0] * xs[half];
  for (let k = 1; k < half; k++) sum += xs[k] * xs[half + k];
  return sum;
}

export function otherFactors(xs) {
  const half = xs.length / 2;
  return [...xs.slice(half), ...xs.slice(0, half)];
}

export const maximum = (xs) => xs.reduce((most, x) => (most !== most || x <= most ? most : x));
export const minimum = (xs) => xs.reduce((least, x) => (least !== least || x >= least ? least : x));

/** The largest input receives the gradient, several equal ones share it. */
export function sharesOf(xs, out) {
  if (Number.isNaN(out)) return xs.map(() => 1 / xs.length);
  const count = xs.filter((x) => x === out).length;
  return xs.map((x) => (x === out ? 1 / count : 0));
}

/** The last input says which of the others it is. */
export function chosen(xs) {
  const index = xs.at(-1);
  return index >= 0 && index < xs.length - 1 && Number.isInteger(index) ? xs[index] : NaN;
}

export const choiceOf = (xs) => xs.map((_, at) => (at < xs.length - 1 && at === xs.at(-1) ? 1 : 0));

export function logSumExp(xs) {
  const most = maximum(xs);
  if (!Number.isFinite(most)) return most;
  return most + Math.log(total(xs.map((x) => Math.exp(x - most))));
}

/** Softmax: what share of the sum of exponentials each input has. */
export function softShares(xs) {
  const most = maximum(xs);
  const powers = xs.map((x) => (x === most ? 1 : Math.exp(x - most)));
  const all = total(powers);
  return powers.map((power) => power / all);
}

/** The nearest whole number; of two equally near the even one. */
export function roundHalfEven(x) {
  const below = Math.floor(x);
  const rest = x - below;
  if (!Number.isFinite(x) || rest === 0) return x;
  const rounded = rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1;
  return rounded === 0 && x < 0 ? -0 : rounded;
}

/** The remainder with the sign of the divisor, as Python has it. */
export function modulo(x, y) {
  const rest = x % y;
  if (rest === 0) return y < 0 || Object.is(y, -0) ? -0 : 0;
  return rest < 0 !== y < 0 ? rest + y : rest;
}

const TWO_OVER_ROOT_PI = 1.1283791670955126;

/** The error function: a series whose terms are all positive, or 1 less its complement. */
export function erf(x) {
  const size = Math.abs(x);
  if (!(size < 2)) return Number.isNaN(x) ? x : Math.sign(x) * (1 - complement(size));
  let [term, sum] = [x, x];
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return TWO_OVER_ROOT_PI * Math.exp(-x * x) * sum;
}

/** 1 − erf, for x ≥ 2: the continued fraction of Laplace, from its far end. */
function complement(x) {
  if (x > 27.3) return 0;
  let fraction = 0;
  for (let k = 60; k > 0; k--) fraction = k / 2 / (x + fraction);
  return Math.exp(-x * x) / ((x + fraction) * Math.sqrt(Math.PI));
}

/** The share of a normal distribution below x. */
export function normalCdf(x) {
  const z = x / Math.SQRT2;
  if (z < -2) return 0.5 * complement(-z);
  return z > 2 ? 1 - 0.5 * complement(z) : 0.5 + 0.5 * erf(z);
}
