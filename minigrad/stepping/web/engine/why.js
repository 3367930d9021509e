// The chain of reasons behind one gradient, from the output to a wire, as stepping/why.py tells it.

import { asText } from "./formulas.js";
import { parseName } from "./labels.js";
import { Stepper } from "./stepping.js";
import { withCommas } from "./tokens.js";

const MOST_GATES = 100;
const SHOWN_AT_EACH_END = 20;
const MOST_INPUTS = 6; // of a gate, told in a line

/** The story of the gradient of a wire, line by line. @returns {string[]} */
export function why(circuit, wire, stepper = new Stepper(circuit)) {
  const { words, pass } = stepper;
  const name = words.name(wire);
  if (circuit.wires[wire].constant) return [`${name} is a constant: it has a value and gets no gradient.`];
  const leading = leadingFrom(circuit, wire);
  const gates = circuit.gates.reverse().filter((n) => leading.has(n) && n !== wire && n <= circuit.output);
  // A name that is made up is explained where it comes up first.
  const blocks = (some) => {
    const met = new Set();
    return some.flatMap((gate) => {
      const fresh = [...new Set(circuit.wires[gate].inputs)].filter((source) => !met.has(source));
      for (const source of fresh) met.add(source);
      const told = words.branches(gate).filter((branch) => leading.has(branch.wire));
      const texts = [...definitions(circuit, words, fresh), ...told.map((branch) => words.chainRule(branch)), ...words.additions(told)];
      return [`${words.lead(gate)}:`, ...texts.map((text) => `  ${text}`)];
    });
  };
  const { upstream } = words;
  const first = `${words.totalDerivative(circuit.output)} = ${words.rounded(upstream)}`;
  const lines = [first + (upstream === 1 ? " by definition" : "")];
  let told = gates;
  if (gates.length > MOST_GATES) {
    lines.push(...blocks(gates.slice(0, SHOWN_AT_EACH_END)));
    lines.push(`… ${withCommas(gates.length - 2 * SHOWN_AT_EACH_END)} more gates, each in its turn …`);
    told = gates.slice(-SHOWN_AT_EACH_END);
  }
  lines.push(...blocks(told));
  const gradient = wire === circuit.output ? upstream : (pass.gradients[wire] ?? 0);
  const around = new Set([...leading, ...gates.flatMap((n) => circuit.wires[n].inputs)]);
  return [
    `Why is ${words.totalDerivative(wire)} = ${words.rounded(gradient)}?`,
    ...aboutIndices(circuit, words, around),
    ...lines.map((line) => `  ${line}`),
    meaning(circuit, words, wire, gradient),
  ];
}

function definitions({ wires }, { names }, some) {
  const madeUp = some.filter((n) => wires[n].inputs.length && names.isNumbered(n) && wires[n].inputs.length <= MOST_INPUTS);
  return madeUp.map((n) => `${names.text(n)} is ${asText(names.shown(names.computed(n)))}`);
}

// The wires that depend on a wire, and itself: the gradient comes through these.
function leadingFrom(circuit, wire) {
  const leading = new Set([wire]);
  for (const n of circuit.gates) if (circuit.wires[n].inputs.some((source) => leading.has(source))) leading.add(n);
  return leading;
}

// Once, where an upper index could be read as an exponent, what it is.
function aboutIndices(circuit, words, around) {
  const ofLayers = [...around].filter((n) => {
    const { unit, label } = circuit.wires[n];
    return unit && parseName(label).superscript === String(unit[0]);
  });
  const lines = [];
  if (ofLayers.length) {
    const name = words.name(Math.max(...ofLayers));
    lines.push(`  (an upper index is the layer, as in ${name}; a square stands behind brackets)`);
  }
  const told = words.names.aboutRuns;
  if (told) lines.push(`  (a number in brackets above tells wires of one label apart: ${told})`);
  return lines;
}

// What a gradient says; at a nan it says nothing, and where to look instead.
function meaning(circuit, words, wire, gradient) {
  const [f, name] = [words.name(circuit.output), words.name(wire)];
  const amount = words.rounded(gradient);
  const numbers = new Map([[f, circuit.values[circuit.output]], [name, circuit.values[wire]]]);
  const notFinite = [...numbers].filter(([, x]) => !Number.isFinite(x)).map(([n, x]) => `${n} is ${words.rounded(x)}`);
  if (Number.isFinite(gradient) && !notFinite.length) {
    return `So when ${name} grows a little, ${f} changes by ${amount} times as much.`;
  }
  const reason = Number.isFinite(gradient) ? `${notFinite[0]}, so this does not say` : `A gradient of ${amount} does not say`;
  return `${reason} how ${f} changes when ${name} does: mg.first_nonfinite(output) names the gate where it began.`;
}
