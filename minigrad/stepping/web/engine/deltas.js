// Gradients of a network as formulas in δ = dC/dz, as text/deltas.py has them.
//
// Every pre-activation z begins with a δ of its own. From there + and Σ hand it on, − turns its sign
// and × attaches the other factor; what comes through any other gate has no formula.

import { asText, derivative, formula, symbol } from "./formulas.js";
import { parseName, unicodeName, withRun } from "./labels.js";
import { Names } from "./names.js";

const MOST_TERMS = 64;
const MOST_FACTORS = 2;
const MOST_SHOWN = 2; // terms that are written one by one

/** @typedef {{sign: number, z: number, factors: number[]}} Term */

export class Deltas {
  /** @param {import("./circuit.js").Circuit} circuit */
  constructor(circuit, names = new Names(circuit)) {
    this.circuit = circuit;
    this.names = names;
    const sums = sumsOfUnits(circuit);
    this.preactivations = new Set(
      circuit.gates.filter((n) => {
        const { unit, label } = circuit.wires[n];
        return sums.has(n) || (!unit && parseName(label).base === "z");
      }),
    );
  }

  get isEmpty() {
    return this.preactivations.size === 0;
  }

  /** The gradient of a wire as a sum of terms; null where it is no formula in δ. */
  terms(n) {
    if (this.preactivations.has(n)) return [{ sign: 1, z: n, factors: [] }];
    this.arrived ??= this.collected();
    const found = this.arrived.get(n);
    return found?.length ? [...found].sort((one, other) => one.z - other.z) : null;
  }

  collected() {
    const { circuit } = this;
    const arrived = new Map([[circuit.output, null]]);
    for (let gate = circuit.output; gate >= circuit.leaves; gate--) {
      const isZ = this.preactivations.has(gate);
      const upstream = isZ ? [{ sign: 1, z: gate, factors: [] }] : arrived.get(gate);
      circuit.wires[gate].inputs.forEach((source, place) => {
        if (circuit.wires[source].constant) return;
        const known = arrived.has(source) ? arrived.get(source) : [];
        const more = upstream?.length ? sentBy(circuit, gate, place, upstream) : null;
        const total = known === null || more === null ? null : [...known, ...more];
        arrived.set(source, total === null || total.length <= MOST_TERMS ? total : null);
      });
    }
    return arrived;
  }

  /** The gradient of a wire as text; empty where it is no formula in δ. */
  text(n) {
    return this.written(this.terms(n));
  }

  /** What a gate sends to one of its inputs, as text. */
  sentText(gate, place) {
    const upstream = this.terms(gate);
    return this.written(upstream && sentBy(this.circuit, gate, place, upstream));
  }

  written(terms) {
    if (!terms?.length) return "";
    const sigma = terms.length > MOST_SHOWN ? this.asSigma(terms) : "";
    if (sigma) return sigma;
    let total = this.product(terms[0]);
    for (const term of terms.slice(1, MOST_SHOWN)) {
      total = formula(term.sign > 0 ? "+" : "-", total, this.product({ ...term, sign: 1 }));
    }
    const more = terms.length - MOST_SHOWN;
    return asText(total) + (more > 0 ? ` + ${more} more` : "");
  }

  /** The symbol of a pre-activation's δ: δ₁² for z₁², and δ₁²⁽³⁾ for z₁²⁽³⁾. */
  delta(z) {
    const { base, subscript, superscript } = this.deltaName(z);
    const label = base + (subscript && `_{${subscript}}`) + (superscript && `^{${superscript}}`);
    const run = this.circuit.runs.get(z);
    return symbol(unicodeName(run ? withRun(label, run) : label));
  }

  // The indices of its z, or of its unit.
  deltaName(z) {
    const { label, unit } = this.circuit.wires[z];
    const name = parseName(label);
    const own = { base: "δ", accent: "", subscript: name.subscript, superscript: name.superscript };
    return name.base !== "z" && unit ? { ...own, subscript: String(unit[1]), superscript: String(unit[0]) } : own;
  }

