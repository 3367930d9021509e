// The error that shows where an expression is wrong: what, the place with carets, what to write, as
// expressions/errors.py has it. Places count characters, not units of UTF-16.

const WINDOW = 72; // how many characters of the expression an error shows
export const ALLOWED = "allowed are numbers, names, + - * / **, parentheses and gates such as tanh(x)";

const NOT_PRINTABLE = /\p{C}|\p{Zl}|\p{Zp}|(?! )\p{Zs}/gu;
const WIDE =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3040-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;

export class ExpressionError extends Error {
  /** @param {{what: string, advice: string, start: number, stop: number}} [details] */
  constructor(message, details = {}) {
    super(message);
    this.name = "ExpressionError";
    Object.assign(this, { what: message, advice: "", start: 0, stop: 0 }, details);
  }
}

/** The error for the part of a text from `start` to `stop`, with carets under it. */
export function errorAt(text, start, stop, what, advice) {
  const characters = [...text];
  const before = [...text.slice(0, start)].length;
  const after = [...text.slice(0, stop)].length;
  const first = Math.max(0, Math.min(before - Math.floor(WINDOW / 3), characters.length - WINDOW));
  const last = Math.min(characters.length, first + WINDOW);
  const part = (from, to) => shown(characters.slice(from, Math.max(from, to)).join(""));
  const left = (first > 0 ? "…" : "") + part(first, before);
  const marked = part(before, Math.min(after, last));
  const right = part(Math.min(after, last), last) + (last < characters.length ? "…" : "");
  const carets = " ".repeat(width(left)) + "^".repeat(Math.max(1, width(marked)));
  const message = `${what}\n  ${left}${marked}${right}\n  ${carets}\n${advice}`;
  return new ExpressionError(message, { what, advice, start: before, stop: after });
}

/** The beginning of an expression, as much as an error shows. */
export function excerpt(text) {
  const characters = [...text];
  return shown(characters.slice(0, WINDOW).join("")) + (characters.length > WINDOW ? "…" : "");
}

/** What a terminal would obey, or not show, is replaced, one by one. */
export function shown(text) {
  return text.replace(NOT_PRINTABLE, "�");
}

function width(text) {
  let cells = 0;
  for (const character of text) if (!/[\p{Mn}\p{Me}\p{Cf}]/u.test(character)) cells += WIDE.test(character) ? 2 : 1;
  return cells;
}
