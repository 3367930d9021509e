// Every leaf with a slider, its number and its gradient; a step against all gradients.

import { chart } from "./chart.js";
import { button, element, labelled } from "./dom.js";
import { unicodeName } from "./engine/labels.js";
import { rounded } from "./engine/numbers.js";
import { numberIn } from "./transport.js";

const MOST_ROWS = 60;

export function numbersPanel(app) {
  const table = element("div", { className: "numbers" });
  const rate = element("input", { type: "number", step: "any", min: 0 });
  rate.onchange = () => Number.isFinite(rate.valueAsNumber) && app.set({ learningRate: rate.valueAsNumber });
  const step = button("gradient step", () => {
    app.model.descend(app.state.learningRate);
    app.changed();
  }, { className: "main", title: "every number goes a little way against its gradient" });
  const reset = button("reset", () => {
    app.model.reset();
    app.changed();
  }, { title: "the numbers that were there at first" });
  const told = element("p", { className: "small faint" });
  const history = element("div");
  const node = element("div", { className: "stack" }, table, element("div", { className: "row" }, step, labelled("rate", rate), reset), told, history);
  let rows = [], made = null, shown = {};

  function build() {
    const { model } = app;
    const { circuit } = model;
    made = circuit;
    const leaves = circuit.wires.map((_, n) => n).filter((n) => circuit.isLeaf(n) && circuit.wires[n].label);
    const names = JSON.stringify(leaves.map((n) => [n, circuit.label(n)]));
    if (shown.model === model && shown.names === names) return; // the same fields: somebody may be typing
    shown = { model, names };
    rows = leaves.slice(0, MOST_ROWS).map((n) => rowOf(n));
    const head = ["name", "", "value", "gradient"].map((text) => element("span", { className: "head" }, text));
    table.replaceChildren(...head, ...rows.flatMap(({ cells }) => cells));
    if (leaves.length > MOST_ROWS) table.append(element("span", { className: "head" }, `and ${leaves.length - MOST_ROWS} more`));
  }

  function rowOf(n) {
    const { circuit } = app.model;
    const name = unicodeName(circuit.label(n));
    const slider = element("input", { type: "range", min: -10, max: 10, step: 0.1, "aria-label": `${name}, slider` });
    const number = element("input", { type: "number", step: 0.1, "aria-label": name });
    const gradient = element("output", { "aria-label": `gradient of ${name}` });
    slider.oninput = () => app.setLeaf(n, Number(slider.value));
    number.oninput = () => {
      const typed = numberIn(number.value);
      if (!Number.isNaN(typed)) app.setLeaf(n, typed);
    };
    return { n, slider, number, gradient, cells: [element("span", { className: "name" }, name), slider, number, gradient] };
  }

  function render() {
    const { circuit, stepper: { pass } } = app.model;
    if (made !== circuit) build();
    const { predicting } = app.views.stage.controls; // then nothing is given away
    for (const { n, slider, number, gradient } of rows) {
      const value = circuit.values[n];
      if (Math.abs(value) > Number(slider.max) && Number.isFinite(value)) {
        const most = 2 * Math.ceil(Math.abs(value));
        [slider.min, slider.max] = [-most, most];
      }
      if (document.activeElement !== number) number.value = Number(value.toPrecision(4));
      slider.value = value;
      gradient.textContent = circuit.wires[n].constant ? "–" : predicting ? "?" : rounded(pass.gradients[n]);
    }
    const output = unicodeName(circuit.label(circuit.output)) || "the output";
    if (document.activeElement !== rate) rate.value = app.state.learningRate;
    const still = (circuit.inputWires ?? []).map((n) => unicodeName(circuit.label(n))).join(", ");
    told.textContent = `A gradient step: number ← number − rate · gradient, and ${output} becomes smaller.${still ? ` Data stays: ${still}.` : ""}`;
    const drawn = app.model.history?.length > 1;
    history.replaceChildren(...(drawn ? [chart([{ numbers: app.model.history, kind: "right", label: output }], rounded, output)] : []));
  }
  return { node, render };
}
