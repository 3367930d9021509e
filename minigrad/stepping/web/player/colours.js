// The three themes of pictures, and the reader's or the notebook's own.

import { select } from "../dom.js";

export const CHOICES = [["auto", "as the system"], ["light", "light"], ["dark", "dark"], ["safe", "colour-blind safe"]];

/** @param frame of the player @param {boolean} alone whether the page around it is its own */
export function coloursOf(frame, alone, chosen = "auto") {
  const choice = select(CHOICES, chosen, follow, { title: "colours", "aria-label": "colours" });

  // The colours follow a notebook's theme where it names one, else the reader's system.
  function named() {
    if (choice.value !== "auto") return choice.value;
    const { jpThemeLight, vscodeThemeKind } = document.body.dataset;
    const dark = jpThemeLight === "false" || /dark/.test(vscodeThemeKind ?? "");
    return jpThemeLight || vscodeThemeKind ? (dark ? "dark" : "light") : "";
  }

  function follow() {
    const theme = named();
    if (frame.dataset.theme !== theme) frame.dataset.theme = theme;
    if (!alone) return;
    const { backgroundColor, color } = getComputedStyle(frame);
    Object.assign(document.body.style, theme ? { background: backgroundColor, color } : { background: "", color: "" });
  }

  new MutationObserver(follow).observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-vscode-theme-kind"] });
  return { choice, follow };
}
