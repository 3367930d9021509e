// The chain rule as a sum over paths: every way from a wire to the output, as a product, as mg.paths
// has them. The largest come first; there may be more than anybody counts one by one.

import { asText, derivative, formula, isNumber, localFormulas, numberFormula, symbol } from "./formulas.js";
import { GATES } from "./gates.js";
import { unicodeName } from "./labels.js";
import { Names, atInput } from "./names.js";
import { rounded } from "./numbers.js";
import { inAProduct } from "./sentences.js";

const MOST_FACTORS = 16; // that are written; of a longer path the middle is left out
const MOST_STEPS = 8; // in one factor
const MOST_INSERTIONS = 4; // for each wire and branch, to find out whether two paths read alike
const LOOSE = ["+", "-", "neg", "where"]; // operations that stand in brackets among factors

/** One step of a path: from a wire into the gate behind `target`, as its input at `place`.
 * @typedef {{target: number, place: number, local: number}} Branch */

/**
 * All ways from `leaf` to `output`, `limit` of them written out.
 * @returns {{count: bigint, total: number, derivative: string,
 *   paths: {product: number, wires: number[], places: number[], symbols: string, formulas: string, numbers: string}[]}}
 */
export function paths(circuit, leaf, output = circuit.output, limit = 20) {
  const between = new Between(circuit, leaf, output);
  const names = new PathNames(between);
  return {
    count: between.count(),
    total: between.gradient(),
    derivative: asText(derivative("d", names.name(output), names.name(leaf))),
    paths: between.largest(limit).map(({ steps, product }) => ({
      product,
      wires: [leaf, ...steps.map((step) => step.target)],
      places: steps.map((step) => step.place),
      ...names.written(steps),
    })),
  };
}

class Between {
  constructor(circuit, leaf, output) {
    Object.assign(this, { circuit, leaf, output });
    /** @type {Map<number, Branch[]>} of each wire on a path the steps that lead on, by gate and place */
    this.branches = new Map([[leaf, []]]);
    for (const n of circuit.gates) {
      const { inputs } = circuit.wires[n];
      if (n === leaf || n > output || !inputs.some((source) => this.branches.has(source))) continue;
      const local = circuit.localGradients(n);
      this.branches.set(n, []);
      inputs.forEach((source, place) => this.branches.get(source)?.push({ target: n, place, local: local[place] }));
    }
    if (!this.branches.has(output)) this.branches.clear();
    else this.dropWhatLeadsNowhere();
  }

  dropWhatLeadsNowhere() {
    const leads = new Set([this.output]);
    const backwards = [...this.branches.keys()].sort((one, other) => other - one);
    for (const n of backwards) {
      const kept = n === this.output ? [] : this.branches.get(n).filter((branch) => leads.has(branch.target));
      this.branches.set(n, kept);
      if (kept.length) leads.add(n);
    }
    for (const n of backwards) if (!leads.has(n)) this.branches.delete(n);
  }

  get wires() {
    return [...this.branches.keys()].sort((one, other) => one - other);
  }

  /** The sum over all paths, as the backward pass takes it. */
  gradient() {
    if (!this.branches.size) return 0;
    const received = new Map([[this.output, 1]]);
    for (const n of this.wires.reverse()) {
      if (n === this.output) continue;
      let total = null;
      const inOrder = [...this.branches.get(n)].sort((one, other) => other.target - one.target || one.place - other.place);
      for (const { target, local } of inOrder) {
        const upstream = received.get(target);
        const { routes } = GATES[this.circuit.wires[target].gate];
        if (upstream === null || (routes && local === 0)) continue;
        total = total === null ? local * upstream : total + local * upstream;
      }
      received.set(n, total);
    }
    return (received.get(this.leaf) ?? 0) + 0;
  }

  /** The number of paths, exact, without going through them. */
  count() {
    if (!this.branches.size) return 0n;
    const counts = new Map(this.wires.map((n) => [n, 0n]));
    counts.set(this.leaf, 1n);
    for (const n of this.wires) {
      for (const { target } of this.branches.get(n)) counts.set(target, counts.get(target) + counts.get(n));
    }
    return counts.get(this.output);
  }

  // Of every wire the largest of its ways on: each is a branch and a way of the wire behind it.
  largest(limit) {
    if (!this.branches.size) return [];
    const best = new Map([[this.output, [{ product: 1, branch: null, rest: null }]]]);
    for (const n of this.wires.reverse()) {
      if (n === this.output) continue;
      const ways = this.branches.get(n).flatMap((branch) =>
        best.get(branch.target).map((rest) => ({ product: branch.local * rest.product, branch, rest })),
      );
      ways.sort((one, other) => magnitude(other.product) - magnitude(one.product) || 0);
      best.set(n, ways.slice(0, limit));
    }
    return best.get(this.leaf).map((way) => {
      const steps = [];
      for (let at = way; at.branch; at = at.rest) steps.push(at.branch);
      return { steps, product: way.product };
    });
  }
}

