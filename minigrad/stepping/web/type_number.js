// A small window to type the number of a leaf in, or to move it with a slider: for fingers and keys.

import { button, element } from "./dom.js";
import { unicodeName } from "./engine/labels.js";
import { formatNumber } from "./engine/numbers.js";
import { numberIn } from "./transport.js";

export function typeNumber(app, n) {
  const name = unicodeName(app.model.circuit.wires[n].label) || "number";
  const input = element("input", { type: "text", inputMode: "text", autocomplete: "off", value: formatNumber(app.model.circuit.values[n]) });
  const wrong = element("p", { className: "wrong small", role: "alert" });
  const form = element("form", { method: "dialog" },
    element("label", { className: "field" }, element("i", {}, name), element("span", {}, "="), input),
    wrong,
    element("div", { className: "row" },
      element("button", { type: "submit", className: "main" }, "set"),
      button("leave it", () => dialog.close())));
  const dialog = element("dialog", { "aria-label": `a number for ${name}` }, form);
  form.onsubmit = (event) => {
    const number = numberIn(input.value);
    if (Number.isNaN(number)) {
      event.preventDefault();
      wrong.textContent = "that is no number: write one such as −0.5 or 1e3";
      return;
    }
    app.setLeaf(n, number);
  };
  dialog.onclose = () => dialog.remove();
  document.body.append(dialog);
  dialog.showModal();
  input.select();
}
