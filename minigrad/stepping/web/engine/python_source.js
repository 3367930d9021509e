// The lines of Python that make with minigrad what the page shows.

import { COSTS } from "./costs.js";
import { DATA_SETS } from "./data.js";
import { exampleNamed } from "./examples.js";
import { Network } from "./network.js";
import { pythonRepr } from "./numbers.js";
import { openSaved } from "./saved_files.js";

/** @param {object} state @returns {string} */
export function pythonSource(state) {
  const lines = ["import minigrad as mg", ""];
  if (state.kind === "expression") lines.push(...linesOfExpression(state));
  else if (state.kind === "circuit") lines.push(...linesOfCircuit(openSaved(state.saved).circuit));
  else lines.push(...linesOfNetwork(state));
  return `${lines.join("\n")}\n`;
}

/** What comes after the output is there: its gradients, its picture, its steps. */
function ending(output, { position = null, show = "values" }) {
  const settings = show === "delta" ? ', show="delta"' : "";
  const lines = [`${output}.backward()`];
  if (position) lines.push(`stepper = mg.Stepper(${output}${settings})`, `stepper.position = ${position}`);
  return [...lines, `mg.draw(${output}${settings})`];
}

function linesOfExpression(state) {
  const given = Object.entries(state.values).map(([name, number]) => `${text(name)}: ${float(number)}`);
  return [`f = mg.expression(${text(state.text)}, {${given.join(", ")}})`, ...ending("f", state)];
}

function linesOfCircuit(circuit) {
  const lines = ["wires = []"];
  circuit.wires.forEach(({ gate, inputs, label, constant }, n) => {
    const labelled = label ? `, label=${text(label)}` : "";
    if (gate) {
      const sources = inputs.map((source) => `wires[${source}], `).join("");
      lines.push(`wires.append(mg.Value.apply_gate(mg.GATES[${text(gate)}], (${sources.trimEnd()})))`);
      if (label) lines.push(`wires[-1].label = ${text(label)}`);
    } else {
      const made = constant ? "mg.engine.constant" : "mg.Value";
      lines.push(`wires.append(${made}(${float(circuit.values[n])}${labelled}))`);
    }
  });
  return [...lines, "f = wires[-1]", ...ending("f", {})];
}

// --- networks ---

function linesOfNetwork(state) {
  const example = state.example ? exampleNamed(state.example) : null;
  const { network, data } = example ? example.make() : { network: new Network(state), data: null };
  const begun = network.parameters();
  if (state.parameters) network.setParameters(state.parameters);
  const isAsBegun = network.parameters().every((number, i) => Object.is(number, begun[i])) && !example?.settings.weights;
  const row = state.row ?? 0;
  return [
    ...modelLines(network, isAsBegun),
    ...dataLines(state, data),
    "",
    "",
    "def loss(x, y):",
    `    return ${lossCall(network)}`,
    "",
    "",
    `optimizer = mg.optim.SGD(model.parameters(), lr=${float(state.learningRate ?? 0.1)})`,
    ...trainingLines(state),
    `cost = loss(X[${row}], Y[${row}])`,
    'cost.label = "C"',
    ...ending("cost", state),
  ];
}

function modelLines(network, isAsBegun) {
  const { sizes, activations, layers, scheme, seed, firstIndex } = network;
  const settings = [`activation=[${activations.map(text).join(", ")}]`];
  if (isAsBegun) {
    settings.push(`weights=${text(scheme)}`, `bias=${network.bias ? "True" : "False"}`, `seed=${seed}`);
  } else {
    const rows = layers.map(({ weights }) => `        [${weights.map(floats).join(", ")}],\n`);
    settings.push(`weights=[\n${rows.join("")}    ]`);
    settings.push(`bias=[${layers.map(({ bias }) => (bias ? floats(bias) : "False")).join(", ")}]`);
  }
  if (firstIndex === 0) settings.push("first_index=0");
  return ["model = mg.nn.MLP(", `    ${sizes[0]},`, `    [${sizes.slice(1).join(", ")}],`, ...settings.map((each) => `    ${each},`), ")"];
}

function dataLines(state, data) {
  const isMade = !data || Object.hasOwn(DATA_SETS, data.name);
  if (!isMade) return [`X, Y = [${data.X.map(floats).join(", ")}], [${data.Y.join(", ")}]`];
  const { name, n, noise, seed = 0 } = { ...DATA_SETS[data?.name ?? state.data.name], ...(data ? { name: data.name } : state.data) };
  return [`X, Y = mg.datasets.${name}(${n}, noise=${float(noise)}, seed=${seed})`];
}

function lossCall(network) {
  const outputs = network.sizes.at(-1);
  const oneHot = COSTS[network.cost].target === "numbers" && outputs > 1;
  const target = oneHot ? `[1.0 if j == y else 0.0 for j in range(${outputs})]` : "y";
  return `mg.losses.${network.cost}(model(x), ${target})`;
}

function trainingLines(state) {
  const batch = state.batchSize ? `, batch_size=${state.batchSize}` : "";
  return [`# mg.fit(loss, data=(X, Y), optimizer=optimizer, epochs=100${batch})`];
}

// --- literals ---

const float = (number) => (Number.isFinite(number) ? pythonRepr(number) : `float("${pythonRepr(number)}")`);
const floats = (numbers) => `[${numbers.map(float).join(", ")}]`;

// A text as a literal of Python; what an editor would not show is written as an escape.
function text(given) {
  return JSON.stringify(given).replace(/[^\S ]|[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu, (letter) => {
    const code = letter.codePointAt(0);
    return code < 0x10000 ? `\\u${code.toString(16).padStart(4, "0")}` : `\\U${code.toString(16).padStart(8, "0")}`;
  });
}

