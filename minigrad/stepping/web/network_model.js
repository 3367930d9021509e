// A network on a data set: the circuit of one example with today's numbers, and its training.

import { outputsOf } from "./engine/batch.js";
import { dataSet } from "./engine/data.js";
import { isNear } from "./engine/costs.js";
import { Deltas } from "./engine/deltas.js";
import { exampleNamed } from "./engine/examples.js";
import { Network } from "./engine/network.js";
import { rounded } from "./engine/numbers.js";
import { Stepper } from "./engine/stepping.js";
import { areaOf, classShares, decisionGrid } from "./engine/decision_grid.js";
import { Training } from "./engine/training.js";
import { SideBySide } from "./engine/mistakes.js";
import { networkTwin } from "./twin.js";

const CELLS = 40; // of the decision boundary, on a side
const SHOWN = 1e-6; // how near a text book's number stays while numbers change
const MILLISECONDS_A_FRAME = 12; // of arithmetic

// changed() is called when numbers are new, redraw() for another example, rebuilt() when the circuit has
// other gates.
export function networkModel(state, { changed, redraw, rebuilt }) {
  const example = state.example ? exampleNamed(state.example) : null;
  const { network, data } = example ? example.make() : { network: new Network(state), data: dataSet(state.data.name, state.data) };
  if (state.parameters) network.setParameters(state.parameters);
  const first = network.parameters();
  state.row = Math.max(0, Math.min(data.X.length - 1, Math.trunc(state.row) || 0));
  const model = { kind: "network", network, data, state, running: false, side: null };
  model.isPlane = network.sizes[0] === 2 && network.sizes.at(-1) === 1;

  model.makeTraining = () => {
    const settings = { learningRate: state.learningRate, batchSize: state.batchSize };
    model.side = state.mistakes.length ? new SideBySide(network, data, settings, state.mistakes) : null;
    model.training = model.side ? model.side.right : new Training(network, data, settings);
    model.twin = model.side ? networkTwin(model, state) : null;
  };
  model.makeTwin = () => {
    const { isOfATextBook } = model.circuit;
    model.makeCircuit();
    model.makeTraining();
    model.sync();
    if (model.circuit.isOfATextBook !== isOfATextBook) rebuilt();
  };
  model.parameters = () => model.circuit.parameterWires;
  model.sideSteps = (count) => model.trainSteps(count);

  model.makeCircuit = () => {
    // a wrong training makes its mistakes in the gates that compute the cost
    take(network.circuit(data.X[state.row], data.Y[state.row], { isShown: !state.mistakes.length }));
  };

  function take(circuit) {
    model.circuit = circuit;
    model.stepper = new Stepper(circuit);
    model.deltas = new Deltas(circuit);
  }

  // Where rounding has taken the digits of −log p, the gates that compute the cost are shown.
  function keepDigits() {
    const { circuit } = model;
    if (!circuit.isOfATextBook) return;
    const outputs = circuit.outputWires.map((n) => circuit.values[n]);
    if (isNear(circuit.values[circuit.output], network.costOf(outputs, data.Y[state.row]), SHOWN)) return;
    const computed = network.circuit(data.X[state.row], data.Y[state.row], { outputsFirst: true });
    for (const wires of ["inputWires", "parameterWires"]) {
      circuit[wires].forEach((n, place) => (computed.values[computed[wires][place]] = circuit.values[n]));
    }
    computed.forward();
    take(computed);
    rebuilt();
  }

  // The circuit with the network's numbers of today.
  model.sync = () => {
    network.parameters().forEach((number, place) => (model.circuit.values[model.circuit.parameterWires[place]] = number));
    model.circuit.forward();
    keepDigits();
    model.stepper.refresh();
    model.twin?.look();
  };

  model.setLeaf = (n, number) => {
    model.circuit.set(n, number);
    const place = model.circuit.parameterWires.indexOf(n);
    if (place >= 0) {
      const numbers = network.parameters();
      numbers[place] = number;
      network.setParameters(numbers);
      state.parameters = numbers;
      if (model.side) model.makeTraining(); // both begin again, with this number
    }
    keepDigits();
    model.stepper.refresh();
    model.twin?.look();
  };

  model.trainSteps = (count) => {
    for (let step = 0; step < count; step++) (model.side ?? model.training).step();
    state.steps = model.training.steps;
    state.parameters = network.parameters();
    model.sync();
    changed();
  };

  model.run = () => {
    model.running = true;
    const frame = () => {
      if (!model.running) return;
      const until = performance.now() + MILLISECONDS_A_FRAME;
      do (model.side ?? model.training).step();
      while (performance.now() < until && model.perFrame-- > 0);
      model.perFrame = 4;
      model.trainSteps(0);
      requestAnimationFrame(frame);
    };
    model.perFrame = 4;
    requestAnimationFrame(frame);
    changed();
  };
  model.pause = () => {
    model.running = false;
    changed();
  };
  model.stop = () => (model.running = false);

  model.restart = () => {
    model.running = false;
    network.setParameters(first);
    state.parameters = undefined;
    state.steps = 0;
    model.makeTwin();
    changed();
  };
  model.reset = model.restart;
  model.descend = () => model.trainSteps(1);
  model.setRate = (rate) => {
    state.learningRate = rate;
    model.training.learningRate = rate;
    if (model.side) model.side.wrong.learningRate = rate;
    model.twin?.look();
    changed();
  };
  model.setBatch = (size) => {
    state.batchSize = size;
    model.makeTraining();
    changed();
  };
  model.setRow = (row) => {
    if (!(row >= 0 && row < data.X.length)) return;
    state.row = row;
    model.makeCircuit();
    if (model.side) model.twin = networkTwin(model, state);
    redraw();
  };

  model.accuracyText = () => {
    if (!model.isPlane) return "";
    const [scores] = outputsOf(network, data.X);
    const right = data.Y.filter((label, row) => classShares(network, [scores[row]])[1] > 0.5 === isHigh(label)).length;
    return ` · ${right} of ${data.X.length} right`;
  };
  const isHigh = (label) => [label].flat()[0] > 0.5;

  model.plane = () => {
    const grid = decisionGrid(network, areaOf(data), CELLS);
    const examples = data.X.map(([x1, x2], row) => [x1, x2, isHigh(data.Y[row])]);
    return { ...grid, examples, description: `decision boundary${model.accuracyText()}: squares are one class, circles the other` };
  };
  model.title = () => {
    const { circuit } = model;
    return `cost of example ${state.row + 1}: C = ${rounded(circuit.values[circuit.output])}`;
  };

  model.makeCircuit();
  model.makeTraining();
  return model;
}
