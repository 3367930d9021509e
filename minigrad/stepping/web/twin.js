// The wrong circuit beside the right one: the same numbers at first, its own mistakes from then on.

import { wrongPass } from "./engine/mistakes.js";
import { Stepper } from "./engine/stepping.js";

// For an expression: both make its output smaller, each with its own gradients.
export function expressionTwin(model, state, circuit) {
  const stepper = new Stepper(circuit);
  const twin = { circuit, stepper, before: undefined, rightCosts: [], wrongCosts: [] };

  function look() {
    stepper.refresh();
    stepper.pass = wrongPass(circuit, state.mistakes, state.learningRate, twin.before);
  }

  function note() {
    twin.rightCosts.push(model.circuit.values[model.circuit.output]);
    twin.wrongCosts.push(circuit.values[circuit.output]);
  }

  twin.steps = (count) => {
    for (let step = 0; step < count; step++) {
      model.descend(state.learningRate);
      const { gradients } = stepper.pass;
      for (const n of model.parameters()) circuit.values[n] -= state.learningRate * (gradients[n] ?? 0);
      circuit.forward();
      twin.before = gradients;
      look();
      note();
    }
  };
  look();
  note();
  return twin;
}

// For a network: two trainings, right and wrong, and the circuit of the same example in both.
export function networkTwin(model, state) {
  const { right, wrong } = model.side;
  const { data } = model;
  const circuit = wrong.network.circuit(data.X[state.row], data.Y[state.row]);
  const stepper = new Stepper(circuit);
  const twin = { circuit, stepper };
  twin.look = () => {
    const numbers = wrong.network.parameters();
    circuit.parameterWires.forEach((n, place) => (circuit.values[n] = numbers[place]));
    model.circuit.inputWires.forEach((n) => (circuit.values[n] = model.circuit.values[n]));
    circuit.forward();
    stepper.refresh();
    const before = [];
    if (wrong.kept) circuit.parameterWires.forEach((n, place) => (before[n] = wrong.kept[place]));
    stepper.pass = wrongPass(circuit, state.mistakes, state.learningRate, wrong.kept ? before : undefined);
    twin.rightCosts = [...right.history, right.cost()];
    twin.wrongCosts = [...wrong.history, wrong.cost()];
  };
  twin.look();
  return twin;
}
