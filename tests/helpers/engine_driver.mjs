// Answers questions about the engine of the playground: one a line, as JSON, each with what to `do`.

import { readFileSync } from "node:fs";

const ENGINE = new URL("../../minigrad/stepping/web/engine/", import.meta.url);
const load = (name) => import(new URL(`${name}.js`, ENGINE));

const { Circuit } = await load("circuit");
const { constant, leaf, apply } = await load("wires");
const { Stepper } = await load("stepping");
const { rounded, pythonRepr } = await load("numbers");
const { typedNumber } = await load("typed_number");
const { unicodeName } = await load("labels");
const { PythonRandom } = await load("random");
const { dataSet } = await load("data");
const { Network } = await load("network");
const { Training } = await load("training");
const { useKernels } = await load("row_kernels");
const { decisionGrid, areaOf } = await load("decision_grid");
const { expression, namesIn, asFormula } = await load("expression");
const { why } = await load("why");
const { paths } = await load("paths");
const { wrongPass, SideBySide, differs, sentenceOf } = await load("mistakes");
const { EXAMPLES, exampleNamed } = await load("examples");
const { hashOf, stateOf } = await load("share");
const { pythonSource } = await load("python_source");
const { openSaved } = await load("saved_files");

function built(wires) {
  const nodes = [];
  for (const { data, label, constant: isConstant, unit, gate, inputs } of wires) {
    if (gate) {
      nodes.push(apply(gate, inputs.map((n) => nodes[n]), label, unit ?? null));
    } else nodes.push(isConstant ? constant(data, label) : leaf(data, label, unit ?? null));
  }
  return new Circuit(nodes.at(-1));
}

