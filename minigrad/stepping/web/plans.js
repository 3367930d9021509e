// What is drawn of a circuit: all of it, or one unit with what it reads. A plan has the shape of a
// Circuit; in a part of one `origin` says which wire of the circuit each of its wires is.

import { hasConstantInSymbol } from "./engine/gate_symbol.js";

export function wholePlan(circuit, more = {}) {
  const { groups, output, values } = circuit;
  const wires = circuit.wires.map((wire, n) => ({ ...wire, label: circuit.label(n) }));
  return { wires, uses: drawnUses(circuit), groups, output, values, origin: null, ...more };
}

// Who reads each wire; a number that stands in the symbol of its gate, as in x², is no wire.
function drawnUses(circuit) {
  const uses = circuit.uses.map((all) => all.filter(([gate, place]) => !(place === 1 && hasConstantInSymbol(circuit, gate))));
  return uses;
}

export function unitPlan(circuit, group, more = {}) {
  const own = new Set(group.members);
  const needed = new Set(group.members);
  for (const n of group.members) for (const source of circuit.wires[n].inputs) needed.add(source);
  const origin = [...needed].sort((one, other) => one - other);
  const place = new Map(origin.map((n, at) => [n, at]));
  const wires = origin.map((n) => {
    const wire = { ...circuit.wires[n], label: circuit.label(n) };
    if (own.has(n) && wire.inputs.length) return { ...wire, inputs: wire.inputs.map((source) => place.get(source)) };
    return { ...wire, gate: null, inputs: [], fixed: wire.inputs.length > 0 };
  });
  const drawn = drawnUses(circuit);
  const uses = origin.map((n) => drawn[n].filter(([gate]) => own.has(gate)).map(([gate, at]) => [place.get(gate), at]));
  const values = origin.map((n) => circuit.values[n]);
  return { wires, uses, groups: [], output: place.get(group.output), values, origin, ...more };
}

// Two plans of one shape are laid out alike: only numbers differ.
export function shapeOf(plan) {
  const wires = plan.wires.map(({ label, gate, inputs, constant, symbol, fixed }) => [label, gate, inputs, constant, symbol, fixed]);
  return JSON.stringify([wires, plan.groups?.map(({ members }) => members)]);
}

// A view of the circuit as one of the part that is drawn.
export function viewOfPart(view, { origin }) {
  if (!origin) return view;
  const place = new Map(origin.map((n, at) => [n, at]));
  const wire = (ask) => (n) => ask(origin[n]);
  const use = (ask) => (gate, at) => ask(origin[gate], at);
  return {
    ...view,
    value: wire(view.value), gradient: wire(view.gradient), done: wire(view.done), glows: wire(view.glows),
    idle: wire(view.idle), sent: use(view.sent), glowsSent: use(view.glowsSent), onPath: use(view.onPath),
    active: place.get(view.active) ?? null, chosen: place.get(view.chosen) ?? null,
  };
}
