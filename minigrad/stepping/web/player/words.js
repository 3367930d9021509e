// What a step does, in the texts that Python gave and the numbers of now; as words.py and tangent_words.py
// say it.

import { COMPUTED, ONE, PLAIN, Sentences, inAProduct } from "../engine/sentences.js";

const MOST_TERMS = 6;
const MOST_FORMULAS = 6;
const HIGH = Object.fromEntries([..."0123456789−"].map((sign, i) => [sign, "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"[i]]));

export class Words extends Sentences {
  /** @param {import("./circuit.js").Circuit} circuit */
  constructor(circuit) {
    super(circuit.data.upstream, circuit.data.digits);
    this.circuit = circuit;
    this.data = circuit.data;
    this.count = circuit.data.gates.length;
    this.length = (circuit.data.mode === "forward" ? 1 : 2) * this.count;
  }

  name(n) {
    return this.data.names[n];
  }

  symbol(n) {
    return this.circuit.gate(n).symbol;
  }

  lead(n) {
    return this.circuit.row(n).lead;
  }

  fanOut(n) {
    return this.circuit.uses[n].length;
  }

  value(n) {
    return this.rounded(this.circuit.values[n]);
  }

  totalDerivative(n) {
    return this.data.to[n];
  }

  // --- steps ---

  /** The direction and the gate of the step that leads to a position; none before the first. */
  step(position) {
    const { circuit, count } = this;
    if (position < 1 || position > this.length) return undefined;
    const back = position > count;
    return { back, gate: back ? circuit.wires.length - (position - count) : circuit.leaves + position - 1 };
  }

  title(position) {
    const { back, gate } = this.step(position);
    const number = back ? position - this.count : position;
    return `${back ? "backward" : "forward"} ${number} of ${this.count} · gate ${this.symbol(gate)}`;
  }

  sentence(position, inDeltas = false) {
    const { back, gate } = this.step(position);
    if (back) {
      const told = this.backward(gate, inDeltas && this.hasDeltas);
      return gate === this.data.meeting ? `${told}. ${this.meeting()}` : told;
    }
    return this.moves ? `${this.forward(gate)}. ${this.tangentSentence(gate)}` : this.forward(gate);
  }

  /** What stands below the sentence; a player leaves out what a forward step has said already. */
  formulas(position) {
    const { back, gate } = this.step(position);
    if (!back) return this.moves ? [this.tangentFormula(gate)] : [];
    const all = this.chainRules(gate);
    const more = all.length + this.notListed(gate) - MOST_FORMULAS;
    return [...all.slice(0, MOST_FORMULAS), ...(more > 0 ? [`… and ${more} more`] : [])];
  }

  get moves() {
    return this.data.seeds.length > 0;
  }

  get hasDeltas() {
    return Object.keys(this.data.deltas).length > 0;
  }

  /** What the whole circuit comes to. */
  result() {
    const value = this.value(this.circuit.output);
    return this.data.name ? `${this.data.name} = ${value}` : `a circuit with the output ${value}`;
  }

  // --- both passes ---

  forwardFormula(n) {
    const [symbols, pieces] = this.circuit.gate(n).forward;
    const numbers = this.circuit.inputValues(n).map((number) => this.rounded(number));
    return `${symbols} = ${inNumbers(pieces, numbers)} = ${this.value(n)}`;
  }

  /** @returns {import("../engine/sentences.js").Branch[]} */
  branches(n) {
    const { pass, wires } = this.circuit;
    const upstream = this.circuit.upstream(n);
    return this.texts(n).flatMap((texts) => {
      const contribution = pass.contributions[n][texts.place] ?? null;
      const after = pass.after[n][texts.place] ?? null;
      if (contribution === null || after === null) return [];
      const { place } = texts;
      const local = pass.local[n][place] ?? null;
      return [{ ...texts, gate: n, wire: wires[n].inputs[place], contribution, upstream, local, before: pass.before[n][place], after }];
    });
  }

  texts(n) {
    return this.circuit.gate(n).branches.map(([place, name, factor, kind, delta = "", called = ""]) =>
      ({ place, name, factor, kind: [ONE, PLAIN, COMPUTED][kind], delta, called }));
  }

  notListed(n) {
    return this.circuit.gate(n).more;
  }

  // --- tangents ---

  /** The inputs that move a gate: those that do not move, or are not chosen, add nothing. */
  terms(n) {
    const { circuit } = this;
    return this.texts(n).flatMap((texts) => {
      const wire = circuit.wires[n].inputs[texts.place];
      const tangent = circuit.tangents.get(wire);
      const product = circuit.product(n, texts.place, tangent);
      return product === null ? [] : [{ ...texts, wire, tangent, product, local: circuit.localGradients(n)[texts.place] }];
    });
  }

  seedOf(n) {
    return this.data.seeds.find(([wire]) => wire === n)?.[1];
  }

