// The table of gates, written by minigrad.files.javascript_gates(). GATES[name] is a row:
//   name, symbol (in the circle), textName (in a formula), sentence (what it does to a gradient)
//   arity (null: any number of inputs), defaults (of the last ones), inputNames
//   routes: it sends nothing to an input whose local gradient is 0, whatever it receives
//   isDot: the inputs are the left factors and then the right ones
//   isProduct: of two inputs each receives the gradient times the other
//   chooses: the last input is the number of the one that comes out
//   constantInSymbol: with a constant as its last input it is drawn as x² and not xʸ
//   binding: how tightly its sign binds (2: + −, 3: · /, 4: −x, 5: power), null of a call
//   text, localTexts: as a reader writes them, with {x}, {y}, … and {out} for names; null of gates
//     with any number of inputs
//   forward(xs): the output for an array of numbers, NaN of select where its index is none of them
//   localGradients(xs, out): one for each input
//   isIdle(xs, out): it is saturated or closed, and passes hardly any gradient

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


export const GATES = {
  add: {
    name: "add", symbol: "+", textName: "add", arity: 2, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x", "y"], binding: 2,
    sentence: "+ distributes: both inputs receive the upstream gradient as it is",
    text: "{x} + {y}", localTexts: ["1", "1"],
    forward: ([x0, x1]) => { return (x0 + x1); },
    localGradients: ([x0, x1], out) => { return [1.0, 1.0]; },
    isIdle: () => false,
  },
  sub: {
    name: "sub", symbol: "−", textName: "sub", arity: 2, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x", "y"], binding: 2,
    sentence: "− distributes, with the sign turned for what is taken away",
    text: "{x} − {y}", localTexts: ["1", "−1"],
    forward: ([x0, x1]) => { return (x0 - x1); },
    localGradients: ([x0, x1], out) => { return [1.0, (-1.0)]; },
    isIdle: () => false,
  },
  mul: {
    name: "mul", symbol: "×", textName: "mul", arity: 2, routes: false,
    isDot: false, isProduct: true, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x", "y"], binding: 3,
    sentence: "× switches its inputs: each receives the upstream gradient times the other input",
    text: "{x}·{y}", localTexts: ["{y}", "{x}"],
    forward: ([x0, x1]) => { return (x0 * x1); },
    localGradients: ([x0, x1], out) => { return [x1, x0]; },
    isIdle: () => false,
  },
  div: {
    name: "div", symbol: "÷", textName: "div", arity: 2, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x", "y"], binding: 3,
    sentence: "÷ sends 1/divisor to the dividend, and to the divisor minus the quotient over it",
    text: "{x}/{y}", localTexts: ["1/{y}", "−{out}/{y}"],
    forward: ([x0, x1]) => { return (x0 / x1); },
    localGradients: ([x0, x1], out) => { return [(1.0 / x1), ((-out) / x1)]; },
    isIdle: () => false,
  },
  pow: {
    name: "pow", symbol: "xʸ", textName: "pow", arity: 2, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: true, defaults: [], inputNames: ["x", "y"], binding: 5,
    sentence: "the power brings its exponent down: exponent · base^(exponent − 1) goes to the base, output · log(base) to the exponent",
    text: "{x}^{y}", localTexts: ["{y}·{x}^({y} − 1)", "{out}·log({x})"],
    forward: ([x0, x1]) => { return power(x0, x1); },
    localGradients: ([x0, x1], out) => { const t0 = (x1 - 1.0); const t1 = (x1 * power(x0, t0)); const t2 = (((((x1 - t0) == 1.0) ? (t0 + 1.0) : NaN) == x1) ? t1 : ((out < 1e+290) ? ((out > 1e-290) ? ((x0 > 1e-290) ? ((x1 * out) / x0) : ((x0 > 0.0) ? ((Math.abs(t1) < Infinity) ? (x1 * (out / x0)) : ((x1 / x0) * out)) : t1)) : t1) : t1)); const t3 = ((x1 > 9007199254740992.0) ? ((x1 < Infinity) ? (-t2) : t2) : t2); const t4 = ((x0 < 0.0) ? ((x1 <= (-9007199254740992.0)) ? ((x1 > (-Infinity)) ? (-t2) : t3) : t3) : t2); return [((t0 == 0.0) ? ((x0 == 0.0) ? (1.0 + Math.sqrt(Math.abs(t0))) : t4) : ((x1 == 0.0) ? ((x0 > 0.0) ? ((x0 < Infinity) ? ((x1 / x0) + 0.0) : Math.sqrt(Math.abs(x1))) : Math.sqrt(Math.abs(x1))) : t4)), ((x0 == 0.0) ? (((x1 * power(x0, (x1 - 1.0))) == 0.0) ? ((0.0 * x0) + 0.0) : ((x1 >= 0.0) ? Math.sqrt(Math.abs(x0)) : (out * (-Infinity)))) : ((x0 == Infinity) ? (out * Infinity) : (out * Math.log(x0))))]; },
    isIdle: () => false,
  },
  neg: {
    name: "neg", symbol: "neg", textName: "neg", arity: 1, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: 4,
    sentence: "neg turns the sign of the gradient",
    text: "−{x}", localTexts: ["−1"],
    forward: ([x0]) => { return (-x0); },
    localGradients: ([x0], out) => { return [(-1.0)]; },
    isIdle: () => false,
  },
  sum: {
    name: "sum", symbol: "Σ", textName: "sum", arity: null, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x", "y"], binding: null,
    sentence: "Σ distributes: every input receives the upstream gradient as it is",
    text: null, localTexts: null,
    forward: (xs) => total(xs),
    localGradients: (xs, out) => onesFor(xs),
    isIdle: () => false,
  },
  mean: {
    name: "mean", symbol: "mean", textName: "mean", arity: null, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x", "y"], binding: null,
    sentence: "mean sends each input an equal share of the gradient",
    text: null, localTexts: null,
    forward: (xs) => total(xs) / xs.length,
    localGradients: (xs, out) => onesFor(xs).map((one) => one / xs.length),
    isIdle: () => false,
  },
  prod: {
    name: "prod", symbol: "Π", textName: "prod", arity: null, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x", "y"], binding: null,
    sentence: "Π sends each input the product of the others",
    text: null, localTexts: null,
    forward: (xs) => product(xs),
    localGradients: (xs, out) => productsOfOthers(xs),
    isIdle: () => false,
  },
  dot: {
    name: "dot", symbol: "·", textName: "dot", arity: null, routes: false,
    isDot: true, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x", "y"], binding: null,
    sentence: "the dot product switches each pair of factors: each receives the gradient times the other",
    text: null, localTexts: null,
    forward: (xs) => dotProduct(xs),
    localGradients: (xs, out) => otherFactors(xs),
    isIdle: () => false,
  },
  maximum: {
    name: "maximum", symbol: "max", textName: "max", arity: null, routes: true,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x", "y"], binding: null,
    sentence: "max routes: the largest input receives all of the gradient; ties share it",
    text: null, localTexts: null,
    forward: (xs) => Math.max(...xs),
    localGradients: (xs, out) => sharesOfLargest(xs, out),
    isIdle: () => false,
  },
  minimum: {
    name: "minimum", symbol: "min", textName: "min", arity: null, routes: true,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x", "y"], binding: null,
    sentence: "min routes: the smallest input receives all of the gradient; ties share it",
    text: null, localTexts: null,
    forward: (xs) => Math.min(...xs),
    localGradients: (xs, out) => sharesOfSmallest(xs, out),
    isIdle: () => false,
  },
  less: {
    name: "less", symbol: "\u003c?", textName: "less", arity: 2, routes: true,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x", "y"], binding: null,
    sentence: "\u003c? gives 1 or 0: it stops the gradient",
    text: "1 if {x} \u003c {y} else 0", localTexts: ["0", "0"],
    forward: ([x0, x1]) => { return ((x0 < x1) ? 1.0 : 0.0); },
    localGradients: ([x0, x1], out) => { return [0.0, 0.0]; },
    isIdle: () => false,
  },
  less_equal: {
    name: "less_equal", symbol: "≤?", textName: "less_equal", arity: 2, routes: true,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x", "y"], binding: null,
    sentence: "≤? gives 1 or 0: it stops the gradient",
    text: "1 if {x} ≤ {y} else 0", localTexts: ["0", "0"],
    forward: ([x0, x1]) => { return ((x0 <= x1) ? 1.0 : 0.0); },
    localGradients: ([x0, x1], out) => { return [0.0, 0.0]; },
    isIdle: () => false,
  },
  is_equal: {
    name: "is_equal", symbol: "=?", textName: "is_equal", arity: 2, routes: true,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x", "y"], binding: null,
    sentence: "=? gives 1 or 0: it stops the gradient",
    text: "1 if {x} = {y} else 0", localTexts: ["0", "0"],
    forward: ([x0, x1]) => { return ((x0 == x1) ? 1.0 : 0.0); },
    localGradients: ([x0, x1], out) => { return [0.0, 0.0]; },
    isIdle: () => false,
  },
  select: {
    name: "select", symbol: "select", textName: "select", arity: null, routes: true,
    isDot: false, isProduct: false, chooses: true,
    constantInSymbol: false, defaults: [], inputNames: ["x", "y"], binding: null,
    sentence: "select, a multiplexer, routes: the chosen input receives all of the gradient",
    text: null, localTexts: null,
    forward: (xs) => chosenOf(xs),
    localGradients: (xs, out) => choiceOf(xs),
    isIdle: () => false,
  },
  abs: {
    name: "abs", symbol: "|x|", textName: "abs", arity: 1, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: null,
    sentence: "the absolute value passes the gradient on, with the sign of its input",
    text: "abs({x})", localTexts: ["1 if {x} \u003e 0 else −1 if {x} \u003c 0 else 0"],
    forward: ([x0]) => { return Math.abs(x0); },
    localGradients: ([x0], out) => { return [((x0 > 0.0) ? 1.0 : ((x0 < 0.0) ? (-1.0) : ((x0 == 0.0) ? 0.0 : NaN)))]; },
    isIdle: () => false,
  },
  exp: {
    name: "exp", symbol: "exp", textName: "exp", arity: 1, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: null,
    sentence: "exp multiplies the gradient by its own output",
    text: "exp({x})", localTexts: ["{out}"],
    forward: ([x0]) => { return Math.exp(x0); },
    localGradients: ([x0], out) => { return [out]; },
    isIdle: () => false,
  },
  log: {
    name: "log", symbol: "log", textName: "log", arity: 1, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: null,
    sentence: "log divides the gradient by its input",
    text: "log({x})", localTexts: ["1/{x}"],
    forward: ([x0]) => { return Math.log(x0); },
    localGradients: ([x0], out) => { return [(1.0 / x0)]; },
    isIdle: () => false,
  },
  log1p: {
    name: "log1p", symbol: "log1p", textName: "log1p", arity: 1, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: null,
    sentence: "log1p divides the gradient by 1 + its input",
    text: "log1p({x})", localTexts: ["1/(1 + {x})"],
    forward: ([x0]) => { return Math.log1p(x0); },
    localGradients: ([x0], out) => { return [(1.0 / (1.0 + x0))]; },
    isIdle: () => false,
  },
  sqrt: {
    name: "sqrt", symbol: "√", textName: "√", arity: 1, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: null,
    sentence: "√ divides the gradient by twice its own output",
    text: "√({x})", localTexts: ["0.5/{out}"],
    forward: ([x0]) => { return Math.sqrt(x0); },
    localGradients: ([x0], out) => { return [(0.5 / out)]; },
    isIdle: () => false,
  },
  tanh: {
    name: "tanh", symbol: "tanh", textName: "tanh", arity: 1, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: null,
    sentence: "tanh multiplies the gradient by 1 − output², which vanishes as it saturates",
    text: "tanh({x})", localTexts: ["1 − {out}²"],
    forward: ([x0]) => { return Math.tanh(x0); },
    localGradients: ([x0], out) => { const t0 = (out * out); return [((t0 < 0.5) ? (1.0 - t0) : (Math.exp(((-2.0) * Math.abs(x0))) * ((1.0 + t0) + (2.0 * Math.abs(out)))))]; },
    isIdle: ([x0], out) => { return ((1.0 - (out * out)) < 0.04); },
  },
  sigmoid: {
    name: "sigmoid", symbol: "σ", textName: "σ", arity: 1, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: 3,
    sentence: "σ multiplies the gradient by output·(1 − output), at most a quarter",
    text: "1/(1 + exp(−{x}))", localTexts: ["{out}·(1 − {out})"],
    forward: ([x0]) => { const t0 = Math.exp((-Math.abs(x0))); return (((x0 >= 0.0) ? 1.0 : t0) / (1.0 + t0)); },
    localGradients: ([x0], out) => { return [((out < 0.75) ? (out * (1.0 - out)) : ((out * out) * Math.exp((-x0))))]; },
    isIdle: ([x0], out) => { return ((out * (1.0 - out)) < 0.01); },
  },
  relu: {
    name: "relu", symbol: "relu", textName: "relu", arity: 1, routes: true,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: null,
    sentence: "relu lets the gradient through where its input is positive, and stops it elsewhere",
    text: "max(0, {x})", localTexts: ["0 if {x} ≤ 0 else 1"],
    forward: ([x0]) => { return ((x0 <= 0.0) ? 0.0 : x0); },
    localGradients: ([x0], out) => { return [((x0 <= 0.0) ? 0.0 : 1.0)]; },
    isIdle: ([x0], out) => { return (x0 <= 0.0); },
  },
  leaky_relu: {
    name: "leaky_relu", symbol: "leaky_relu", textName: "leaky_relu", arity: 2, routes: true,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [0.01], inputNames: ["x", "slope"], binding: null,
    sentence: "leaky_relu lets the gradient through where its input is positive, else a part",
    text: "{x} if {x} \u003e 0 else {slope}·{x}", localTexts: ["1 if {x} \u003e 0 else {slope}", "0 if {x} \u003e 0 else {x}"],
    forward: ([x0, x1]) => { return ((x0 > 0.0) ? x0 : (x1 * x0)); },
    localGradients: ([x0, x1], out) => { return [((x0 > 0.0) ? 1.0 : x1), ((x0 > 0.0) ? 0.0 : x0)]; },
    isIdle: () => false,
  },
  expm1: {
    name: "expm1", symbol: "expm1", textName: "expm1", arity: 1, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: null,
    sentence: "expm1 multiplies the gradient by exp of its input",
    text: "expm1({x})", localTexts: ["exp({x})"],
    forward: ([x0]) => { return Math.expm1(x0); },
    localGradients: ([x0], out) => { return [Math.exp(x0)]; },
    isIdle: () => false,
  },
  exp2: {
    name: "exp2", symbol: "2ˣ", textName: "exp2", arity: 1, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: 5,
    sentence: "2ˣ multiplies the gradient by its own output times log 2",
    text: "2^{x}", localTexts: ["{out}·log(2)"],
    forward: ([x0]) => { return power(2.0, x0); },
    localGradients: ([x0], out) => { return [(out * 0.6931471805599453)]; },
    isIdle: () => false,
  },
  log2: {
    name: "log2", symbol: "log₂", textName: "log2", arity: 1, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: null,
    sentence: "log₂ divides the gradient by its input times log 2",
    text: "log2({x})", localTexts: ["1/({x}·log(2))"],
    forward: ([x0]) => { return Math.log2(x0); },
    localGradients: ([x0], out) => { return [(1.4426950408889634 / x0)]; },
    isIdle: () => false,
  },
  log10: {
    name: "log10", symbol: "log₁₀", textName: "log10", arity: 1, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: null,
    sentence: "log₁₀ divides the gradient by its input times log 10",
    text: "log10({x})", localTexts: ["1/({x}·log(10))"],
    forward: ([x0]) => { return Math.log10(x0); },
    localGradients: ([x0], out) => { return [(0.43429448190325176 / x0)]; },
    isIdle: () => false,
  },
  logaddexp: {
    name: "logaddexp", symbol: "logaddexp", textName: "logaddexp", arity: 2, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x", "y"], binding: null,
    sentence: "logaddexp shares the gradient by σ of how far the one input is above the other",
    text: "log(exp({x}) + exp({y}))", localTexts: ["exp({x} − {out})", "exp({y} − {out})"],
    forward: ([x0, x1]) => { const t0 = (x0 - x1); const t1 = (Math.abs(x0) == Infinity); const t2 = (t1 ? ((x0 == x1) ? ((0.0 / (t1 ? x0 : 1.0)) / (t1 ? ((x0 == x1) ? x1 : 1.0) : 1.0)) : t0) : t0); const t3 = (t2 - x0); const t4 = ((x0 - (t2 - t3)) - (x1 + t3)); const t5 = ((Math.abs(t4) < 0.5) ? t4 : 0.0); const t6 = Math.exp((-Math.abs(t2))); return (Math.max(x0, x1) + Math.log1p((t6 + (t6 * ((t2 < 0.0) ? t5 : (-t5)))))); },
    localGradients: ([x0, x1], out) => { const t0 = (x0 - x1); const t1 = (Math.abs(x0) == Infinity); const t2 = (-(t1 ? ((x0 == x1) ? ((0.0 / (t1 ? x0 : 1.0)) / (t1 ? ((x0 == x1) ? x1 : 1.0) : 1.0)) : t0) : t0)); const t3 = Math.exp((-Math.abs(t2))); const t4 = (x0 - x1); const t5 = (Math.abs(x0) == Infinity); const t6 = (t5 ? ((x0 == x1) ? ((0.0 / (t5 ? x0 : 1.0)) / (t5 ? ((x0 == x1) ? x1 : 1.0) : 1.0)) : t4) : t4); const t7 = (t6 - x0); const t8 = ((x0 - (t6 - t7)) - (x1 + t7)); const t9 = (x0 - x1); const t10 = (Math.abs(x0) == Infinity); const t11 = (t10 ? ((x0 == x1) ? ((0.0 / (t10 ? x0 : 1.0)) / (t10 ? ((x0 == x1) ? x1 : 1.0) : 1.0)) : t9) : t9); const t12 = Math.exp((-Math.abs(t11))); const t13 = (x0 - x1); const t14 = (Math.abs(x0) == Infinity); const t15 = (t14 ? ((x0 == x1) ? ((0.0 / (t14 ? x0 : 1.0)) / (t14 ? ((x0 == x1) ? x1 : 1.0) : 1.0)) : t13) : t13); const t16 = Math.exp((-Math.abs(t15))); const t17 = (x0 - x1); const t18 = (Math.abs(x0) == Infinity); const t19 = (t18 ? ((x0 == x1) ? ((0.0 / (t18 ? x0 : 1.0)) / (t18 ? ((x0 == x1) ? x1 : 1.0) : 1.0)) : t17) : t17); const t20 = (t19 - x0); const t21 = ((x0 - (t19 - t20)) - (x1 + t20)); const t22 = (x0 - x1); const t23 = (Math.abs(x0) == Infinity); const t24 = (-(t23 ? ((x0 == x1) ? ((0.0 / (t23 ? x0 : 1.0)) / (t23 ? ((x0 == x1) ? x1 : 1.0) : 1.0)) : t22) : t22)); const t25 = Math.exp((-Math.abs(t24))); return [((((t11 >= 0.0) ? 1.0 : t12) / (1.0 + t12)) * (1.0 + (((Math.abs(t8) < 0.5) ? t8 : 0.0) * (((t2 >= 0.0) ? 1.0 : t3) / (1.0 + t3))))), ((((t24 >= 0.0) ? 1.0 : t25) / (1.0 + t25)) * (1.0 - (((Math.abs(t21) < 0.5) ? t21 : 0.0) * (((t15 >= 0.0) ? 1.0 : t16) / (1.0 + t16)))))]; },
    isIdle: () => false,
  },
  logsumexp: {
    name: "logsumexp", symbol: "logsumexp", textName: "logsumexp", arity: null, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x", "y"], binding: null,
    sentence: "logsumexp shares the gradient by softmax: the largest input receives most",
    text: null, localTexts: null,
    forward: (xs) => logSumExp(xs),
    localGradients: (xs, out) => softmaxOf(xs),
    isIdle: () => false,
  },
  erf: {
    name: "erf", symbol: "erf", textName: "erf", arity: 1, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: null,
    sentence: "erf multiplies the gradient by 2/√π times exp of minus its input squared",
    text: "erf({x})", localTexts: ["2/√(π)·exp(−{x}·{x})"],
    forward: ([x0]) => { return erf(x0); },
    localGradients: ([x0], out) => { const t0 = ((x0 + 6442450944.0) - 6442450944.0); return [((Math.abs(x0) >= 30.0) ? 0.0 : (1.1283791670955126 * (Math.exp((-(t0 * t0))) * Math.exp(((t0 - x0) * (t0 + x0))))))]; },
    isIdle: () => false,
  },
  sign: {
    name: "sign", symbol: "sign", textName: "sign", arity: 1, routes: true,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: null,
    sentence: "sign is −1, 0 or 1: it stops the gradient",
    text: "1 if {x} \u003e 0 else −1 if {x} \u003c 0 else 0 if {x} = 0 else {x}", localTexts: ["0"],
    forward: ([x0]) => { return ((x0 > 0.0) ? 1.0 : ((x0 < 0.0) ? (-1.0) : ((x0 == 0.0) ? 0.0 : x0))); },
    localGradients: ([x0], out) => { return [0.0]; },
    isIdle: () => false,
  },
  floor: {
    name: "floor", symbol: "⌊x⌋", textName: "floor", arity: 1, routes: true,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: null,
    sentence: "floor is the whole number below: it stops the gradient",
    text: "floor({x})", localTexts: ["0"],
    forward: ([x0]) => { return Math.floor(x0); },
    localGradients: ([x0], out) => { return [0.0]; },
    isIdle: () => false,
  },
  ceil: {
    name: "ceil", symbol: "⌈x⌉", textName: "ceil", arity: 1, routes: true,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: 4,
    sentence: "ceil is the whole number above: it stops the gradient",
    text: "−floor(−{x})", localTexts: ["0"],
    forward: ([x0]) => { return (-Math.floor((-x0))); },
    localGradients: ([x0], out) => { return [0.0]; },
    isIdle: () => false,
  },
  trunc: {
    name: "trunc", symbol: "trunc", textName: "trunc", arity: 1, routes: true,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: null,
    sentence: "trunc leaves the fraction away: it stops the gradient",
    text: "trunc({x})", localTexts: ["0"],
    forward: ([x0]) => { return Math.trunc(x0); },
    localGradients: ([x0], out) => { return [0.0]; },
    isIdle: () => false,
  },
  round: {
    name: "round", symbol: "round", textName: "round", arity: 1, routes: true,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: null,
    sentence: "round is the nearest whole number, of two the even one: it stops the gradient",
    text: "round({x})", localTexts: ["0"],
    forward: ([x0]) => { return nearest(x0); },
    localGradients: ([x0], out) => { return [0.0]; },
    isIdle: () => false,
  },
  clip: {
    name: "clip", symbol: "clip", textName: "clip", arity: 3, routes: true,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x", "low", "high"], binding: null,
    sentence: "clip passes the gradient on between the bounds, and beyond them sends it to the bound",
    text: "min(max({x}, {low}), {high})", localTexts: ["0 if {x} \u003c {low} else 0 if {x} \u003e {high} else 1", "1 if {x} \u003c {low} else 0", "1 if {x} \u003e {high} else 0"],
    forward: ([x0, x1, x2]) => { return Math.min(Math.max(x0, x1), x2); },
    localGradients: ([x0, x1, x2], out) => { return [((1.0 - ((x1 > x2) ? 1.0 : ((x0 > x2) ? 1.0 : 0.0))) - ((x1 > x2) ? 0.0 : ((x0 < x1) ? 1.0 : 0.0))), ((x1 > x2) ? 0.0 : ((x0 < x1) ? 1.0 : 0.0)), ((x1 > x2) ? 1.0 : ((x0 > x2) ? 1.0 : 0.0))]; },
    isIdle: () => false,
  },
  mod: {
    name: "mod", symbol: "mod", textName: "mod", arity: 2, routes: true,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x", "y"], binding: null,
    sentence: "mod passes the gradient on, and sends the divisor minus the whole quotient times it",
    text: "mod({x}, {y})", localTexts: ["1", "−floor({x}/{y})"],
    forward: ([x0, x1]) => { return modulo(x0, x1); },
    localGradients: ([x0, x1], out) => { const t0 = modulo(x0, x1); const t1 = ((Math.abs(x1) == Infinity) ? ((t0 == x0) ? 0.0 : ((t0 == x1) ? (-1.0) : t0)) : nearest(((x0 - t0) / x1))); return [1.0, (-((x1 == 0.0) ? (x0 / x1) : ((t1 == 0.0) ? (0.0 * (x0 / x1)) : t1)))]; },
    isIdle: () => false,
  },
  floor_divide: {
    name: "floor_divide", symbol: "//", textName: "floor_divide", arity: 2, routes: true,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x", "y"], binding: null,
    sentence: "// is the whole number below the quotient: it stops the gradient",
    text: "floor({x}/{y})", localTexts: ["0", "0"],
    forward: ([x0, x1]) => { const t0 = modulo(x0, x1); const t1 = ((Math.abs(x1) == Infinity) ? ((t0 == x0) ? 0.0 : ((t0 == x1) ? (-1.0) : t0)) : nearest(((x0 - t0) / x1))); return ((x1 == 0.0) ? (x0 / x1) : ((t1 == 0.0) ? (0.0 * (x0 / x1)) : t1)); },
    localGradients: ([x0, x1], out) => { return [0.0, 0.0]; },
    isIdle: () => false,
  },
  sin: {
    name: "sin", symbol: "sin", textName: "sin", arity: 1, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: null,
    sentence: "sin multiplies the gradient by the cosine of its input",
    text: "sin({x})", localTexts: ["cos({x})"],
    forward: ([x0]) => { return Math.sin(x0); },
    localGradients: ([x0], out) => { return [Math.cos(x0)]; },
    isIdle: () => false,
  },
  cos: {
    name: "cos", symbol: "cos", textName: "cos", arity: 1, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: null,
    sentence: "cos multiplies the gradient by minus the sine of its input",
    text: "cos({x})", localTexts: ["−sin({x})"],
    forward: ([x0]) => { return Math.cos(x0); },
    localGradients: ([x0], out) => { return [(-Math.sin(x0))]; },
    isIdle: () => false,
  },
  tan: {
    name: "tan", symbol: "tan", textName: "tan", arity: 1, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: null,
    sentence: "tan multiplies the gradient by 1 + output², which has no bound",
    text: "tan({x})", localTexts: ["1 + {out}²"],
    forward: ([x0]) => { return Math.tan(x0); },
    localGradients: ([x0], out) => { return [(1.0 + (out * out))]; },
    isIdle: () => false,
  },
  asin: {
    name: "asin", symbol: "asin", textName: "asin", arity: 1, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: null,
    sentence: "asin divides the gradient by the cosine of its output",
    text: "asin({x})", localTexts: ["1/√(1 − {x}²)"],
    forward: ([x0]) => { return Math.asin(x0); },
    localGradients: ([x0], out) => { return [(1.0 / Math.sqrt(((Math.abs(x0) < 0.5) ? (1.0 - (x0 * x0)) : ((1.0 - x0) * (1.0 + x0)))))]; },
    isIdle: () => false,
  },
  acos: {
    name: "acos", symbol: "acos", textName: "acos", arity: 1, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: null,
    sentence: "acos divides the gradient by minus the sine of its output",
    text: "acos({x})", localTexts: ["−1/√(1 − {x}²)"],
    forward: ([x0]) => { return Math.acos(x0); },
    localGradients: ([x0], out) => { return [(-(1.0 / Math.sqrt(((Math.abs(x0) < 0.5) ? (1.0 - (x0 * x0)) : ((1.0 - x0) * (1.0 + x0))))))]; },
    isIdle: () => false,
  },
  atan: {
    name: "atan", symbol: "atan", textName: "atan", arity: 1, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: null,
    sentence: "atan divides the gradient by 1 + its input squared",
    text: "atan({x})", localTexts: ["1/(1 + {x}²)"],
    forward: ([x0]) => { return Math.atan(x0); },
    localGradients: ([x0], out) => { return [((Math.abs(x0) < 1e+150) ? (1.0 / (1.0 + (x0 * x0))) : ((1.0 / x0) / x0))]; },
    isIdle: () => false,
  },
  atan2: {
    name: "atan2", symbol: "atan2", textName: "atan2", arity: 2, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["y", "x"], binding: null,
    sentence: "atan2 sends each input the other one over the length squared, the second with a minus",
    text: "atan2({y}, {x})", localTexts: ["{x}/({y}² + {x}²)", "−{y}/({y}² + {x}²)"],
    forward: ([x0, x1]) => { return Math.atan2(x0, x1); },
    localGradients: ([x0, x1], out) => { const t0 = Math.max(Math.abs(x0), Math.abs(x1)); const t1 = (Math.min(Math.abs(x0), Math.abs(x1)) / t0); const t2 = ((Math.abs(x0) == Infinity) ? Infinity : ((Math.abs(x1) == Infinity) ? Infinity : ((t0 == 0.0) ? t0 : (t0 * Math.sqrt((1.0 + (t1 * t1))))))); const t3 = Math.max(Math.abs(x0), Math.abs(x1)); const t4 = (Math.min(Math.abs(x0), Math.abs(x1)) / t3); const t5 = ((Math.abs(x0) == Infinity) ? Infinity : ((Math.abs(x1) == Infinity) ? Infinity : ((t3 == 0.0) ? t3 : (t3 * Math.sqrt((1.0 + (t4 * t4))))))); return [((Math.abs(x1) == Infinity) ? ((out == out) ? (1.0 / x1) : out) : ((x1 / t2) / t2)), (-((Math.abs(x0) == Infinity) ? ((out == out) ? (1.0 / x0) : out) : ((x0 / t5) / t5)))]; },
    isIdle: () => false,
  },
  degrees: {
    name: "degrees", symbol: "degrees", textName: "degrees", arity: 1, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: 3,
    sentence: "degrees multiplies the gradient by 180/π",
    text: "{x}·180/π", localTexts: ["180/π"],
    forward: ([x0]) => { return (x0 * 57.29577951308232); },
    localGradients: ([x0], out) => { return [57.29577951308232]; },
    isIdle: () => false,
  },
  radians: {
    name: "radians", symbol: "radians", textName: "radians", arity: 1, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: 3,
    sentence: "radians multiplies the gradient by π/180",
    text: "{x}·π/180", localTexts: ["π/180"],
    forward: ([x0]) => { return (x0 * 0.017453292519943295); },
    localGradients: ([x0], out) => { return [0.017453292519943295]; },
    isIdle: () => false,
  },
  sinh: {
    name: "sinh", symbol: "sinh", textName: "sinh", arity: 1, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: null,
    sentence: "sinh multiplies the gradient by cosh of its input",
    text: "sinh({x})", localTexts: ["cosh({x})"],
    forward: ([x0]) => { return Math.sinh(x0); },
    localGradients: ([x0], out) => { return [Math.cosh(x0)]; },
    isIdle: () => false,
  },
  cosh: {
    name: "cosh", symbol: "cosh", textName: "cosh", arity: 1, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: null,
    sentence: "cosh multiplies the gradient by sinh of its input",
    text: "cosh({x})", localTexts: ["sinh({x})"],
    forward: ([x0]) => { return Math.cosh(x0); },
    localGradients: ([x0], out) => { return [Math.sinh(x0)]; },
    isIdle: () => false,
  },
  asinh: {
    name: "asinh", symbol: "asinh", textName: "asinh", arity: 1, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: null,
    sentence: "asinh divides the gradient by cosh of its output",
    text: "asinh({x})", localTexts: ["1/√(1 + {x}²)"],
    forward: ([x0]) => { return Math.asinh(x0); },
    localGradients: ([x0], out) => { const t0 = Math.max(Math.abs(1.0), Math.abs(x0)); const t1 = (Math.min(Math.abs(1.0), Math.abs(x0)) / t0); return [(1.0 / ((Math.abs(1.0) == Infinity) ? Infinity : ((Math.abs(x0) == Infinity) ? Infinity : ((t0 == 0.0) ? t0 : (t0 * Math.sqrt((1.0 + (t1 * t1))))))))]; },
    isIdle: () => false,
  },
  acosh: {
    name: "acosh", symbol: "acosh", textName: "acosh", arity: 1, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: null,
    sentence: "acosh divides the gradient by sinh of its output",
    text: "acosh({x})", localTexts: ["1/√({x}² − 1)"],
    forward: ([x0]) => { return Math.acosh(x0); },
    localGradients: ([x0], out) => { return [((1.0 / Math.sqrt((x0 - 1.0))) / Math.sqrt((x0 + 1.0)))]; },
    isIdle: () => false,
  },
  atanh: {
    name: "atanh", symbol: "atanh", textName: "atanh", arity: 1, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: null,
    sentence: "atanh divides the gradient by 1 − its input squared",
    text: "atanh({x})", localTexts: ["1/(1 − {x}²)"],
    forward: ([x0]) => { return Math.atanh(x0); },
    localGradients: ([x0], out) => { return [(1.0 / ((Math.abs(x0) < 0.5) ? (1.0 - (x0 * x0)) : ((1.0 - x0) * (1.0 + x0))))]; },
    isIdle: () => false,
  },
  hypot: {
    name: "hypot", symbol: "hypot", textName: "hypot", arity: 2, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x", "y"], binding: null,
    sentence: "hypot sends each input its share: the input over the length",
    text: "√({x}² + {y}²)", localTexts: ["{x}/{out}", "{y}/{out}"],
    forward: ([x0, x1]) => { const t0 = Math.max(Math.abs(x0), Math.abs(x1)); const t1 = (Math.min(Math.abs(x0), Math.abs(x1)) / t0); return ((Math.abs(x0) == Infinity) ? Infinity : ((Math.abs(x1) == Infinity) ? Infinity : ((t0 == 0.0) ? t0 : (t0 * Math.sqrt((1.0 + (t1 * t1))))))); },
    localGradients: ([x0, x1], out) => { return [((out == 0.0) ? 0.0 : (x0 / out)), ((out == 0.0) ? 0.0 : (x1 / out))]; },
    isIdle: () => false,
  },
  sinc: {
    name: "sinc", symbol: "sinc", textName: "sinc", arity: 1, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: 3,
    sentence: "sinc sends what cos(π·input) is above the output, divided by the input",
    text: "sin(π·{x})/(π·{x})", localTexts: ["0 if {x} = 0 else (cos(π·{x}) − {out})/{x}"],
    forward: ([x0]) => { const t0 = Math.abs(x0); const t1 = (t0 - (2.0 * Math.floor((0.5 * t0)))); const t2 = ((t1 > 1.0) ? (t1 - 1.0) : t1); const t3 = Math.sin((3.141592653589793 * ((t2 > 0.5) ? (1.0 - t2) : t2))); return ((t0 == 0.0) ? 1.0 : (((t1 > 1.0) ? (-t3) : t3) / (3.141592653589793 * t0))); },
    localGradients: ([x0], out) => { const t0 = Math.abs(x0); const t1 = (t0 - (2.0 * Math.floor((0.5 * t0)))); const t2 = ((t1 > 1.0) ? (2.0 - t1) : t1); const t3 = (x0 * x0); const t4 = ((((((((((((((-1.3217901389162306e-12) * t3) + 7.365893777096939e-11) * t3) + (-3.4330769499642833e-09)) * t3) + 1.3148481279991983e-07) * t3) + (-4.049947846619242e-06)) * t3) + 9.766223126318926e-05) * t3) + (-0.0017811455163728508)) * t3); return [((Math.abs(x0) < 0.5) ? ((-x0) * (((((((((t4 + 0.023460810354558218) * t3) + (-0.20918278254123834)) * t3) + 1.1445109447325048) * t3) + (-3.246969701133414)) * t3) + 3.289868133696453)) : ((((t2 < 0.25) ? Math.cos((3.141592653589793 * t2)) : ((t2 > 0.5) ? (-Math.sin((3.141592653589793 * (t2 - 0.5)))) : Math.sin((3.141592653589793 * (0.5 - t2))))) - out) / x0))]; },
    isIdle: () => false,
  },
  normal_density: {
    name: "normal_density", symbol: "φ", textName: "φ", arity: 1, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: null,
    sentence: "φ multiplies the gradient by minus its input times its output",
    text: "φ({x})", localTexts: ["−{x}·{out}"],
    forward: ([x0]) => { return normalDensity(x0); },
    localGradients: ([x0], out) => { return [((-x0) * out)]; },
    isIdle: () => false,
  },
  normal_cdf: {
    name: "normal_cdf", symbol: "Φ", textName: "Φ", arity: 1, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: null,
    sentence: "Φ multiplies the gradient by the density of the bell curve at its input",
    text: "Φ({x})", localTexts: ["φ({x})"],
    forward: ([x0]) => { return normalCdf(x0); },
    localGradients: ([x0], out) => { return [normalDensity(x0)]; },
    isIdle: () => false,
  },
  softplus: {
    name: "softplus", symbol: "softplus", textName: "softplus", arity: 1, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: null,
    sentence: "softplus multiplies the gradient by σ of its input",
    text: "log(1 + exp({x}))", localTexts: ["σ({x})"],
    forward: ([x0]) => { return (((x0 > 0.0) ? x0 : 0.0) + Math.log1p(Math.exp((-Math.abs(x0))))); },
    localGradients: ([x0], out) => { const t0 = Math.exp((-Math.abs(x0))); return [(((x0 >= 0.0) ? 1.0 : t0) / (1.0 + t0))]; },
    isIdle: () => false,
  },
  silu: {
    name: "silu", symbol: "silu", textName: "silu", arity: 1, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: 3,
    sentence: "silu multiplies the gradient by σ(input)·(1 + input·σ(−input))",
    text: "{x}·σ({x})", localTexts: ["σ({x})·(1 + {x}·σ(−{x}))"],
    forward: ([x0]) => { return ((x0 > (-700.0)) ? (x0 / (1.0 + Math.exp((-x0)))) : ((x0 * Math.exp((0.5 * x0))) * Math.exp((0.5 * x0)))); },
    localGradients: ([x0], out) => { const t0 = (-x0); const t1 = Math.exp((-Math.abs(t0))); const t2 = Math.exp((-Math.abs(x0))); return [((x0 > (-700.0)) ? ((((x0 >= 0.0) ? 1.0 : t2) / (1.0 + t2)) * (1.0 + (x0 * (((t0 >= 0.0) ? 1.0 : t1) / (1.0 + t1))))) : (-((-out) - Math.exp((-Math.abs(x0))))))]; },
    isIdle: () => false,
  },
  gelu: {
    name: "gelu", symbol: "gelu", textName: "gelu", arity: 1, routes: false,
    isDot: false, isProduct: false, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x"], binding: 3,
    sentence: "gelu multiplies the gradient by Φ(input) + input·φ(input)",
    text: "{x}·Φ({x})", localTexts: ["Φ({x}) + {x}·φ({x})"],
    forward: ([x0]) => { return (x0 * normalCdf(x0)); },
    localGradients: ([x0], out) => { return [(normalCdf(x0) + (x0 * normalDensity(x0)))]; },
    isIdle: () => false,
  },
};
