// A typed expression, or a circuit from a file: its numbers, its steps, its descent.

import { expression, namesIn } from "./engine/expression.js";
import { openSaved } from "./engine/saved_files.js";
import { Stepper } from "./engine/stepping.js";
import { savedText } from "./saved_text.js";
import { expressionTwin } from "./twin.js";

// What a name gets that was not there before: numbers with which something is to be seen.
const STARTS = [2, -1, 3, -2, 0.5, 1.5, -0.5, 1];
const DATA = /^[xyt](?:_?\d+)?$/;

function circuitOf(state) {
  const circuit = state.kind === "circuit" ? openSaved(state.saved).circuit : expression(state.text, state.values);
  const leaves = leavesOf(circuit);
  // inputs and targets are data: a step of learning leaves x, y and t alone, where there is more to learn
  const data = leaves.filter((n) => DATA.test(circuit.wires[n].label));
  circuit.inputWires = data.length < leaves.length ? data : [];
  return circuit;
}

const leavesOf = (circuit) => circuit.wires.map((_, n) => n).filter((n) => circuit.isLeaf(n) && !circuit.wires[n].constant);

const valuesOf = (text, known, starts) => Object.fromEntries(
  namesIn(text).map((name, place) => [name, Object.hasOwn(known, name) ? known[name] : starts[place % starts.length]]),
);

// The circuit of a text, whose new names get numbers: 0 where others are refused, as select refuses an
// index of 3.
function typed(state) {
  const known = state.values;
  state.values = valuesOf(state.text, known, STARTS);
  try {
    return circuitOf(state);
  } catch {
    state.values = valuesOf(state.text, known, [0]);
    return circuitOf(state);
  }
}

export function expressionModel(state) {
  const circuit = state.kind === "expression" ? typed(state) : circuitOf(state);
  const stepper = new Stepper(circuit);
  const leaves = leavesOf(circuit);
  const author = leaves.map((n) => circuit.values[n]);
  const model = { kind: state.kind, circuit, stepper };
  const output = () => circuit.values[circuit.output];

  model.parameters = () => leaves.filter((n) => !circuit.inputWires.includes(n));

  // The state follows the numbers.
  function note(n, number) {
    circuit.values[n] = number;
    if (state.kind === "expression") state.values[circuit.wires[n].label] = number;
  }

  function compute() {
    circuit.forward();
    stepper.refresh();
    if (state.kind === "circuit") state.saved = savedText(circuit);
  }

  function begin() {
    compute();
    model.history = [output()];
    model.twin = state.mistakes.length ? expressionTwin(model, state, circuitOf(state)) : null;
  }

  model.setLeaf = (n, number) => {
    note(n, number);
    begin();
  };
  model.reset = () => {
    leaves.forEach((n, place) => note(n, author[place]));
    begin();
  };
  model.makeTwin = begin;
  model.sideSteps = (count) => model.twin?.steps(count);

  // Every leaf that is no data goes a little way against its gradient: the output becomes smaller.
  model.descend = (rate) => {
    const { gradients } = stepper.pass;
    for (const n of model.parameters()) note(n, circuit.values[n] - rate * (gradients[n] ?? 0));
    compute();
    model.history.push(output());
  };
  begin();
  return model;
}
