// Sharing, opening, and what the page is made of.

import { button, element } from "./dom.js";
import { pythonSource } from "./engine/python_source.js";
import { hasAddress, linkTo, sharedState } from "./sharing.js";

function dialog(title, ...content) {
  const made = element("dialog", { "aria-label": title }, element("h2", {}, title), ...content,
    element("div", { className: "row" }, button("close", () => made.close())));
  made.onclose = () => made.remove();
  document.body.append(made);
  made.showModal();
  return made;
}

function copyButton(text, what) {
  const made = button(`copy ${what}`, async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // without permission, as in a page opened from a file: select it, and copy the old way
      const area = made.closest("dialog").querySelector(`[data-of="${what}"]`);
      area.focus();
      area.select();
      document.execCommand("copy");
    }
    made.textContent = "copied ✓";
  });
  return made;
}

function copied(text, what, height) {
  const area = element("textarea", { readOnly: true, value: text, "aria-label": what, spellcheck: false });
  area.dataset.of = what;
  if (height) area.setAttribute("rows", height);
  return element("div", {}, area, element("div", { className: "row" }, copyButton(text, what)));
}

function aboutLink(link) {
  if (!link) return "This is too large for a link: take the lines of Python, which hold it all.";
  if (!hasAddress()) return "This page stands inside another, and has no address. Write this behind the address of a playground that was saved as a file or put on a site: it holds everything, what is drawn, its numbers, the step.";
  return "The link holds everything: what is drawn, its numbers, the step. Nothing is stored anywhere else.";
}

export function shareDialog(app) {
  const state = sharedState(app);
  const link = linkTo(state);
  dialog("share",
    element("p", { className: "small" }, aboutLink(link)),
    link ? copied(link, "link") : null,
    element("h3", {}, "the same in Python"),
    copied(pythonSource(state), "Python", 9));
}

export function openFile(app) {
  const input = element("input", { type: "file", accept: ".json,application/json", "aria-label": "a file of mg.save", hidden: true });
  document.body.append(input);
  input.onchange = async () => {
    const [file] = input.files;
    input.remove();
    if (!file) return;
    try {
      await app.openSaved(await file.text());
    } catch (error) {
      app.views.source.showError(error);
    }
  };
  input.oncancel = () => input.remove();
  input.click();
}

export function aboutDialog() {
  const licences = document.getElementById("licences").content.textContent;
  dialog("about this page",
    element("p", {}, "Circuits of gates and their gradients, to touch: the playground of minigrad. The page is one file; it works offline, keeps nothing, and asks nobody."),
    element("p", {}, "Keys: Tab goes from number to number, and to the gates; arrows change a number, with shift by a tenth; Enter types one. Else ← and → step, from gate to gate; space plays."),
    element("p", {}, "Pictures are laid out by Graphviz:"),
    element("pre", { tabIndex: 0 }, licences));
}
