// The steps as the controls below the picture ask for them.

import { unicodeName } from "./engine/labels.js";
import { rounded } from "./engine/numbers.js";

export function stepsOf(app) {
  const stepper = () => app.model.stepper;

  function step(position) {
    if (position <= 0) return start();
    const title = stepper().title(position);
    if (position === stepper().length && app.state.position === null) return finished(title);
    const prompt = stepper().step(position).direction === "forward"
      ? "What does this gate compute?"
      : "What does this gate send back along each of its inputs?";
    const inDeltas = app.state.show === "delta";
    return { title, prompt, sentence: stepper().sentence(position, inDeltas), formulas: stepper().formulas(position) };
  }

  function start() {
    return {
      title: "start",
      sentence: "The numbers that no gate computes are given. The forward pass computes all others, gate by gate; the backward pass then goes from the output to the inputs and finds out how much each of them matters.",
      formulas: [],
    };
  }

  // What is said of the whole: what the most important leaf does to the output.
  function finished(title) {
    const { circuit, stepper: { pass } } = app.model;
    const all = app.model.parameters();
    const size = (n) => Math.abs(pass.gradients[n]);
    const [most] = all.filter((n) => size(n) > 0).sort((one, other) => size(other) - size(one)); // neither 0 nor nan
    const output = unicodeName(circuit.label(circuit.output)) || "the output";
    const reads = all.length ? ` Above each wire is its value, below it the gradient: how much ${output} changes when that number grows.` : "";
    const matters = most === undefined ? "" : ` Most of all matters ${unicodeName(circuit.label(most))}: for each 0.01 that it grows, ${output} changes by about ${rounded(0.01 * pass.gradients[most])}.`;
    return { title: "both passes are done", sentence: `Drag a number that no gate computes, and watch.${reads}${matters}`, formulas: [], prompt: title };
  }

  function questions(position) {
    return stepper().questions(position).map((one) => ({
      ...one,
      label: one.name,
      truth: `${one.name}: ${rounded(one.answer)}`,
    }));
  }

  // Right to the digits that the picture shows, or to a hundredth.
  function grade(answer, one) {
    const expected = one.answer;
    const size = Math.abs(expected);
    const near = size ? Math.max(0.5 * 10 ** (Math.floor(Math.log10(size)) - 1), 0.01 * size) : 0;
    const right = answer === expected || Math.abs(answer - expected) <= near * (1 + 1e-9);
    if (right) return { right, text: `${one.name}: right` };
    return { right, text: `${one.name}: ${mistakeOf(answer, one, near)}it is ${rounded(expected)}` };
  }

  // The mistakes that are made most often, by their numbers.
  function mistakeOf(answer, { wire, place, answer: expected }, near) {
    const is = (number) => Number.isFinite(number) && Math.abs(answer - number) <= Math.max(near, 1e-9 * Math.abs(number));
    if (is(-expected)) return "the sign is wrong; ";
    if (place === null) return "";
    const { circuit, stepper: { pass } } = app.model;
    const gate = circuit.uses[wire].map(([user]) => user).find((user) => pass.contributions[user][place] === expected);
    if (gate === undefined) return "";
    if (is(pass.local[gate][place])) return "that is the local gradient, without the upstream one; ";
    if (is(pass.gradients[gate])) return "that is the upstream gradient, without the local one; ";
    const other = circuit.wires[gate].inputs[1 - place];
    if (other !== undefined && is(pass.gradients[gate] * circuit.values[wire])) return "× switches its inputs: times the other one; ";
    return "";
  }

  return { count: () => stepper().length, step, questions, grade };
}
