// Where a circuit comes from: a typed expression, or a network that is built from a few choices.

import { button, choice, element, select } from "./dom.js";
import { EXAMPLES } from "./engine/examples.js";
import { networkSource } from "./network_source.js";

const MORE = [
  { title: "a parabola", text: "(x - 3)^2 + 1", values: { x: 0.5 } },
  { title: "a fan-out of three", text: "(x*y + x)*x", values: { x: 3, y: -2 } },
  { title: "softmax of two", text: "exp(a)/(exp(a) + exp(b))", values: { a: 1, b: 0.5 } },
  { title: "an error squared", text: "(w*x + b - y)^2", values: { w: 0.5, x: 2, b: 0, y: 3 } },
];
const LIST = [...EXAMPLES.filter(({ kind }) => kind === "expression"), ...MORE];

export function sourceView(app) {
  const kind = choice("what is drawn", [["expression", "expression"], ["network", "network"]], "expression", (value) => {
    if (value !== app.state.kind) app.open(value === "network" ? network.first() : {}).catch(showError);
  });
  const input = element("input", {
    type: "text", className: "expression", spellcheck: false, autocomplete: "off", autocapitalize: "off",
    "aria-label": "expression", placeholder: "tanh(w*x + b)",
  });
  input.oninput = () => later(() => typed());
  input.onkeydown = (event) => {
    event.stopPropagation();
    if (event.key === "Enter") typed();
  };
  const examples = select([["", "examples …"], ...LIST.map(({ title }, place) => [String(place), title])], "", (value) => {
    if (value === "") return;
    const { text, values } = LIST[Number(value)];
    examples.value = "";
    app.open({ text, values: { ...values } }).catch(showError);
  }, { "aria-label": "examples" });
  const fromFile = element("p", { className: "faint" }, "a circuit from a file of mg.save");
  const error = element("div", { className: "error", role: "alert", hidden: true });
  const typing = element("div", { className: "row typing" }, input, examples);
  const network = networkSource(app, showError);
  const node = element("section", { className: "card source", "aria-label": "what is drawn" },
    element("div", { className: "row" }, kind, typing, fromFile, network.node), error);

  let timer;
  function later(action) {
    clearTimeout(timer);
    timer = setTimeout(action, 250);
  }

  // The circuit of what is typed, with the numbers that its names had; an error stays beside it.
  async function typed() {
    clearTimeout(timer);
    if (app.state.kind === "expression" && input.value === app.state.text) return hideError();
    const { values } = app.state;
    if (await app.open({ kind: "expression", text: input.value, values: { ...values }, position: null }, { keep: true })) hideError();
  }

  function showError(thrown) {
    error.textContent = thrown?.message ?? String(thrown);
    error.hidden = false;
    input.setAttribute("aria-invalid", "true");
  }

  function hideError() {
    error.hidden = true;
    input.removeAttribute("aria-invalid");
  }

  function render() {
    const { state } = app;
    kind.show(state.kind);
    typing.hidden = state.kind !== "expression";
    fromFile.hidden = state.kind !== "circuit";
    network.node.hidden = state.kind !== "network";
    if (state.kind === "expression" && document.activeElement !== input) input.value = state.text;
    if (state.kind === "network") network.render();
    hideError();
  }

  return { node, render, showError };
}