const answers = {
  rounded: ({ numbers, digits }) => numbers.map((number) => rounded(number, digits)),
  repr: ({ numbers }) => numbers.map(pythonRepr),
  typed: ({ texts }) => texts.map((text) => typedNumber(text) ?? null),
  names: ({ labels }) => labels.map(unicodeName),
  pass({ wires, upstream = 1 }) {
    const circuit = built(wires);
    return { values: [...circuit.values], ...circuit.backward(upstream) };
  },
  steps({ wires, inDeltas = false }) {
    const stepper = new Stepper(built(wires));
    return Array.from({ length: stepper.length }, (_, i) => ({
      title: stepper.title(i + 1),
      sentence: stepper.sentence(i + 1, inDeltas),
      formulas: stepper.formulas(i + 1),
    }));
  },
  expression({ text, values }) {
    const circuit = expression(text, values);
    const { gradients } = circuit.backward();
    return { wires: circuit.wires, values: [...circuit.values], gradients, names: namesIn(text), formula: asFormula(text) };
  },
  why({ wires, wire }) {
    return why(built(wires), wire).join("\n");
  },
  paths({ wires, wire, limit }) {
    const found = paths(built(wires), wire, undefined, limit);
    return { ...found, count: String(found.count) };
  },
  wrongPass({ wires, mistakes, rate, before }) {
    return wrongPass(built(wires), mistakes, rate, before);
  },
  wrongNetwork({ settings, x, label, mistakes, rate }) {
    const circuit = new Network(settings).circuit(x, label);
    const wrong = wrongPass(circuit, mistakes, rate);
    const { gradients } = wrong;
    const right = circuit.backward().gradients;
    const parameters = circuit.parameterWires.map((n) => circuit.values[n]);
    const wrongs = circuit.parameterWires.map((n) => gradients[n]);
    return {
      parameters, gradients: wrongs, updated: parameters.map((p, i) => p - rate * wrongs[i]),
      differing: circuit.wires.filter((_, n) => differs(right[n], gradients[n])).map(({ label }) => label),
      sentence: sentenceOf(mistakes, circuit, wrong, circuit.parameterWires),
      deltas: circuit.groups.map((group) => gradients[group.z]),
    };
  },
  sideBySide({ settings, data, training, mistakes, steps }) {
    const network = new Network(settings);
    const both = new SideBySide(network, data.X ? data : dataSet(data.name, data), training, mistakes);
    for (let i = 0; i < steps; i++) both.step();
    return {
      right: network.parameters(), wrong: both.wrong.network.parameters(),
      rightHistory: both.right.history, wrongHistory: both.wrong.history,
    };
  },
  example({ name }) {
    const example = exampleNamed(name);
    if (example.kind === "expression") return { kind: example.kind, value: expression(example.text, example.values).values.at(-1) };
    const { network, data } = example.make();
    const circuit = network.circuit(data.X[0], data.Y[0]);
    return { kind: example.kind, value: circuit.values[circuit.output], parameters: network.parameters() };
  },
  examples: () => EXAMPLES.map(({ name }) => name),
  hash({ state }) {
    const hash = hashOf(state);
    return { hash, state: stateOf(hash) };
  },
  state: ({ hash }) => stateOf(hash),
  python({ state }) {
    return pythonSource(state);
  },
  shown({ state }) {
    const made = () => {
      if (state.kind === "expression") return expression(state.text, state.values);
      const example = exampleNamed(state.example);
      const { network, data } = example ? example.make() : { network: new Network(state), data: dataSet(state.data.name, state.data) };
      if (state.parameters) network.setParameters(state.parameters);
      return network.circuit(data.X[state.row], data.Y[state.row], { isShown: true });
    };
    const circuit = made();
    const { wires, values } = circuit;
    return { wires, values: [...values], gradients: circuit.backward().gradients };
  },
  open({ text }) {
    const found = openSaved(text);
    if (found.kind === "state") return { kind: found.kind, parameters: Object.fromEntries(found.parameters) };
    if (found.kind === "network") {
      const { sizes, layers, firstIndex } = found.network;
      return { kind: found.kind, sizes, layers, firstIndex, labels: found.network.parameterLabels() };
    }
    const { gradients } = found.circuit.backward();
    return { kind: found.kind, wires: found.circuit.wires, values: [...found.circuit.values], gradients };
  },
  random({ seed, count }) {
    const random = new PythonRandom(seed);
    const items = [...Array(count).keys()];
    random.shuffle(items);
    const numbers = items.map(() => random.random());
    return { items, numbers, normal: items.map(() => random.gauss(1, 2)), uniform: items.map(() => random.uniform(-3, 4)) };
  },
  data: ({ name, settings }) => dataSet(name, settings),
  shownNetwork({ settings, x, label }) {
    const circuit = new Network(settings).circuit(x, label, { isShown: true });
    const stepper = new Stepper(circuit);
    return {
      wires: circuit.wires, values: [...circuit.values],
      steps: Array.from({ length: stepper.length }, (_, i) => stepper.sentence(i + 1)),
      gradients: stepper.at(stepper.length).gradients,
    };
  },
  network({ settings, x, label }) {
    const network = new Network(settings);
    const circuit = network.circuit(x, label);
    const pass = circuit.backward();
    const { wires, groups, inputWires, parameterWires, outputWires } = circuit;
    return {
      wires, groups, inputWires, parameterWires, outputWires, values: [...circuit.values],
      gradients: pass.gradients, parameters: network.parameters(), labels: network.parameterLabels(),
      predicted: network.predict(x),
    };
  },
  training({ settings, data, training, steps }) {
    const network = new Network(settings);
    const run = new Training(network, dataSet(data.name, data), training);
    for (let i = 0; i < steps; i++) run.step();
    return { parameters: network.parameters(), history: run.history, cost: run.cost(), accuracy: run.accuracy(), stopped: run.isStopped };
  },
  kernels({ settings, data, mistakes }) {
    const found = [true, false].map((wanted) => {
      useKernels(wanted);
      const run = new Training(new Network(settings), dataSet(data.name, data), { mistakes });
      const used = [];
      for (let i = 0; i < 3; i++) {
        run.step();
        used.push(...run.batch.parts.map(({ part }) => part.kernels !== null));
      }
      return { numbers: [...run.history, ...run.network.parameters()], used };
    });
    useKernels(true);
    const [ones, others] = found.map(({ numbers }) => numbers);
    return { same: ones.every((number, i) => Object.is(number, others[i])), used: found.map(({ used }) => used.every(Boolean)) };
  },
  grid({ settings, data, cells }) {
    const set = dataSet(data.name, data);
    const { numbers, area } = decisionGrid(new Network(settings), areaOf(set), cells);
    return { numbers: [...numbers], area };
  },
};

const packed = (key, value) =>
  typeof value === "number" && !Number.isFinite(value)
    ? { "#": Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf" }
    : value;
const unpacked = (key, value) =>
  value && typeof value === "object" && "#" in value
    ? { nan: NaN, inf: Infinity, "-inf": -Infinity }[value["#"]]
    : value;

const lines = readFileSync(0, "utf8").split("\n").filter(Boolean);
for (const line of lines) {
  const question = JSON.parse(line, unpacked);
  let answer;
  try {
    answer = await answers[question.do](question);
  } catch (error) {
    answer = { error: error.constructor.name, message: error.message, stack: error.stack };
  }
  process.stdout.write(`${JSON.stringify(answer ?? null, packed)}\n`);
}
