// Make the mistake and watch: switches, one sentence, and the costs of right and wrong.

import { chart } from "./chart.js";
import { button, element } from "./dom.js";
import { MISTAKES, sentenceOf } from "./engine/mistakes.js";
import { rounded } from "./engine/numbers.js";

export function mistakesPanel(app) {
  const switches = new Map(MISTAKES.map(({ name, title }) => {
    const box = element("input", { type: "checkbox" });
    box.onchange = () => {
      const chosen = MISTAKES.map((one) => one.name).filter((one) => (one === name ? box.checked : app.state.mistakes.includes(one)));
      app.setMistakes(chosen);
    };
    return [name, { box, label: element("label", {}, box, element("span", {}, title)) }];
  }));
  const list = element("fieldset", { className: "switches" }, element("legend", {}, "make the mistake, and watch"), ...[...switches.values()].map(({ label }) => label));
  const said = element("p", { className: "verdict warns", "aria-live": "polite" });
  const one = button("one step of both", () => steps(1), { className: "main" });
  const ten = button("10 steps", () => steps(10));
  const again = button("start again", () => app.setMistakes([...app.state.mistakes]));
  const costs = element("div");
  const both = element("div", { className: "stack" }, said, element("div", { className: "row" }, one, ten, again), costs);
  const node = element("div", { className: "stack" }, list, both);

  function steps(count) {
    app.model.sideSteps(count);
    app.changed();
  }

  function render() {
    const { mistakes } = app.state;
    for (const [name, { box }] of switches) box.checked = mistakes.includes(name);
    both.hidden = !mistakes.length || !app.model.twin;
    if (both.hidden) return;
    const { circuit, stepper: { pass }, rightCosts, wrongCosts } = app.model.twin;
    const text = sentenceOf(mistakes, circuit, pass, app.model.parameters(), rightCosts.length > 1);
    if (said.textContent !== text) said.textContent = text;
    costs.replaceChildren(chart([
      { numbers: rightCosts, kind: "right", label: "right" },
      { numbers: wrongCosts, kind: "wrong", label: "wrong" },
    ], rounded), element("p", { className: "small" }, `after ${rightCosts.length - 1} steps: right ${rounded(rightCosts.at(-1))}, wrong ${rounded(wrongCosts.at(-1))}`));
  }
  return { node, render };
}
