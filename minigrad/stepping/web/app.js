// What the page shows, and who tells whom. `app.state` is what a link keeps (engine/README.md);
// everything else is made from it.

import { element } from "./dom.js";
import { expressionModel } from "./expression_model.js";
import { lessonView } from "./lessons.js";
import { networkModel } from "./network_model.js";
import { FIRST_NETWORK } from "./network_source.js";
import { panelView } from "./panel.js";
import { sourceView } from "./source.js";
import { stageView } from "./stage.js";
import { headerView } from "./header.js";
import { openSaved } from "./engine/saved_files.js";
import { savedText } from "./saved_text.js";
import { readHash, writeHash } from "./sharing.js";

export const FIRST = {
  kind: "expression", text: "sigmoid(w0*x0 + w1*x1 + w2)", values: { w0: 2, x0: -1, w1: -3, x1: -2, w2: -3 },
  theme: "auto", position: null, show: "values", collapsed: true, mistakes: [], learningRate: 0.1,
};

export function startApp(root) {
  const app = { state: { ...FIRST }, model: null, tab: "numbers", chosen: null, inside: null, path: null, lesson: null };
  const views = {};

  // Show another circuit; the position null is the end of both passes.
  app.open = async (changes, { keep = false } = {}) => {
    const before = app.state;
    const state = { ...(keep ? before : { ...FIRST, theme: before.theme, learningRate: before.learningRate }), ...changes };
    try {
      const model = state.kind === "network" ? networkModel(state, app) : expressionModel(state);
      app.model?.stop?.();
      [app.model, app.state] = [model, state];
    } catch (error) {
      if (!keep) throw error;
      views.source.showError(error);
      return false;
    }
    app.chosen = app.path = app.inside = null;
    if (state.kind === "network" && before.kind !== "network") app.tab = "train";
    if (state.kind !== "network" && app.tab === "train" && before.kind === "network") app.tab = "numbers";
    if (!state.mistakes.length && app.tab === "mistakes" && !app.lesson) app.tab = "numbers";
    views.source.render();
    await app.redraw();
    return true;
  };

  // Something of the same circuit has changed: numbers, position, what is chosen.
  app.changed = () => {
    views.stage.render();
    views.panel.render();
    views.lesson.render();
    writeHash(app);
  };

  app.setLeaf = (n, number) => {
    app.model.setLeaf(n, number);
    app.changed();
  };

  app.set = (changes) => {
    Object.assign(app.state, changes);
    app.changed();
  };

  app.choose = (n) => {
    app.chosen = n;
    app.path = null;
    if (!["why", "numbers"].includes(app.tab) || app.tab === "numbers") app.tab = "why";
    app.changed();
  };

  app.show = (tab) => {
    app.tab = tab;
    app.changed();
  };

  // What a file of mg.save holds.
  app.openSaved = async (text) => {
    const found = openSaved(text);
    if (found.kind === "state") throw new Error("the file holds a state_dict alone, numbers without a circuit: save the network or the output itself, with mg.save");
    if (found.kind === "circuit") return app.open({ kind: "circuit", saved: savedText(found.circuit) });
    const { network } = found;
    const { sizes, activations, firstIndex } = network;
    if (sizes[0] === 2 && sizes.at(-1) === 1) {
      const bias = network.layers.every(({ bias }) => bias !== null);
      return app.open({ ...FIRST_NETWORK, sizes, activations, bias, firstIndex, parameters: network.parameters() });
    }
    const x = Array.from({ length: sizes[0] }, (_, k) => (k % 2 ? -1 : 1));
    return app.open({ kind: "circuit", saved: savedText(network.circuit(x)) });
  };

  app.setMistakes = async (mistakes) => {
    app.state.mistakes = mistakes;
    app.model.makeTwin();
    await app.redraw();
  };

  app.networkFirst = () => ({ ...FIRST_NETWORK });

  app.lookInside = async (group) => {
    app.inside = group;
    await app.redraw();
  };

  app.redraw = async () => {
    try {
      await views.stage.draw();
    } catch (error) {
      views.stage.clear();
      views.source.showError(error);
    }
    app.changed();
  };

  // The circuit has other gates: what was chosen in it is not there.
  app.rebuilt = () => {
    app.chosen = app.path = app.inside = null;
    return app.redraw();
  };

  app.views = views;
  views.header = headerView(app);
  views.lesson = lessonView(app);
  views.source = sourceView(app);
  views.stage = stageView(app);
  views.panel = panelView(app);
  root.replaceChildren(
    views.header.node,
    element("main", {}, views.lesson.node, views.source.node, element("div", { className: "columns" }, views.stage.node, views.panel.node)),
  );
  views.header.setTheme(app.state.theme);

  const begin = async () => {
    const { state, error } = readHash();
    let wrong = error;
    await app.open(state ?? {}).catch((refused) => {
      wrong = refused;
      return app.open({});
    });
    if (state?.theme) views.header.setTheme(state.theme);
    if (wrong) views.source.showError(wrong);
    document.documentElement.dataset.ready = "yes";
  };
  addEventListener("keydown", (event) => onKey(event, views.stage.controls));
  addEventListener("hashchange", () => app.ownHash !== location.hash && begin());
  begin();
  return app;
}

// While nothing has the focus that takes keys itself, they step.
function onKey(event, controls) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
  if (event.target.closest("input, select, textarea, dialog, [role=tab], [role=slider]")) return;
  if (event.key === " " && event.target.closest("button, [role=button]")) return;
  const does = { ArrowRight: controls.forward, ArrowLeft: controls.back, Home: controls.toStart, End: controls.toEnd, " ": controls.playOrPause }[event.key];
  if (!does) return;
  event.preventDefault();
  does();
}
