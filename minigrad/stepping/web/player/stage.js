// What is known when so many steps have been taken.

export const NONE = Symbol("no gradient, ever"); // of a constant

/**
 * @param {import("./circuit.js").Circuit} circuit @param {import("./words.js").Words} words
 * @returns {{known: (n: number) => boolean, gradients: any[], birth: number,
 *   sent: (gate: number, place: number) => number | null}}
 */
export function stageAt(circuit, words, position) {
  const { wires, leaves, output, pass } = circuit;
  const gradients = wires.map(({ constant }) => (constant ? NONE : null));
  const back = position > words.count;
  const gate = back ? words.step(position).gate : undefined;
  if (words.length > words.count && position >= words.count) {
    circuit.besides.forEach((n) => (gradients[n] = 0));
    gradients[output] = words.upstream;
  }
  if (back) {
    for (let n = output; n >= gate; n--) {
      wires[n].inputs.forEach((source, place) => {
        const after = pass.after[n][place] ?? null;
        if (after !== null && !wires[source].constant) gradients[source] = after;
      });
    }
  }
  return {
    gradients,
    known: (n) => n < leaves || n - leaves < position,
    sent: (n, place) => (back && n >= gate ? (pass.contributions[n]?.[place] ?? null) : null),
    birth: birthOf(circuit),
  };
}

// The gate in which the first inf or nan of the forward pass began, or -1.
function birthOf({ values, leaves }) {
  const first = values.findIndex((number) => !Number.isFinite(number));
  return first < leaves ? -1 : first;
}