  /** What a δ is computed from: Σₖ δₖ²·wₖ₁² · σ′(z₁¹); in the last layer dC/da₁² · σ′(z₁²). */
  recursion(z) {
    const { circuit, names } = this;
    const users = circuit.uses[z].map(([gate]) => gate);
    if (users.length !== 1 || circuit.wires[users[0]].inputs.length !== 1) return "";
    const [user] = users;
    let upstream = this.text(user);
    if (!upstream) {
      const both = [circuit.output, user].map((n) => names.shown(names.formula(n)));
      upstream = asText(derivative("d", ...both));
    } else if ((this.terms(user)?.length ?? 0) > 1 && !upstream.startsWith("Σ")) {
      upstream = `(${upstream})`;
    }
    return `${upstream} · ${circuit.wires[user].symbol}′(${asText(this.named(z))})`;
  }

  product({ sign, z, factors }) {
    const all = factors.reduce((product, wire) => formula("*", product, this.named(wire)), this.delta(z));
    return sign > 0 ? all : formula("neg", all);
  }

  named(n) {
    const name = unicodeName(this.circuit.label(n));
    return name ? symbol(name) : this.names.shown(this.names.formula(n));
  }

  // Σₖ δₖ²·wₖ₁² for a sum over the units of one layer; empty for another sum.
  asSigma(terms) {
    if (terms.some((term) => term.sign < 0 || term.factors.length !== 1)) return "";
    const { runs } = this.circuit;
    const run = runs.get(terms[0].z) ?? 0;
    const layerOf = (z) => `${this.deltaName(z).superscript} ${runs.get(z) ?? 0}`;
    const own = layerOf(terms[0].z);
    if ([...this.preactivations].filter((z) => layerOf(z) === own).length !== terms.length) return "";
    const columns = new Set();
    let column;
    for (const { z, factors } of terms) {
      if ((runs.get(z) ?? 0) !== run || runs.has(factors[0])) return "";
      const [delta, weight] = [this.deltaName(z), parseName(this.circuit.wires[factors[0]].label)];
      const j = delta.subscript;
      if (!j || !weight.subscript.startsWith(j) || delta.superscript !== weight.superscript) return "";
      const rest = weight.subscript.slice(j.length).replace(/^,+/, "");
      column = { base: weight.base, layer: delta.superscript, rest };
      columns.add(JSON.stringify(column));
    }
    if (columns.size > 1) return "";
    const index = column.layer ? `^{${column.layer}}` : "";
    const delta = `delta_{k}${index}`;
    return `Σₖ ${unicodeName(run ? withRun(delta, run) : delta)}·${unicodeName(`${column.base}_{k${column.rest}}${index}`)}`;
  }
}

// The marked wires that a unit's own parameters lead to with no other marked wire between.
function sumsOfUnits(circuit) {
  const [found, seen] = [new Set(), new Set()];
  const same = (one, other) => one && other && one[0] === other[0] && one[1] === other[1];
  for (const n of circuit.gates) {
    const { unit } = circuit.wires[n];
    const waiting = [n];
    while (unit && waiting.length && !found.has(n)) {
      for (const source of circuit.wires[waiting.pop()].inputs) {
        const marked = circuit.wires[source].unit;
        if (circuit.isLeaf(source) && same(marked, unit)) found.add(n);
        else if (!circuit.isLeaf(source) && !marked && !seen.has(source)) {
          seen.add(source);
          waiting.push(source);
        }
      }
    }
  }
  return found;
}

/** The terms that come out of a gate at an input, for those that arrive at its output. */
function sentBy(circuit, gate, place, upstream) {
  const { gate: name, inputs } = circuit.wires[gate];
  if (name === "add" || name === "sum" || (name === "sub" && place === 0)) return upstream;
  if (name === "sub" || name === "neg") return upstream.map((term) => ({ ...term, sign: -term.sign }));
  if (name !== "mul") return null;
  const found = upstream.map((term) => ({ ...term, factors: [...term.factors, inputs[1 - place]] }));
  return found.some((term) => term.factors.length > MOST_FACTORS) ? null : found;
}
