// Why one gradient is what it is: the chain of reasons, and the paths with their products.

import { element, labelled, select } from "./dom.js";
import { unicodeName } from "./engine/labels.js";
import { rounded } from "./engine/numbers.js";
import { paths } from "./engine/paths.js";
import { why } from "./engine/why.js";

const MOST_PATHS = 12;

export function whyPanel(app) {
  const wire = select([], "", (value) => {
    app.path = null;
    app.chosen = Number(value);
    app.changed();
  });
  const chain = element("div", { className: "stack", "aria-live": "polite" });
  const ways = element("div", { className: "stack" });
  const node = element("div", { className: "stack" },
    element("p", { className: "small faint" }, "Click a wire in the picture, or choose one: where does its gradient come from?"),
    labelled("gradient of", wire), chain, ways);
  let listed = null;

  function list() {
    const { circuit, stepper } = app.model;
    listed = circuit;
    wire.replaceChildren(...circuit.wires.map((_, n) => n).filter((n) => n !== circuit.output && !circuit.wires[n].constant)
      .map((n) => element("option", { value: n }, nameOf(n, stepper))));
  }

  function nameOf(n, stepper) {
    return unicodeName(app.model.circuit.label(n)) || stepper.words.name(n);
  }

  function render() {
    const { circuit } = app.model;
    if (listed !== circuit) list();
    if (!wire.options.length) return chain.replaceChildren(element("p", {}, "This circuit has constants only: no gradient goes anywhere."));
    if (app.chosen === null || circuit.wires[app.chosen]?.constant || app.chosen === circuit.output) app.chosen = Number(wire.options[0].value);
    wire.value = String(app.chosen);
    showChain(app.chosen);
    showPaths(app.chosen);
  }

  function showChain(n) {
    const { circuit, stepper } = app.model;
    const [question, ...lines] = why(circuit, n, stepper);
    const last = lines.length && !lines.at(-1).startsWith(" ") ? lines.pop() : "";
    const steps = [];
    for (const line of lines) {
      if (line.startsWith("    ") && steps.length) steps.at(-1).append(element("div", { className: "formula" }, line.trim()));
      else steps.push(element("li", {}, line.trim()));
    }
    chain.replaceChildren(element("h3", {}, question), element("ol", { className: "chain" }, ...steps),
      ...(last ? [element("p", { className: "verdict" }, last)] : []));
  }

  function showPaths(n) {
    const { circuit } = app.model;
    const found = paths(circuit, n, circuit.output, MOST_PATHS);
    const one = found.count === 1n;
    const hidden = found.count - BigInt(found.paths.length);
    ways.replaceChildren(
      element("h3", {}, one ? "one path leads to the output" : `${found.count} paths lead to the output: their products add up`),
      element("ul", { className: "paths" }, ...found.paths.map((path) => element("li", {}, buttonOf(path)))),
      ...(hidden > 0n ? [element("p", { className: "small faint" }, `and ${hidden} more`)] : []),
      ...(one ? [] : [element("p", { className: "sum" }, `sum: ${found.derivative} = ${rounded(found.total)}`)]));
  }

  // A path lights up in the picture while it is chosen.
  function buttonOf(path) {
    const uses = path.wires.slice(1).map((gate, at) => [gate, path.places[at]]);
    const chosen = app.path !== null && samePath(app.path, uses);
    const made = element("button", { type: "button", "aria-pressed": String(chosen) }, `${path.formulas} = ${rounded(path.product)}`);
    made.title = path.numbers;
    made.onclick = () => {
      app.path = chosen ? null : uses;
      const place = [...ways.querySelectorAll("button")].indexOf(made);
      app.changed();
      ways.querySelectorAll("button")[place]?.focus();
    };
    return made;
  }

  return { node, render };
}

const samePath = (one, other) => one.length === other.length && one.every(([gate, place], at) => other[at][0] === gate && other[at][1] === place);
