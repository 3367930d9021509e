// The heat map: wires coloured by how large their gradients are beside the output's, as mg.draw with
// color="gradient" colours them.

import { element } from "../dom.js";

const TEXTS = ["≤ 10⁻³", "10⁻²", "10⁻¹", "1", "10", "10²", "≥ 10³"];

/** Which of the seven colours a gradient gets, one for each power of ten; "nan" of what is none. */
export function heatLevel(gradient, reference) {
  if (Number.isNaN(gradient)) return "nan";
  const ratio = Math.abs(gradient) / (Math.abs(reference) || 1);
  if (!(ratio > 0)) return 0;
  const steps = Number.isFinite(ratio) ? 3 + Math.round(Math.log10(ratio)) : 7;
  return Math.max(0, Math.min(6, steps));
}

/** What a picture part shows of it; nothing for a gradient that is not known. */
export function showHeat(part, gradient, reference) {
  const level = typeof gradient === "number" ? String(heatLevel(gradient, reference)) : "";
  if (!part || (part.heat ?? "") === level) return;
  part.heat = level;
  if (level) part.setAttribute("data-heat", level);
  else part.removeAttribute("data-heat");
}

export function legendOfHeat() {
  const swatches = TEXTS.map((text, level) => {
    const swatch = element("span", { className: "swatch", textContent: text });
    swatch.setAttribute("data-heat", level);
    return swatch;
  });
  return element("p", { className: "legend", hidden: true }, "|gradient| as a multiple of the output’s: ", ...swatches);
}
