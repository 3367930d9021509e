// Training: steps by hand or running, the decision boundary, the cost, the example in the picture.

import { boundaryView } from "./boundary.js";
import { chart } from "./chart.js";
import { button, element, labelled, select } from "./dom.js";
import { rounded } from "./engine/numbers.js";

export function trainPanel(app) {
  const model = () => app.model;
  const boundary = boundaryView((place) => model().setRow?.(place));
  const step = button("one step", () => model().trainSteps(1), { className: "main" });
  const run = button("run", () => (model().running ? model().pause() : model().run()));
  const again = button("start again", () => model().restart());
  const rate = element("input", { type: "number", step: "any", min: 0 });
  rate.onchange = () => Number.isFinite(rate.valueAsNumber) && model().setRate(rate.valueAsNumber);
  const batch = select([["0", "all"], ["1", "1"], ["8", "8"]], "0", (value) => model().setBatch(Number(value)));
  const told = element("p", { role: "status" });
  const row = element("input", { type: "number", min: 1, step: 1 });
  row.onchange = () => model().setRow(Math.max(0, Math.min(Number(row.max), row.valueAsNumber) - 1));
  const rowTold = element("span", { className: "small" });
  const cost = element("div");
  const plane = element("div", { className: "stack" }, boundary.holder);
  const network = element("div", { className: "stack" },
    element("div", { className: "row" }, step, run, again),
    told, plane, cost,
    element("div", { className: "row" }, labelled("rate", rate), labelled("a step sees", batch)),
    element("div", { className: "row" }, labelled("example in the picture", row), rowTold));
  const none = element("div", { className: "stack" },
    element("p", {}, "To train, build a network: it learns from examples. An expression alone can only make its output smaller, with a gradient step in “numbers”."),
    button("a network on two moons", () => app.open(app.networkFirst()), { className: "main" }));
  const node = element("div", {}, network, none);

  function render() {
    const isNetwork = app.state.kind === "network";
    network.hidden = !isNetwork;
    none.hidden = isNetwork;
    if (!isNetwork) return;
    const { training, data, state } = model();
    run.textContent = model().running ? "pause" : "run";
    if (document.activeElement !== rate) rate.value = state.learningRate;
    batch.value = String(state.batchSize);
    row.max = data.X.length;
    if (document.activeElement !== row) row.value = state.row + 1;
    const stopped = training.isStopped ? ` · ${training.isStopped}` : "";
    told.textContent = `step ${training.steps} · mean cost ${rounded(training.cost())}${model().accuracyText()}${stopped}`;
    rowTold.textContent = `of ${data.X.length}: x = (${data.X[state.row].map((x) => rounded(x)).join(", ")}), wanted ${[data.Y[state.row]].flat().map((y) => rounded(y)).join(", ")}`;
    const costs = [...training.history, training.cost()];
    cost.replaceChildren(costs.length > 1
      ? chart([{ numbers: costs, kind: "right", label: "cost" }], rounded)
      : element("p", { className: "small faint" }, "Here the cost will be drawn, step by step."));
    plane.hidden = !model().isPlane;
    if (model().isPlane) drawPlane();
  }

  function drawPlane() {
    const style = getComputedStyle(document.documentElement);
    const colours = ["--gradient", "--value", "--background"].map((name) => style.getPropertyValue(name));
    boundary.draw({ ...model().plane(), chosen: app.state.row, colours });
  }
  return { node, render };
}
