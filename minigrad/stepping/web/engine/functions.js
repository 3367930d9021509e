// What functions are called in an expression, and what other names of theirs stand for, as
// expressions/functions.py has it.

import { GATES } from "./gates.js";

// Of functions elsewhere, and what to write here.
export const OTHER_NAMES = {
  average: "mean(…)",
  avg: "mean(…)",
  cbrt: "x**(1/3)",
  cot: "1/tan(x)",
  csc: "1/sin(x)",
  heaviside: "less(0, x)",
  int: "trunc(…)",
  lg: "log10(…)",
  ln: "log(…)",
  logistic: "sigmoid(…)",
  power: "x**y",
  root: "sqrt(…)",
  sec: "1/cos(x)",
  sigma: "sigmoid(…)",
  sqr: "x**2",
  square: "x**2",
  step: "less(0, x)",
  swish: "silu(…)",
  tg: "tan(…)",
};

/** The row of the gate that has the name, or is written so; undefined if there is none. */
export function gateNamed(name) {
  return Object.hasOwn(GATES, name) ? GATES[name] : Object.values(GATES).find((row) => row.textName === name);
}

/** How to write the function of that name with its input; undefined if there is no such function. */
export function application(name, to) {
  const row = gateNamed(name);
  if (row) return `${name}(${to}${row.arity === 1 + row.defaults.length ? "" : ", …"})`;
  const elsewhere = name.toLowerCase();
  return Object.hasOwn(OTHER_NAMES, elsewhere) ? OTHER_NAMES[elsewhere].replace("…", () => to) : undefined;
}
