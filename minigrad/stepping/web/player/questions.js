// What the quiz asks before a step, the right answers, and the numbers that known mistakes give: as
// questions.py does.

const MOST_LEFT_OUT = 12; // inputs of a gate, each of which may have been left out

/** @typedef {{wire: number, label: string, expected: number, after: number, truth: string,
 *   inDeltas: string, mistakes: [string, number][]}} Question */

export class Quiz {
  /** @param {import("./words.js").Words} words */
  constructor(words) {
    this.words = words;
    this.circuit = words.circuit;
    this.rate = words.data.rate;
  }

  /** @returns {Question[]} what to ask before the step that leads to a position */
  questions(position) {
    const step = this.words.step(position);
    if (!step) return [];
    if (!step.back) return [this.words.moves ? this.ofTangent(step.gate) : this.ofOutput(step.gate)];
    const places = new Map();
    const { gate } = step;
    this.circuit.pass.contributions[gate].forEach((sent, place) => {
      if (sent === null) return;
      const wire = this.circuit.wires[gate].inputs[place];
      places.set(wire, [...(places.get(wire) ?? []), place]);
    });
    return [...places].map(([wire, at]) => this.ofInput(gate, wire, at));
  }

  /** The questions of a step in one or two sentences. */
  prompt(position) {
    const { words, circuit } = this;
    const { back, gate } = words.step(position);
    if (!back && words.moves) return `It computes ${words.name(gate)} = ${words.value(gate)}. What is its tangent?`;
    if (!back) return "What does it compute?";
    const asked = this.questions(position);
    if (!asked.length) return "Its inputs are constants, which receive nothing.";
    const whole = asked.filter(({ label, wire }) => label !== words.name(wire)).map(({ wire }) => words.name(wire));
    const text = `What does it send to its inputs? It receives ${words.rounded(circuit.upstream(gate))}.`;
    return whole.length ? `${text} In all, with what arrived before: ${whole.join(", ")}.` : text;
  }

  // --- one number ---

  ofOutput(n) {
    const { words, circuit } = this;
    const [label, expected] = [words.name(n), circuit.values[n]];
    const truth = `${label} = ${words.value(n)}`;
    return { wire: n, label, expected, after: expected, truth, inDeltas: truth, mistakes: [...this.forwardMistakes(n)] };
  }

  ofTangent(n) {
    const { words, circuit } = this;
    const expected = circuit.tangents.get(n) ?? 0;
    const label = `tangent of ${words.name(n)}`;
    const truth = `${label} = ${words.rounded(expected)}`;
    return { wire: n, label, expected, after: expected, truth, inDeltas: truth, mistakes: [...this.tangentMistakes(n, expected)] };
  }

  ofInput(gate, wire, at) {
    const { words, circuit } = this;
    const { contributions, before, after } = circuit.pass;
    const name = words.name(wire);
    const receives = sum(at.map((place) => contributions[gate][place] ?? 0));
    const had = before[gate][at[0]];
    const whole = after[gate][at.at(-1)] ?? 0;
    let [label, expected, more] = [name, receives, ""];
    let mistakes = [...this.backwardMistakes(gate, at)];
    if (had !== null && circuit.uses[wire][0] === gate) {
      [label, expected] = [`${name} in all`, whole];
      more = ` and had ${words.rounded(had)}: ${words.rounded(whole)} in all`;
      // `=` for `+=`: one contribution, or those of this gate
      const alone = [...this.sentTo(wire, gate), receives].map((one) => ["= instead of +=", one]);
      mistakes = [...alone, ...mistakes.map(([kind, wrong]) => [kind, had + wrong])];
    }
    const formula = at.length === 1 ? this.delta(gate, at[0]) : "";
    const [truth, inDeltas] = ["", formula && `${formula} = `].map(
      (start) => `${name} receives ${start}${words.rounded(receives)}${more}`);
    return { wire, label, expected, after: whole, truth, inDeltas, mistakes };
  }

  delta(gate, place) {
    return this.words.texts(gate).find((branch) => branch.place === place)?.delta ?? "";
  }

  // The contributions that have reached a wire when a gate has had its turn, in order.
  sentTo(wire, gate) {
    const { uses, wires, pass } = this.circuit;
    const readers = [...new Set(uses[wire])].filter((n) => n >= gate).sort((one, other) => other - one);
    return readers.flatMap((n) => wires[n].inputs.flatMap((source, place) => {
      const sent = pass.contributions[n][place];
      return source === wire && sent !== null ? [sent] : [];
    }));
  }

