// The picture, or right and wrong beside one another, with the controls and the words below.

import { button, choice, element } from "./dom.js";
import { unicodeName } from "./engine/labels.js";
import { rounded } from "./engine/numbers.js";
import { mistakesView } from "./mistakes_view.js";
import { pictureView } from "./picture_view.js";
import { unitPlan, wholePlan } from "./plans.js";
import { stepsOf } from "./steps.js";
import { transport } from "./transport.js";
import { typeNumber } from "./type_number.js";

const GAP = 10; // pixels between two pictures, as in the style sheet

export function stageView(app) {
  const actions = {
    value: (n) => app.model.circuit.values[n],
    drag: (n, number) => app.setLeaf(n, number),
    ended: () => {},
    choose: (n) => app.choose(n),
    type: (n) => typeNumber(app, n),
    gate: (n) => toGate(n),
    unit: (group) => app.lookInside(group),
    redraw: () => app.redraw(),
  };
  const right = pictureView("right", actions);
  const wrong = pictureView("wrong", { ...actions });
  const pictures = element("div", { className: "pictures" }, right.figure, wrong.figure);
  const steps = stepsOf(app);
  const controls = transport(steps, (position) => app.set({ position }));

  const collapse = choice("how much is drawn", [["yes", "neurons", "a box for each neuron"], ["no", "gates", "every gate"]], "yes", (value) => {
    app.state.collapsed = value === "yes";
    app.inside = null;
    app.redraw();
  });
  const delta = button("δ", () => {
    app.state.show = app.state.show === "delta" ? "values" : "delta";
    app.redraw();
  }, { title: "gradients as formulas in δ", "aria-pressed": "false", "aria-label": "show δ" });
  const out = button("← the whole network", () => app.lookInside(null), { hidden: true });
  const where = element("h2", {});
  const bar = element("div", { className: "row bar" }, out, where, element("span", { className: "space" }), collapse, delta, ...right.buttons);
  const node = element("section", { className: "card stage", "aria-label": "circuit" }, bar, pictures, controls.controls, controls.words);

  // A click on a gate goes to its step: backwards first, as that is what the page is about.
  function toGate(n) {
    const { stepper } = app.model;
    const back = stepper.positionOf(n, "backward");
    controls.move(positionNow() === back ? stepper.positionOf(n, "forward") : back);
  }

  const positionNow = () => Math.min(app.state.position ?? app.model.stepper.length, app.model.stepper.length);
  const isCollapsed = () => Boolean(app.state.collapsed && app.model.circuit.groups.length && !app.inside);

  function planNow() {
    const { circuit } = app.model;
    const more = app.state.show === "delta" ? { show: "delta", ...formulasOf(app) } : {};
    return app.inside ? unitPlan(circuit, app.inside, more) : wholePlan(circuit, more);
  }

  async function draw() {
    const side = Boolean(app.state.mistakes.length);
    wrong.figure.hidden = !side;
    right.title.hidden = !side;
    pictures.classList.toggle("two", side);
    const plan = planNow();
    await right.draw(plan, isCollapsed());
    if (side) await wrong.draw(plan, isCollapsed());
    else wrong.clear();
    pictures.classList.toggle("beside", side && [right, wrong].every(fitsInHalf));
    right.fit();
    if (side) wrong.fit();
  }

  const fitsInHalf = (view) => view.leadsDown && view.leastWidth <= (pictures.clientWidth - GAP) / 2;

  function render() {
    const { model, state } = app;
    const hasUnits = model.circuit.groups.length > 0;
    collapse.hidden = !hasUnits || Boolean(app.inside);
    collapse.show(state.collapsed ? "yes" : "no");
    delta.hidden = !hasUnits;
    delta.setAttribute("aria-pressed", String(state.show === "delta"));
    out.hidden = !app.inside;
    controls.render(positionNow());
    controls.words.classList.toggle("whole", state.position === null);
    where.textContent = controls.predicting ? "" : app.inside ? `layer ${app.inside.layer} · neuron ${app.inside.unit}` : model.title?.() ?? outputOf(model.circuit);
    const view = viewNow(app, positionNow(), controls.asking);
    if (!state.mistakes.length) return right.update(view);
    const { wrongView, rightView } = mistakesView(app, view);
    right.update(rightView);
    wrong.update(wrongView);
  }

  function outputOf(circuit) {
    const { output, values } = circuit;
    return `${unicodeName(circuit.label(output)) || "f"} = ${rounded(values[output])}`;
  }

  const clear = () => [right, wrong].forEach((one) => one.clear());
  return { node, draw, render, clear, controls };
}

// What the picture shows at a position.
function viewNow(app, position, asking = false) {
  const { circuit, stepper } = app.model;
  const at = stepper.at(position);
  const { wires, values } = circuit;
  const formulas = app.state.show === "delta" ? formulasOf(app) : null;
  const inPath = new Set(app.tab === "why" ? app.path?.map(([gate, place]) => `${gate}-${place}`) : []);
  const whole = position === stepper.length;
  return {
    value: (n) => (at.known(n) ? values[n] : null),
    gradient: (n) => {
      if (wires[n].constant) return "–";
      const number = at.gradients[n] ?? (whole ? stepper.pass.gradients[n] : null);
      return number === null ? null : formulas?.formula(n) || number;
    },
    sent: (gate, place) => {
      if (wires[wires[gate].inputs[place]].constant) return "–";
      const number = at.contributions[gate]?.[place] ?? null;
      return number === null ? null : formulas?.sentFormula(gate, place) || number;
    },
    active: asking ? stepper.step(position + 1).gate : app.state.position === null || (whole && app.path) ? null : at.gate,
    back: at.direction === "backward",
    done: app.state.position === null ? (n) => !circuit.isLeaf(n) : at.done,
    idle: (n) => at.known(n) && circuit.isIdle(n),
    glows: () => false,
    glowsSent: () => false,
    onPath: (gate, place) => inPath.has(`${gate}-${place}`),
    chosen: app.tab === "why" ? app.chosen : null,
  };
}

function formulasOf(app) {
  const { deltas } = app.model;
  if (!deltas) return { formula: () => "", sentFormula: () => "" };
  return { formula: (n) => deltas.text(n), sentFormula: (gate, place) => deltas.sentText(gate, place) };
}
