// A number as people type it; command/arguments.py reads the same.

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/;
const INFINITE = /^[+-]?(?:inf|infinity)$/;

/** The number that a text is, NaN for nan; undefined for what is none. A comma is a point, − a minus. */
export function typedNumber(text) {
  const plain = text.trim().toLowerCase().replace(/[−–]/g, "-").replace(/,/g, ".").replace("∞", "inf");
  if (NUMBER.test(plain)) return Number(plain);
  if (INFINITE.test(plain)) return plain[0] === "-" ? -Infinity : Infinity;
  return /^[+-]?nan$/.test(plain) ? NaN : undefined;
}