  tangentSentence(n) {
    const { circuit } = this;
    const [name, words, found, seed] = [this.name(n), circuit.row(n).moves, this.terms(n), this.seedOf(n)];
    const tangent = this.rounded(circuit.tangents.get(n) ?? 0);
    if (!found.length && seed !== undefined) return `The seed moves it: ${name} has the tangent ${tangent}`;
    if (!found.length) {
      const moves = circuit.wires[n].inputs.some((source) => circuit.tangents.has(source));
      return moves ? `${words}: nothing goes on, ${name} has the tangent 0` : `No input moves: ${name} has the tangent 0`;
    }
    const shown = found.slice(0, MOST_TERMS);
    const products = shown.map((term) => {
      const arrived = this.rounded(term.tangent);
      return term.kind === ONE ? arrived : `${arrived} · ${term.factor}`;
    });
    const numbers = shown.map((term) => this.rounded(term.product));
    if (seed !== undefined) {
      products.unshift(`${this.rounded(seed)} (the seed)`);
      numbers.unshift(this.rounded(seed));
    }
    if (found.length > shown.length) {
      products.push(`… (${found.length - shown.length} more)`);
      numbers.push("…");
    }
    const steps = [added(products)];
    if (numbers.length > 1) steps.push(added(numbers));
    else if (found[0].kind === COMPUTED) {
      steps.push(`${this.rounded(found[0].tangent)} · ${inAProduct(this.rounded(found[0].local))}`);
    }
    return `${words}: ${name} has the tangent ${[...new Set([...steps, tangent])].join(" = ")}`;
  }

  /** The chain rule forwards, in symbols and then in numbers. */
  tangentFormula(n) {
    const all = this.terms(n);
    const found = all.slice(0, MOST_TERMS);
    const parts = [this.data.by[n]];
    if (found.length && this.seedOf(n) === undefined) {
      const more = all.length > found.length ? " + …" : "";
      const symbols = found.map((term) => `${this.data.by[term.wire]} · ${term.factor}`);
      const numbers = found.map((term) => `${this.rounded(term.tangent)} · ${inAProduct(this.rounded(term.local))}`);
      parts.push(symbols.join(" + ") + more, numbers.join(" + ") + more);
    }
    return [...parts, this.rounded(this.circuit.tangents.get(n) ?? 0)].join(" = ");
  }

  /** How the tangent that has arrived at the output and the gradients of the seeds are one. */
  meeting() {
    const { circuit, data } = this;
    const f = this.name(circuit.output);
    const tangent = circuit.tangents.get(circuit.output) ?? 0;
    const order = [...data.seeds].sort(([one], [other]) => (other === circuit.output) - (one === circuit.output));
    const met = order.map(([n, speed]) => ({ name: this.name(n), speed, gradient: circuit.gradient(n) }));
    let arrived = `the tangent that arrived at ${f}, ${this.rounded(tangent)}`;
    const scaled = tangent * data.upstream;
    if (data.upstream !== 1) {
      arrived += `, times the gradient of ${f}, ${this.rounded(data.upstream)}, which is ${this.rounded(scaled)}`;
    }
    const total = met.reduce((sum, { speed, gradient }) => sum + speed * gradient, 0);
    if (Number.isNaN(total) && Number.isNaN(scaled)) {
      return `Both ways come to nan: mg.first_nonfinite(${f}) names the gate where it began`;
    }
    if (total !== scaled && !(Math.abs(total - scaled) <= 1e-6 * Math.max(Math.abs(total), Math.abs(scaled)))) {
      return `Both ways come to ${this.rounded(scaled)} and ${this.rounded(total)}: ${arrived}`;
    }
    if (met.length === 1 && met[0].speed === 1) {
      return `Both ways meet: ${arrived}, is the gradient of ${met[0].name}, ${this.rounded(total)}`;
    }
    const symbols = met.map(({ name, speed }) => `${this.rounded(speed)} · (gradient of ${name})`);
    const numbers = met.map(({ speed, gradient }) => `${this.rounded(speed)} · ${inAProduct(this.rounded(gradient))}`);
    return `Both ways meet: ${arrived}, is ${added(symbols)} = ${added(numbers)} = ${this.rounded(total)}`;
  }
}

const added = ([first, ...rest]) => [first, ...rest.map(inAProduct)].join(" + ");

// A formula with numbers in their places: see in_numbers in page_data.py.
function inNumbers(pieces, numbers) {
  let text = "";
  for (const piece of pieces) {
    if (typeof piece === "string") text += piece;
    else if (typeof piece === "number") text += numbers[piece];
    else if (piece[0] === "^") text += base(numbers[piece[1]]) + exponent(numbers[piece[2]]);
    else if (/^[−-]/.test(numbers[piece[0]])) text += piece[1];
  }
  return text;
}

// (−0.7)² and (1e−9)²: without brackets the exponent alone would be read as raised
const base = (number) => (/^(?:[−-]|\d.*e)/.test(number) ? `(${number})` : number);

const exponent = (number) =>
  /^−?\d+$/.test(number) ? [...number].map((sign) => HIGH[sign]).join("") : `^${inAProduct(number)}`;
