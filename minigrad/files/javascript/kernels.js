// Functions on numbers that JavaScript lacks, or has with other edges than IEEE 754 and C99.
// Each stands alone but for those it calls: exported code takes the ones it needs.

// C's pow: 1 to any power is 1, and so is -1 to an infinite one.
function power(x, y) {
  return x === 1 || (x === -1 && (y === Infinity || y === -Infinity)) ? 1 : x ** y;
}

// Python's %: with the sign of y.
function modulo(x, y) {
  const rest = x % y;
  if (rest === 0) return y < 0 ? -0 : 0;
  return rest < 0 !== y < 0 ? rest + y : rest;
}

// The nearest whole number, of two the even one; from 2^52 on all numbers are whole.
function nearest(x) {
  const size = Math.abs(x);
  if (!(size < 4503599627370496)) return x;
  const whole = size + 4503599627370496 - 4503599627370496;
  return x < 0 || Object.is(x, -0) ? -whole : whole;
}

function choose(choices, index) {
  if (Number.isInteger(index) && index >= 0 && index < choices.length) return choices[index];
  throw new RangeError(
    `select has ${choices.length} inputs: the index must be a whole number from 0 to ` +
      `${choices.length - 1}, got ${index}`,
  );
}

// x times 2 to the power n, rounded once.
function scaled(x, n) {
  const half = Math.trunc(n / 2);
  return x * 2 ** half * 2 ** (n - half);
}

// The bell curve: see rules/bell_curve.py, of which these are the same operations.
function curvature(r) {
  const square = r * r;
  let odd = 2.5100388772450645e-8, even = 2.7620092706650667e-7;
  odd = odd * square + 2.7557268453107527e-6; even = even * square + 2.480152128699544e-5;
  odd = odd * square + 0.00019841269863058052; even = even * square + 0.0013888888917219482;
  odd = odd * square + 0.008333333333330062; even = even * square + 0.041666666666624115;
  odd = odd * square + 0.16666666666666669; even = even * square + 0.5000000000000001;
  return odd * r + even;
}

function mills(q) {
  const square = q * q;
  let odd = 1.3532082137364441e-09, even = 2.624075297735166e-09;
  odd = odd * square - 1.3293655196753945e-08; even = even * square - 1.8108091860479584e-08;
  odd = odd * square + 1.1275536567595076e-07; even = even * square + 7.40159272902494e-09;
  odd = odd * square - 8.604246956070431e-07; even = even * square + 1.4712436471765621e-06;
  odd = odd * square + 3.92046807561932e-06; even = even * square - 2.2373493724864815e-05;
  odd = odd * square + 3.0506861791466113e-05; even = even * square + 0.00010610021766453527;
  odd = odd * square - 0.0007378237143086306; even = even * square + 0.0024420170599975958;
  odd = odd * square - 0.005750100992034551; even = even * square + 0.010485201643215264;
  odd = odd * square - 0.014922209445238881; even = even * square + 0.015386591201753825;
  odd = odd * square - 0.007020933586326951; even = even * square - 0.01406496840704403;
  odd = odd * square + 0.04806393317343495; even = even * square - 0.08979678369967675;
  return odd * q + even;
}

function bell(t) {
  const head = t + 6442450944 - 6442450944;
  const halfSquare = 0.5 * head * head;
  const lacking = 0.5 * (t - head) * (t + head);
  const n = halfSquare * 1.4426950408889634 + 6755399441055744 - 6755399441055744;
  const exact = n * 6.9314718036912381649e-1 - halfSquare;
  const small = n * 1.90821492927058770002e-10 - lacking;
  const r = exact + small;
  const curved = exact - r + small + r * r * curvature(r);
  const lessOne = r + curved + 201326592 - 201326592;
  return [1 + lessOne, r - lessOne + curved, n];
}

function tail(t) {
  const [curve, curveRest, n] = bell(t);
  const q = (t - 6) / (t + 6);
  const change = mills(q) * q;
  const cut = change + 50331648 - 50331648;
  const ratio = 0.4048707112669945 + cut;
  const ratioRest = change - cut + 3.260798331607698e-9;
  const product = curve * ratio;
  const productRest = curve * ratioRest + curveRest * (ratio + ratioRest);
  const tHead = t + 6442450944 - 6442450944;
  const divisor = 0.875 * tHead + 1, divisorRest = 0.875 * (t - tHead);
  const both = divisor + divisorRest;
  const head = product / both + 50331648 - 50331648;
  const rest = (product - head * divisor + (productRest - head * divisorRest)) / both;
  return [head, rest, n];
}

