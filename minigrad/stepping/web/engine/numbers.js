// Numbers as a reader sees them, as text/rounding.py writes them: to significant digits, with a true
// minus. A number that is exactly what is shown stands without zeros at its end.

export const DIGITS = 3;
const LONGEST_WHOLE_PART = 6; // digits before the point that are all shown
const MOST_ZEROS = 3; // between the point and the first digit

/**
 * A number for a reader, to `digits` significant digits: −0.197, 6, 0.5, 1.00, 6.02e23, ∞, nan.
 * @param {number} number
 * @param {number} digits
 */
export function rounded(number, digits = DIGITS) {
  const size = Math.abs(number);
  const sign = number < 0 ? "−" : "";
  if (!Number.isFinite(size)) return Number.isNaN(size) ? "nan" : `${sign}∞`;
  let [mantissa, exponent] = parted(size.toExponential());
  const wholePart = exponent < LONGEST_WHOLE_PART ? exponent + 1 : 0;
  [mantissa, exponent] = scientific(size, Math.max(digits, wholePart));
  if (exponent === LONGEST_WHOLE_PART) [mantissa, exponent] = scientific(size, digits);
  const shortest = mantissa.includes(".") ? mantissa.replace(/0+$/, "").replace(/\.$/, "") : mantissa;
  if (isClose(Number(`${shortest}e${exponent}`), size)) mantissa = shortest;
  if (exponent < -MOST_ZEROS - 1 || exponent >= LONGEST_WHOLE_PART) {
    return sign + `${mantissa}e${exponent}`.replace("-", "−");
  }
  let figures = mantissa.replace(".", "").padEnd(exponent + 1, "0");
  if (exponent < 0) {
    figures = "0".repeat(-exponent) + figures;
    exponent = 0;
  }
  const [whole, fraction] = [figures.slice(0, exponent + 1), figures.slice(exponent + 1)];
  return sign + (fraction ? `${whole}.${fraction}` : whole);
}

/** @returns {[string, number]} Mantissa and exponent; ties go to the even digit, as in Python. */
function scientific(size, digits) {
  return parted(evenTie(size, digits));
}

function parted(text) {
  const [mantissa, exponent] = text.split("e");
  return [mantissa, Number(exponent)];
}

// toExponential takes the larger of two equally near; Python's format the even one. A tie is exact,
// so it shows in the digits that follow: a 5 and then nothing. To 14 digits the shortest text has all of
// these, and is at hand; the longer one takes ten times as long.
function evenTie(size, digits) {
  const text = size.toExponential(digits - 1);
  if (digits < 15) {
    const [shortest] = size.toExponential().split("e");
    if (shortest.length !== digits + 2 || !shortest.endsWith("5")) return text;
  }
  const longer = size.toExponential(Math.min(100, digits + 52));
  const [all, exponent] = longer.split("e");
  const figures = all.replace(".", "");
  const isTie = /^50*$/.test(figures.slice(digits));
  if (!isTie || Number(figures[digits - 1]) % 2) return text;
  const kept = figures.slice(0, digits);
  return `${kept[0]}${digits > 1 ? "." : ""}${kept.slice(1)}e${exponent}`;
}

function isClose(one, other) {
  return Number.isFinite(one) && Math.abs(one - other) <= 1e-12 * Math.max(Math.abs(one), Math.abs(other));
}

/** A number in a formula: all its digits, whole numbers without a point, a true minus. */
export function formatNumber(number) {
  return pythonRepr(number).replace(/\.0$/, "").replaceAll("-", "−");
}

/** A float as Python's repr writes it: 1.0, 1e-05, 1e+16, inf, nan. */
export function pythonRepr(number) {
  if (Number.isNaN(number)) return "nan";
  if (!Number.isFinite(number)) return number < 0 ? "-inf" : "inf";
  if (number === 0) return Object.is(number, -0) ? "-0.0" : "0.0";
  const [mantissa, power] = number.toExponential().split("e");
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 16) {
    const text = exponent < 0 ? plainSmall(mantissa, exponent) : String(number);
    return /[.]/.test(text) ? text : `${text}.0`;
  }
  return `${mantissa}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

function plainSmall(mantissa, exponent) {
  const sign = mantissa.startsWith("-") ? "-" : "";
  return `${sign}0.${"0".repeat(-exponent - 1)}${mantissa.replace(/[-.]/g, "")}`;
}
