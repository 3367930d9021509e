// The top of the page: its name, the theme, what can be shared and opened.

import { button, element, select, svgElement } from "./dom.js";
import { aboutDialog, openFile, shareDialog } from "./dialogs.js";
import { CHOICES } from "./player/colours.js";

export function headerView(app) {
  const mark = svgElement("svg", { class: "mark", viewBox: "0 0 40 26", "aria-hidden": "true" },
    svgElement("path", { d: "M2 6h10M2 20h10M28 13h10", stroke: "var(--line)", "stroke-width": 2, fill: "none" }),
    svgElement("path", { d: "M12 6l5 4M12 20l5-4", stroke: "var(--line)", "stroke-width": 2, fill: "none" }),
    svgElement("circle", { cx: 21, cy: 13, r: 8, fill: "var(--active)", stroke: "var(--active_line)", "stroke-width": 2 }),
    svgElement("path", { d: "M17 13h8M21 9v8", stroke: "var(--ink)", "stroke-width": 2 }));
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const theme = select(CHOICES, "auto", (value) => {
    setTheme(value);
    app.set({ theme: value });
  }, { "aria-label": "theme" });
  dark.addEventListener("change", () => setTheme(app.state.theme));

  function setTheme(value) {
    const known = CHOICES.some(([name]) => name === value) ? value : "auto";
    theme.value = known;
    const shown = known === "auto" ? (dark.matches ? "dark" : "light") : known;
    document.documentElement.dataset.theme = shown;
    if (app.model) app.changed();
  }

  const node = element("header", {},
    mark,
    element("h1", {}, "minigrad playground"),
    element("span", { className: "space" }),
    button("share", () => shareDialog(app), { title: "a link, and the lines of Python" }),
    button("open", () => openFile(app), { title: "a file that mg.save wrote" }),
    theme,
    button("about", () => aboutDialog()));
  return { node, setTheme };
}