const magnitude = (product) => (Number.isNaN(product) ? Number.MAX_VALUE : Math.min(Math.abs(product), Number.MAX_VALUE));

// The names of the wires, as the paths need them: only labelled wires are named, and the steps through
// others become one factor; where paths would then read the same, every wire is named.
class PathNames {
  constructor(between) {
    this.between = between;
    this.circuit = between.circuit;
    const ends = [between.leaf, between.output];
    this.labelled = new Set([...between.wires, ...ends].filter((n) => unicodeName(this.circuit.wires[n].label)));
    this.names = new Names(this.circuit);
  }

  name(n) {
    return this.names.shown(this.names.formula(n));
  }

  isEndOrLabelled(n) {
    return n === this.between.leaf || n === this.between.output || this.labelled.has(n);
  }

  isNamed(n) {
    this.allNamed ??= this.saysNothing() || this.twoReadAlike();
    return this.allNamed || this.isEndOrLabelled(n);
  }

  saysNothing() {
    const { wires } = this.between;
    return wires.length > 3 && !wires.slice(1, -1).some((n) => this.labelled.has(n));
  }

  written(steps) {
    let factors = this.factors(steps);
    if (factors.length > MOST_FACTORS) {
      factors = [...factors.slice(0, MOST_FACTORS / 2), null, ...factors.slice(-MOST_FACTORS / 2)];
    }
    const numbers = factors.map((factor) => (factor ? rounded(productOf(factor.steps)) : "…"));
    return {
      symbols: factors.map((factor) => (factor ? this.symbol(factor) : "…")).join(" · "),
      formulas: factors.map((factor) => (factor ? asFactor(this.formula(factor)) : "…")).join(" · "),
      numbers: [...numbers.slice(0, 1), ...numbers.slice(1).map(inAProduct)].join(" · "),
    };
  }

  // The steps of a path, cut at the wires that have names.
  factors(steps) {
    const factors = [];
    let [start, cut] = [this.between.leaf, 0];
    steps.forEach((step, i) => {
      if (!this.isNamed(step.target)) return;
      factors.push({ start, steps: steps.slice(cut, i + 1) });
      [start, cut] = [step.target, i + 1];
    });
    return factors;
  }

  symbol({ start, steps }) {
    const above = steps.at(-1).target;
    let by = this.name(start);
    const isTwice = this.circuit.wires[above].inputs.filter((source) => source === start).length > 1;
    if (steps.length === 1 && isTwice) by = atInput(by, steps[0].place);
    return asText(derivative("∂", this.name(above), by));
  }

  // The local gradients of a factor's steps, multiplied; ones are left out.
  formula({ steps }) {
    const skipped = steps.length > MOST_STEPS;
    const shown = skipped ? [...steps.slice(0, MOST_STEPS / 2), ...steps.slice(-MOST_STEPS / 2)] : steps;
    const parts = shown.map((step) => this.localGradient(step));
    if (skipped) parts.splice(MOST_STEPS / 2, 0, symbol("…"));
    const kept = parts.filter((part) => !isNumber(part, 1));
    const product = (kept.length ? kept : [numberFormula(1)]).reduce((all, part) => formula("*", all, part));
    return this.names.shown(product);
  }

  localGradient({ target, place }) {
    const { gate, inputs } = this.circuit.wires[target];
    const operands = inputs.map((source) => this.names.formula(source));
    return localFormulas(gate, operands, this.names.formula(target))[place];
  }

  // Whether two paths pass the same named wires, or that takes too long to find out: every unnamed
  // wire hands on the set of the named wires that it comes from.
  twoReadAlike() {
    const { wires, branches } = this.between;
    const sources = new Map(wires.map((n) => [n, []]));
    for (const n of wires) for (const { target } of branches.get(n)) sources.get(target).push(n);
    const origins = new Map();
    let left = MOST_INSERTIONS * (wires.length + wires.reduce((sum, n) => sum + branches.get(n).length, 0));
    for (const n of wires) {
      let before = sources.get(n);
      const named = (source) => this.isEndOrLabelled(source);
      if (named(n)) before = [...new Set(before.filter(named)), ...before.filter((source) => !named(source))];
      const merged = new Set();
      for (const source of before) {
        for (const origin of named(source) ? [source] : origins.get(source)) {
          if (merged.has(origin)) return true;
          merged.add(origin);
          if (--left < 0) return true;
        }
      }
      origins.set(n, merged);
    }
    return false;
  }
}

const productOf = (steps) => steps.reduceRight((product, { local }) => product * local, 1);

function asFactor(one) {
  const text = asText(one);
  return LOOSE.includes(one.op) ? `(${text})` : text;
}
