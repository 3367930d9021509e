// How far a number goes that is dragged or nudged.

const PIXELS_A_STEP = 4;

/** A number after so many pixels: the step is a tenth, of what is large a tenth of its first digit. */
export function dragged(value, pixels, fine) {
  const step = stepOf(value) * (fine ? 0.1 : 1);
  return tidy(from(value) + Math.round(pixels / PIXELS_A_STEP) * step, step);
}

/** A number so many steps on. */
export function nudged(value, steps) {
  const step = stepOf(value);
  return tidy(from(value) + steps * step, step * Math.min(1, Math.abs(steps)));
}

function stepOf(value) {
  const size = Math.abs(value);
  return size < 10 || !Number.isFinite(size) ? 0.1 : 10 ** (Math.floor(Math.log10(size)) - 1);
}

// On the grid of the step, so that 0.1 + 0.2 is 0.3.
function tidy(value, step) {
  const places = Math.max(0, Math.min(12, Math.ceil(-Math.log10(step) - 1e-9)));
  return Number.isFinite(value) ? Number(value.toFixed(places)) || 0 : value;
}

// What is no finite number goes on from 0.
const from = (value) => (Number.isFinite(value) ? value : 0);
