// Grading a prediction, as quiz.py does.

function matches(answer, expected) {
  if (Number.isNaN(expected)) return Number.isNaN(answer);
  if (answer === expected) return true;
  const size = Math.abs(expected);
  if (size === 0 || !Number.isFinite(size)) return false;
  const halfADigit = 0.5 * 10 ** (Math.floor(Math.log10(size)) - 1);
  return Math.abs(answer - expected) <= Math.max(halfADigit, 0.01 * size) * (1 + 1e-9);
}

function grade(answer, [name, expected, plain, after, mistakes, inDeltas], kinds, symbols) {
  const truth = symbols ? inDeltas : plain;
  if (matches(answer, expected)) return { right: true, text: `${name}: right` };
  if (matches(answer, after)) {
    return { right: true, text: `${name}: right, with what was there before; ${truth}` };
  }
  const known = mistakes.find(([, wrong]) => matches(answer, wrong));
  const why = known ? `: ${kinds[known[0]][1]}` : "";
  return { kind: known && kinds[known[0]][0], text: `${name}: not right${why}. ${truth}` };
}

function numberIn(text) {
  const plain = text.trim().replace("−", "-").replace(",", ".").replace("∞", "Infinity");
  return plain === "" ? NaN : plain === "nan" ? NaN : Number(plain);
}
