// Right and wrong beside one another: which wires differ, and one sentence that says what went wrong.

import { unicodeName } from "./engine/labels.js";
import { MISTAKES, differs } from "./engine/mistakes.js";
import { rounded } from "./engine/numbers.js";

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
    glows,
    glowsSent,
    onPath: () => false,
  };
  return { rightView: { ...view, onPath: () => false }, wrongView };
}

// What went wrong, in words and with the first number that shows it.
export function sentenceOf(app) {
  const { twin } = app.model;
  const told = MISTAKES.filter(({ name }) => app.state.mistakes.includes(name)).map(({ sentence }) => sentence).join(" ");
  const { circuit, stepper: { pass } } = twin;
  const truth = circuit.backward();
  const leaves = app.model.parameters();
  const wrong = leaves.filter((n) => differs(truth.gradients[n], pass.gradients[n]));
  if (!wrong.length) return `${told} Here and now no gradient differs: ${twin.rightCosts.length > 1 ? "with these numbers it does no harm" : "take a step of both"}.`;
  const [n] = wrong.sort((one, other) => Math.abs(truth.gradients[other] - pass.gradients[other]) - Math.abs(truth.gradients[one] - pass.gradients[one]));
  const more = wrong.length > 1 ? ` ${wrong.length} of ${leaves.length} gradients differ.` : "";
  return `${told} So ${unicodeName(circuit.wires[n].label)} gets ${apart(pass.gradients[n], truth.gradients[n])} where ${apart(truth.gradients[n], pass.gradients[n])} is right.${more}`;
}

// A number with as many digits as it takes to tell it from another.
function apart(one, other) {
  let digits = 3;
  while (digits < 17 && rounded(one, digits) === rounded(other, digits)) digits += 1;
  return rounded(one, digits);
}
