// Grading a prediction, as quiz.py does.

export function matches(answer, expected) {
  if (Number.isNaN(expected)) return Number.isNaN(answer);
  if (answer === expected) return true;
  const size = Math.abs(expected);
  if (size === 0 || !Number.isFinite(size)) return false;
  const halfADigit = 0.5 * 10 ** (Math.floor(Math.log10(size)) - 1);
  return Math.abs(answer - expected) <= Math.max(halfADigit, 0.01 * size) * (1 + 1e-9);
}

/** @param {import("./questions.js").Question} question @param kinds the words of each mistake */
export function grade(answer, question, kinds, symbols) {
  const { label, expected, after, mistakes } = question;
  const truth = symbols ? question.inDeltas : question.truth;
  if (matches(answer, expected)) return { right: true, text: `${label}: right` };
  if (matches(answer, after)) {
    return { right: true, text: `${label}: right, with what was there before; ${truth}` };
  }
  const [kind] = mistakes.find(([, wrong]) => matches(answer, wrong)) ?? [];
  const why = kind ? `: ${kinds[kind]}` : "";
  return { kind, text: `${label}: not right${why}. ${truth}` };
}
