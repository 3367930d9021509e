// Answers questions about the engine of the playground: one a line, as JSON, each with what to `do`.

import { readFileSync } from "node:fs";

const ENGINE = new URL("../../minigrad/stepping/web/engine/", import.meta.url);
const load = (name) => import(new URL(`${name}.js`, ENGINE));

const { Circuit } = await load("circuit");
const { constant, leaf, apply } = await load("wires");
const { Stepper } = await load("stepping");
const { rounded, pythonRepr } = await load("numbers");
const { unicodeName } = await load("labels");
const { PythonRandom } = await load("random");
const { dataSet } = await load("data");
const { Network } = await load("network");
const { Training } = await load("training");
const { decisionGrid, areaOf } = await load("decision_grid");
const { expression, namesIn, asFormula } = await load("expression");
const { why } = await load("why");
const { paths } = await load("paths");

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
  random({ seed, count }) {
    const random = new PythonRandom(seed);
    const items = [...Array(count).keys()];
    random.shuffle(items);
    const numbers = items.map(() => random.random());
    return { items, numbers, normal: items.map(() => random.gauss(1, 2)), uniform: items.map(() => random.uniform(-3, 4)) };
  },
  data: ({ name, settings }) => dataSet(name, settings),
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