  // --- the numbers that come out if a known mistake is made ---

  *forwardMistakes(n) {
    const row = this.circuit.row(n);
    const [inputs, value] = [this.circuit.inputValues(n), this.circuit.values[n]];
    const count = inputs.length;
    if (count > 1) {
      yield ["added instead", sum(inputs)];
      yield ["multiplied instead", inputs.reduce((product, number) => product * number, 1)];
    }
    const refuses = !row.forward || row.chooses; // of which another input is no index
    if (!refuses && count === 2) yield ["order of the inputs", row.forward([inputs[1], inputs[0]])];
    if (!refuses && count > 2 && count <= MOST_LEFT_OUT && row.arity === null && !row.isDot) {
      for (let place = 0; place < count; place++) yield ["input left out", row.forward(inputs.filter((_, each) => each !== place))];
    }
    yield ["sign", -value];
    for (const number of inputs) yield ["gate forgotten", number];
    if (row.forward && count === 1) yield ["derivative instead", localOf(row, inputs)[0]];
  }

  *tangentMistakes(n, tangent) {
    const { circuit } = this;
    const row = circuit.row(n);
    const { inputs } = circuit.wires[n];
    const arrived = inputs.map((source) => circuit.tangents.get(source) ?? 0);
    const moved = inputs.map((source, place) => circuit.product(n, place, circuit.tangents.get(source)));
    const sent = moved.filter((product) => product !== null);
    if (row.routes) {
      for (const [place, t] of arrived.entries()) if (t !== 0 && moved[place] === null) yield ["tangent not chosen", t];
      if (sent.length) yield ["tangent of the chosen", 0];
    }
    yield ["sign", -tangent];
    if (row.isProduct) yield ["tangents not switched", sum(arrived.map((t, place) => t * circuit.values[inputs[place]]))];
    yield ["tangent forgotten", sum(circuit.localGradients(n).filter((_, place) => moved[place] !== null))];
    yield ["local gradient left out", sum(arrived)];
    if (sent.length > 1 && sent.length <= MOST_LEFT_OUT) for (const product of sent) yield ["tangent left out", tangent - product];
    yield ["value instead", circuit.values[n]];
  }

  *backwardMistakes(gate, at) {
    const { circuit } = this;
    const row = circuit.row(gate);
    const { contributions, after } = circuit.pass;
    const upstream = circuit.upstream(gate);
    const negative = -sum(at.map((place) => contributions[gate][place] ?? 0));
    const given = circuit.localGradients(gate);
    if (given.length === 0 || given[0] === null) { // a function of the user's
      yield ["sign", negative];
      return;
    }
    const { inputs } = circuit.wires[gate];
    const values = circuit.inputValues(gate);
    const locals = row.forward ? localOf(row, values) : given;
    const local = sum(at.map((place) => locals[place]));
    const others = locals.filter((_, place) => !at.includes(place));
    if (row.routes) yield* wrongRoutes(local, others, upstream);
    yield ["sign", negative];
    const kind = row.isProduct ? "inputs not switched" : "other input";
    if (values.length === 2) for (const other of others) yield [kind, other * upstream];
    yield ["upstream forgotten", local];
    yield ["local gradient forgotten", upstream];
    if (at.length > 1) yield ["= instead of +=", locals[at.at(-1)] * upstream];
    const reached = this.sentTo(gate, gate);
    if (reached.length > 1) for (const one of reached) yield ["= instead of +=", local * one];
    for (const [place, source] of inputs.entries()) {
      const gradient = after[gate][place];
      if (!row.forward || !circuit.isLeaf(source) || gradient === null) continue;
      const changed = values.slice();
      changed[place] -= this.rate * gradient;
      const updated = localOf(row, changed);
      yield ["updated weight", sum(at.map((i) => updated[i])) * upstream];
    }
  }
}

// At a gate that chooses: the loser answered with what the winner receives, or the reverse.
function* wrongRoutes(local, others, upstream) {
  if (local !== 0) yield ["chosen", 0];
  else if (others.some((other) => other !== 0)) for (const other of others) { if (other !== 0) yield ["not chosen", other * upstream]; }
  else yield ["stopped", upstream];
}

const localOf = (row, inputs) => row.localGradients(inputs, row.forward(inputs));

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