// The density of the standard normal distribution.
function normalDensity(x) {
  if (!(-39 < x && x < 39)) return x !== x ? x : 0;
  const [curve, rest, n] = bell(Math.abs(x));
  const y = curve * 0.3989422768354416 + (curve * 3.5659910885844774e-9 + rest * 0.3989422804014327);
  return scaled(y, -n);
}

// The standard normal distribution function.
function normalCdf(x) {
  if (!(-39 < x && x < 39)) return x !== x ? x : x < 0 ? 0 : 1;
  const [head, rest, n] = tail(Math.abs(x));
  if (x < 0) return scaled(head + rest, -n);
  const scale = scaled(1, -n);
  return 1 - head * scale - rest * scale;
}


// The error function: near 0 a polynomial (mpmath's chebyfit of erf(x)/x - 1 in x^2, to 2^-66),
// beyond it what Φ leaves of 1.
function erf(x) {
  const size = Math.abs(x);
  if (size < 0.75) {
    const square = x * x;
    let sum = -9.502840894774706e-10;
    sum = sum * square + 1.4413879289095029e-08;
    sum = sum * square - 1.63332293434337e-07;
    sum = sum * square + 1.646038320985815e-06;
    sum = sum * square - 1.4925589383821143e-05;
    sum = sum * square + 0.00012055331545294116;
    sum = sum * square - 0.0008548327001135946;
    sum = sum * square + 0.005223977625222192;
    sum = sum * square - 0.026866170645118446;
    sum = sum * square + 0.11283791670955087;
    sum = sum * square - 0.37612638903183754;
    sum = sum * square + 0.1283791670955126;
    return x + x * sum;
  }
  const beyond = 1 - 2 * normalCdf(-1.4142135623730951 * size);
  return x < 0 ? -beyond : beyond;
}

// --- gates with any number of inputs: what they compute, and their local gradients ---

function total(xs) {
  return xs.reduce((sum, x) => sum + x);
}

function onesFor(xs) {
  return xs.map(() => 1);
}

function product(xs) {
  return xs.reduce((all, x) => all * x);
}

// Those before times those behind: a factor of 0 leaves no quotient.
function productsOfOthers(xs) {
  const behind = xs.map(() => 1);
  for (let i = xs.length - 2; i >= 0; i--) behind[i] = behind[i + 1] * xs[i + 1];
  let before = 1;
  return xs.map((x, i) => {
    const others = before * behind[i];
    before *= x;
    return others;
  });
}

function dotProduct(xs) {
  const half = xs.length / 2;
  let sum = xs[0] * xs[half];
  for (let i = 1; i < half; i++) sum += xs[i] * xs[half + i];
  return sum;
}

function otherFactors(xs) {
  const half = xs.length / 2;
  return [...xs.slice(half), ...xs.slice(0, half)];
}

function sharesOfLargest(xs, out) {
  const attained = xs.map((x) => (x < out ? 0 : 1));
  const count = total(attained);
  return attained.map((one) => one / count);
}

function sharesOfSmallest(xs, out) {
  const attained = xs.map((x) => (x > out ? 0 : 1));
  const count = total(attained);
  return attained.map((one) => one / count);
}

// The index may move while a page draws: one that is none gives NaN, where choose() throws.
function chosenOf(xs) {
  const last = xs.length - 1;
  const index = xs[last];
  return Number.isInteger(index) && index >= 0 && index < last ? xs[index] : NaN;
}

function choiceOf(xs) {
  const last = xs.length - 1;
  return xs.map((_, i) => (i < last && xs[last] === i ? 1 : 0));
}

// e to the power x - largest, with what rounding takes from the difference (D. Knuth 1969).
function powerBelow(x, largest) {
  let far = x - largest;
  if (Math.abs(x) === Infinity && x === largest) far = 0;
  const back = far - x;
  const lost = x - (far - back) - (largest + back);
  return Math.exp(far) * (1 + (Math.abs(lost) < 0.5 ? lost : 0));
}

function logSumExp(xs) {
  const largest = Math.max(...xs);
  const ties = total(xs.map((x) => (x === largest ? 1 : 0)));
  const others = total(xs.map((x) => (x === largest ? 0 : powerBelow(x, largest))));
  return largest + Math.log1p(others + (ties - 1));
}

function softmaxOf(xs) {
  const largest = Math.max(...xs);
  const powers = xs.map((x) => powerBelow(x, largest));
  const sum = total(powers);
  return powers.map((one) => one / sum);
}
