// The choices that make a network: sizes, activations, cost, data, or one of the texts' networks.

import { button, element, labelled, select } from "./dom.js";
import { COSTS } from "./engine/costs.js";
import { DATA_SETS } from "./engine/data.js";
import { EXAMPLES } from "./engine/examples.js";
import { ACTIVATIONS, USUAL_ACTIVATIONS } from "./engine/network.js";

export const FIRST_NETWORK = {
  kind: "network", sizes: [2, 3, 1], activations: ["tanh", "sigmoid"], cost: "half_squared_error", bias: true,
  seed: 2, scheme: "uniform", data: { name: "moons", n: 60, seed: 1 }, row: 0, learningRate: 1,
  batchSize: 0, mistakes: [], steps: 0, position: null, collapsed: true, show: "values",
};

const MOST_UNITS = 16;
const isPossible = ({ kind, settings }) => kind === "network" && settings.activations.every((name) => ACTIVATIONS.includes(name));

export function networkSource(app, showError) {
  const given = select([["", "built here"], ...EXAMPLES.filter(isPossible).map(({ name, title }) => [name, title])], "", (name) => {
    if (name) app.open({ ...FIRST_NETWORK, example: name }).catch(showError);
    else rebuild({ example: undefined });
  });
  const data = select(Object.entries(DATA_SETS).map(([name, { title }]) => [name, title]), "moons", (name) => rebuild({ data: { name, seed: 1 }, example: undefined, row: 0 }));
  const hidden = element("input", { type: "text", className: "sizes", inputMode: "text", autocomplete: "off" });
  hidden.onchange = () => {
    const sizes = hidden.value.split(/[\s,;()[\]]+/).filter(Boolean).map(Number); // [4, 3] too
    if (sizes.length > 4 || !sizes.every((size) => Number.isInteger(size) && size >= 1 && size <= MOST_UNITS)) {
      return showError(new Error(`hidden layers: ${hidden.value.slice(0, 40)}: write up to four whole numbers from 1 to ${MOST_UNITS}, such as 4 or 4, 3`));
    }
    const { activations } = app.state;
    const between = activations.length > 1 ? activations[0] : "tanh";
    rebuild({
      sizes: [2, ...sizes, 1], activations: [...sizes.map(() => between), activations.at(-1)], example: undefined,
    });
  };
  const activation = select(USUAL_ACTIVATIONS.map((name) => [name, name]), "tanh", (name) => {
    const { activations } = app.state;
    rebuild({ activations: [...activations.slice(0, -1).map(() => name), activations.at(-1)], example: undefined });
  });
  const last = select(USUAL_ACTIVATIONS.map((name) => [name, name]), "sigmoid", (name) => rebuild({ activations: [...app.state.activations.slice(0, -1), name], example: undefined }));
  const cost = select(Object.entries(COSTS).filter(([, { outputs }]) => outputs !== "many").map(([name, { title }]) => [name, title]), "half_squared_error", (name) => {
    // scores are squashed by the cost itself
    const last = COSTS[name].takesScores || name === "hinge" ? "linear" : app.state.activations.at(-1);
    rebuild({ cost: name, activations: [...app.state.activations.slice(0, -1), last], example: undefined });
  });
  const again = button("new weights", () => rebuild({ seed: (app.state.seed ?? 0) + 1 }), { title: "other random weights to begin with" });
  const own = [labelled("data", data), labelled("hidden", hidden), labelled("activation", activation), labelled("last", last), labelled("cost", cost)];
  const node = element("div", { className: "row building" }, labelled("network", given), ...own, again);

  function rebuild(changes) {
    const { state } = app;
    const base = state.kind === "network" ? state : FIRST_NETWORK;
    const clean = { ...FIRST_NETWORK, ...base, parameters: undefined, steps: 0, position: null, ...changes };
    if (base.example && changes.example === undefined && "example" in changes) Object.assign(clean, { ...FIRST_NETWORK, ...changes });
    app.open(clean).catch(showError);
  }

  function render() {
    const { state } = app;
    given.value = state.example ?? "";
    for (const one of own) one.hidden = Boolean(state.example);
    again.hidden = Boolean(state.example);
    if (state.example) return;
    data.value = state.data.name;
    hidden.value = state.sizes.slice(1, -1).join(", ");
    activation.value = state.activations[0];
    last.value = state.activations.at(-1);
    cost.value = state.cost;
  }

  return { node, render, first: () => ({ ...FIRST_NETWORK }) };
}
