// Right and wrong beside one another: which wires differ.

import { differs } from "./engine/mistakes.js";

// What both pictures show; `view` is that of the right one.
export function mistakesView(app, view) {
  const { twin, stepper, circuit } = app.model;
  if (!twin) return { rightView: view, wrongView: view };
  const { pass } = twin.stepper;
  const whole = app.state.position === null || app.state.position >= stepper.length;
  const at = twin.stepper.at(app.state.position ?? stepper.length);
  // before the first step both have the same numbers; afterwards the wrong pass is held against the right
  // one on its own numbers
  const truth = twin.circuit.backward();
  const glows = (n) => whole && differs(truth.gradients[n], pass.gradients[n]);
  const glowsSent = (gate, place) => whole && differs(truth.contributions[gate]?.[place] ?? null, pass.contributions[gate]?.[place] ?? null);
  const wrongView = {
    ...view,
    value: (n) => (at.known(n) ? twin.circuit.values[n] : null),
    gradient: (n) => (circuit.wires[n].constant ? "–" : whole ? pass.gradients[n] : at.gradients[n]),
    sent: (gate, place) => (circuit.wires[circuit.wires[gate].inputs[place]].constant ? "–" : at.contributions[gate]?.[place] ?? null),
    idle: (n) => at.known(n) && twin.circuit.isIdle(n),
    glows,
    glowsSent,
    onPath: () => false,
  };
  return { rightView: { ...view, onPath: () => false }, wrongView };
}
