// Wires of one label told apart, as text/runs.py tells them: where a network runs several times, which run
// each belongs to. Wires that lead to each other are of one run, unless two of them would have one label:
// weights, which all runs share, and gates in which runs come together connect nothing.

import { unicodeName, withRun } from "./labels.js";

/**
 * The number of each wire whose label others have too, from 1.
 * @param {import("./circuit.js").Circuit} circuit
 * @returns {Map<number, number>}
 */
export function runsOf(circuit) {
  const names = circuit.wires.map(({ label }) => (label ? unicodeName(label) : ""));
  const counts = new Map();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const shared = new Map([...names.entries()].filter(([, name]) => name && counts.get(name) > 1));
  const taken = new Set(names.filter((name) => counts.get(name) === 1 && name.endsWith("⁾")));
  return shared.size ? numbered(circuit, joined(circuit, shared), shared, taken) : new Map();
}

// Sets of wires that grow together, none with two wires of one name.
class Runs {
  constructor() {
    this.parent = [];
    this.names = [];
  }

  begin(name) {
    this.parent.push(this.parent.length);
    this.names.push(new Set([name]));
    return this.parent.length - 1;
  }

  // The number that stands for all of a run.
  root(run) {
    while (this.parent[run] !== run) run = this.parent[run] = this.parent[this.parent[run]];
    return run;
  }

  // Make two runs one; false if both have a wire of one name.
  join(one, other) {
    [one, other] = [this.root(one), this.root(other)];
    if (one === other) return true;
    const [few, many] = this.names[one].size <= this.names[other].size ? [one, other] : [other, one];
    for (const name of this.names[few]) if (this.names[many].has(name)) return false;
    this.parent[few] = many;
    for (const name of this.names[few]) this.names[many].add(name);
    return true;
  }
}

// Of each wire that shares its name the run that it belongs to.
function joined(circuit, shared) {
  const runs = new Runs();
  const runOf = new Map([...shared].map(([n, name]) => [n, runs.begin(name)]));
  const through = new Map(runOf); // of gates without such a name: the run that they are in between of
  for (const gate of circuit.gates) {
    for (const source of gatesFirst(circuit, circuit.wires[gate].inputs)) {
      if (!through.has(source)) continue;
      if (!through.has(gate)) {
        through.set(gate, through.get(source));
      } else if (!runs.join(through.get(gate), through.get(source)) && !shared.has(gate) && !circuit.isLeaf(source)) {
        through.delete(gate); // here runs come together
        break;
      }
    }
  }
  return new Map([...runOf].map(([n, run]) => [n, runs.root(run)]));
}

// Leaves last, and numbers before them: runs share what learns.
function gatesFirst(circuit, inputs) {
  const rank = (n) => (circuit.isLeaf(n) ? 2 : 0) + (circuit.wires[n].constant ? 0 : 1);
  return [...inputs].sort((one, other) => rank(one) - rank(other));
}

// The runs counted from 1, past names that are taken, in the order in which they are done: with the last
// of their gates; one of leaves alone when the last of them is read.
function numbered(circuit, runOf, shared, taken) {
  const names = new Map();
  for (const [n, run] of runOf) names.set(run, (names.get(run) ?? new Set()).add(shared.get(n)));
  const [done, read] = [new Map(), new Map()];
  for (const gate of circuit.gates) {
    if (runOf.has(gate)) done.set(runOf.get(gate), gate);
    for (const source of circuit.wires[gate].inputs) if (runOf.has(source)) read.set(runOf.get(source), gate);
  }
  const when = (run) => done.get(run) ?? read.get(run) ?? -1;
  const [last, number] = [new Map(), new Map()];
  for (const run of [...names.keys()].sort((one, other) => when(one) - when(other))) {
    const own = [...names.get(run)];
    let next = 1 + Math.max(...own.map((name) => last.get(name) ?? 0));
    while (taken.size && own.some((name) => taken.has(unicodeName(withRun(name, next))))) next += 1;
    number.set(run, next);
    for (const name of own) last.set(name, number.get(run));
  }
  return new Map([...runOf].map(([n, run]) => [n, number.get(run)]));
}
