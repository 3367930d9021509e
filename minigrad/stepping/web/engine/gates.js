// The table of gates as the engine uses it. A stand-in of a few rows, until the table printed from
// rules/gates.py is there.

const distributes = (xs) => xs.map(() => 1);

function row(name, symbol, sentence, forward, localGradients, rest = {}) {
  return { name, symbol, textName: name, sentence, forward, localGradients, arity: 1, routes: false,
    isDot: false, constantInSymbol: false, defaults: [], hasOperator: false, inputNames: ["x", "y"], ...rest };
}

const binary = { arity: 2, hasOperator: true };
const sigmoid = (x) => (x >= 0 ? 1 : Math.exp(x)) / (1 + Math.exp(-Math.abs(x)));

const ROWS = [
  row("add", "+", "+ distributes: both inputs receive the upstream gradient as it is", ([x, y]) => x + y, distributes, binary),
  row("sub", "−", "− distributes, with the sign turned for what is taken away", ([x, y]) => x - y, () => [1, -1], binary),
  row("mul", "×", "× switches its inputs: each receives the upstream gradient times the other input", ([x, y]) => x * y, ([x, y]) => [y, x], binary),
  row("div", "÷", "÷ sends 1/divisor to the dividend, and to the divisor minus the quotient over it", ([x, y]) => x / y, ([, y], out) => [1 / y, -out / y], binary),
  row("pow", "xʸ", "the power brings its exponent down: exponent · base^(exponent − 1) goes to the base, output · log(base) to the exponent", ([x, y]) => x ** y, ([x, y], out) => [y === 0 ? 0 : y * x ** (y - 1), x === 0 && y >= 0 ? 0 : out * Math.log(x)], { ...binary, constantInSymbol: true }),
  row("neg", "neg", "neg turns the sign of the gradient", ([x]) => -x, () => [-1], { hasOperator: true }),
  row("sum", "Σ", "Σ distributes: every input receives the upstream gradient as it is", (xs) => xs.reduce((a, b) => a + b), distributes, { arity: null }),
  row("maximum", "max", "max routes: the largest input receives all of the gradient; ties share it", (xs) => Math.max(...xs), (xs, out) => { const won = xs.map((x) => (x < out ? 0 : 1)); const count = won.reduce((a, b) => a + b); return won.map((w) => w / count); }, { arity: null, routes: true, textName: "max" }),
  row("minimum", "min", "min routes: the smallest input receives all of the gradient; ties share it", (xs) => Math.min(...xs), (xs, out) => { const won = xs.map((x) => (x > out ? 0 : 1)); const count = won.reduce((a, b) => a + b); return won.map((w) => w / count); }, { arity: null, routes: true, textName: "min" }),
  row("exp", "exp", "exp multiplies the gradient by its own output", ([x]) => Math.exp(x), (_, out) => [out]),
  row("log", "log", "log divides the gradient by its input", ([x]) => Math.log(x), ([x]) => [1 / x]),
  row("log1p", "log1p", "log1p divides the gradient by 1 + its input", ([x]) => Math.log1p(x), ([x]) => [1 / (1 + x)]),
  row("tanh", "tanh", "tanh multiplies the gradient by 1 − output², which vanishes as it saturates", ([x]) => Math.tanh(x), (_, out) => [1 - out * out]),
  row("sigmoid", "σ", "σ multiplies the gradient by output·(1 − output), at most a quarter", ([x]) => sigmoid(x), (_, out) => [out * (1 - out)], { textName: "σ" }),
  row("relu", "relu", "relu lets the gradient through where its input is positive, and stops it elsewhere", ([x]) => (x <= 0 ? 0 : x), ([x]) => [x <= 0 ? 0 : 1], { routes: true }),
  row("softplus", "softplus", "softplus multiplies the gradient by σ of its input", ([x]) => (x > 0 ? x : 0) + Math.log1p(Math.exp(-Math.abs(x))), ([x]) => [sigmoid(x)]),
];

/** @type {Record<string, ReturnType<typeof row>>} */
export const GATES = Object.fromEntries(ROWS.map((each) => [each.name, each]));
