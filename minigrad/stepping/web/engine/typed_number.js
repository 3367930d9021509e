// A number as people type it.

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/;
const WORDS = new Map([["nan", NaN], ["∞", Infinity], ["inf", Infinity], ["-∞", -Infinity], ["-inf", -Infinity]]);

/** The number that a text is, NaN for nan; undefined for what is none. A comma is a point, − a minus. */
export function typedNumber(text) {
  const plain = text.trim().toLowerCase().replace(/[−–]/g, "-").replace(",", ".");
  if (NUMBER.test(plain)) return Number(plain);
  return WORDS.get(plain);
}
