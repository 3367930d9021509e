// Labels as a reader sees them, as text/labels.py writes them: w_21^1 is w₂₁¹, theta_1 is θ₁, y_hat ŷ.
//
// A label is text that somebody else may have written: what is not plain is all base, without what
// cannot be seen, and not too long. Whoever puts it into a page escapes it there.

const LONGEST_NAME = 32;
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/gu;
const ACCENTS = { hat: "\u0302", tilde: "\u0303", bar: "\u0304" };
const GREEK_NAMES = (
  "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau " +
  "upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
).split(" ");
const GREEK = new Map(GREEK_NAMES.map((name, i) => [name, [..."αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ"][i]]));
const SUBSCRIPTS = letters("0123456789+-=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ");
const SUPERSCRIPTS = letters(
  "0123456789+-=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVW",
  "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ",
);
const PLAIN = new Map([...SUBSCRIPTS, ...SUPERSCRIPTS].map(([plain, small]) => [small, plain]));

function letters(plain, small) {
  return new Map([...plain].map((letter, i) => [letter, [...small][i]]));
}

/** @typedef {{base: string, accent: string, subscript: string, superscript: string}} Name */

const DIGITS = "[0-9]+(?:,[0-9]+)*";
const SHORT = "[0-9A-Za-zα-ω]{1,3}(?:,[0-9A-Za-zα-ω]{1,3})*";
const BRACED = "\\{[-0-9A-Za-zα-ω,+=()\\[\\]]+\\}";
const LAYER = "\\[[0-9A-Za-z]{1,3}\\]"; // a layer's number, as in a_1^[2]
const LETTER = "[\\p{L}\\p{No}\\p{Nl}]"; // what Python's [^\W\d_] takes

function pattern(base, index) {
  const accent = `_(?:hat|tilde|bar)|[${Object.values(ACCENTS).join("")}]`;
  const low = `${index}|${BRACED}`;
  const high = `${low}|${LAYER}`;
  return new RegExp(
    `^(?<base>${base})(?<accent>${accent})?(?<digits>[0-9]+)?` +
      `(?:\\^(?<early>${high}))?(?:_(?<sub>${low}))?(?:\\^(?<late>${high}))?$`,
    "u",
  );
}

// A symbol (one letter) takes any short index; a word, of which _ may be a part, only digits.
const SYMBOL = pattern(`${GREEK_NAMES.join("|")}|${LETTER}`, `${DIGITS}|${SHORT}`);
const WORD = pattern(`${LETTER}+(?:_${LETTER}+)*?`, DIGITS);
const LOW = runOf(SUBSCRIPTS);
const HIGH = runOf(SUPERSCRIPTS);

function runOf(table) {
  const run = `[${[...table.values()].join("")}]+`;
  return new RegExp(`${run}(?:,${run})*`, "gu");
}

/**
 * The parts of a label; one that does not read as a name with indices is all base.
 * @returns {Name}
 */
export function parseName(label) {
  const text = printable(label);
  const found = known.get(text) ?? parsed(text);
  if (known.size > 4096) known.clear();
  known.set(text, found);
  return found;
}

const known = new Map();

function parsed(text) {
  const ascii = (run) => [...run].map((letter) => PLAIN.get(letter) ?? letter).join("");
  const plain = text
    .replace(LOW, (run) => `_{${ascii(run)}}`)
    .replace(HIGH, (run) => `^{${ascii(run)}}`);
  const groups = (SYMBOL.exec(plain) ?? WORD.exec(plain))?.groups;
  const whole = { base: text, accent: "", subscript: "", superscript: "" };
  if (!groups || (groups.digits && groups.sub) || (groups.early && groups.late)) return whole;
  let base = GREEK.get(groups.base) ?? groups.base;
  let accent = (groups.accent ?? "").replace("_", "");
  accent = ACCENTS[accent] ? accent : nameOfAccent(accent);
  const parts = [...base.normalize("NFD")];
  if (!groups.accent && parts.length === 2 && nameOfAccent(parts[1])) {
    base = parts[0];
    accent = nameOfAccent(parts[1]);
  }
  const bare = (index) => (index ?? "").replace(/^[{}]+|[{}]+$/g, "");
  return {
    base,
    accent,
    subscript: bare(groups.digits ?? groups.sub),
    superscript: bare(groups.early ?? groups.late),
  };
}

function nameOfAccent(mark) {
  return Object.keys(ACCENTS).find((name) => ACCENTS[name] === mark) ?? "";
}

/** The label without what a reader cannot see: � in its place; a long one shortened. */
export function printable(label) {
  const characters = [...String(label ?? "")].slice(0, 8 * LONGEST_NAME).join("");
  const text = strip(characters).normalize("NFC").replace(HIDDEN, "�");
  const all = [...text];
  return all.length <= LONGEST_NAME ? text : `${all.slice(0, LONGEST_NAME - 1).join("")}…`;
}

// What Python's str.strip takes away.
function strip(text) {
  return text.replace(/^[\s\x1c-\x1f\x85]+|[\s\x1c-\x1f\x85]+$/g, "");
}

/** The name for a picture or a sentence: w₂₁¹, θ₁, ŷ. */
export function unicodeName(label) {
  return writtenName(parseName(label));
}

/** @param {Name} name */
export function writtenName({ base, accent, subscript, superscript }) {
  const letter = accent ? (base + ACCENTS[accent]).normalize("NFC") : base.normalize("NFC");
  const high = layerAndRun(superscript).map((part) => small("^", part, SUPERSCRIPTS));
  return letter + small("_", subscript, SUBSCRIPTS) + high.join("");
}

// An upper index [1](2) taken apart.
function layerAndRun(superscript) {
  const at = superscript.indexOf("](");
  return at < 0 ? [superscript] : [superscript.slice(0, at + 1), superscript.slice(at + 1)];
}

/** The label of a wire that is not the only one with it: with a number in brackets above. */
export function withRun(label, run) {
  const mark = `(${run})`;
  const name = parseName(label);
  const superscript = name.superscript + mark;
  const accent = name.accent ? `_${name.accent}` : "";
  const low = name.subscript ? `_{${name.subscript}}` : "";
  const marked = `${name.base}${accent}${low}^{${superscript}}`;
  const read = parseName(marked);
  if (Object.entries({ ...name, superscript }).every(([part, text]) => read[part] === text)) return marked;
  const letters = [...name.base];
  const room = LONGEST_NAME - mark.length;
  const text = letters.length <= room ? name.base : `${letters.slice(0, room - 1).join("")}…`;
  return text + small("^", mark, SUPERSCRIPTS);
}

function small(sign, index, table) {
  if ([...index].every((letter) => letter === "," || table.has(letter))) {
    return [...index].map((letter) => table.get(letter) ?? letter).join("");
  }
  const plain = new RegExp(`^(?:${DIGITS}|${SHORT}|${LAYER})$`, "u").test(index);
  return sign + (plain ? index : `{${index}}`);
}

/** A whole number in small low digits: ₁₂. */
export function lowNumber(number) {
  return small("_", String(number), SUBSCRIPTS);
}
