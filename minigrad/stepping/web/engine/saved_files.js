// Files that mg.save has written, read as mg.load reads them: what is not exactly in order is a
// CircuitFileError that names the place.

import { CircuitFileError, Place, parsed } from "./checked_json.js";
import { Circuit } from "./circuit.js";
import { GATES } from "./gates.js";
import { nearestName } from "./near_names.js";
import { Network } from "./network.js";
import { withCommas } from "./tokens.js";
import { checkArity, constant, leaf } from "./wires.js";

export { CircuitFileError };

const VERSION = 1;
const MOST_BYTES = 2_000_000;
const LONGEST_NAME = 64; // of a gate

/**
 * What a file holds.
 * @param {string} text
 * @returns {{kind: "circuit", circuit: Circuit} | {kind: "network", network: Network}
 *   | {kind: "state", parameters: Map<string, number>}}
 */
export function openSaved(text) {
  if (text.length > MOST_BYTES) {
    throw new CircuitFileError(`the file is larger than ${withCommas(MOST_BYTES)} bytes: it is too large for a page`);
  }
  const content = new Place("", parsed(text));
  content.get("format").oneOf("minigrad");
  const version = content.get("version");
  if (version.wholeNumber(1, 10 ** 6) > VERSION) version.refuse(`this minigrad reads version ${VERSION}: update it`);
  const kind = content.get("kind").oneOf("circuit", "network", "state");
  if (kind === "circuit") return { kind, circuit: circuitFrom(content) };
  if (kind === "network") return { kind, network: networkFrom(content) };
  content.only("format", "version", "kind", "parameters");
  const parameters = new Map(content.get("parameters").entries().map(([name, place]) => [name, place.number()]));
  return { kind, parameters };
}

// --- circuits: wires in topological order, each input a number of an earlier wire ---

function circuitFrom(content) {
  content.only("format", "version", "kind", "wires");
  const wires = [];
  const used = new Uint8Array(content.get("wires").count(1));
  for (const place of content.get("wires").items()) wires.push(wireFrom(place, wires, used));
  used[used.length - 1] = 1; // the output is the last wire
  const unused = used.indexOf(0);
  if (unused >= 0) content.get("wires").item(unused).refuse("the wire leads nowhere: no later wire has it as an input");
  const circuit = new Circuit(wires.at(-1));
  circuit.forward(); // the numbers of now; a file may keep those from before a step
  return circuit;
}

function wireFrom(place, wires, used) {
  const data = place.get("data").number();
  const gradient = place.has("grad") ? place.get("grad").number() : null;
  let wire;
  if (place.has("gate")) {
    place.only("data", "gate", "inputs", "local", "grad", "label", "unit");
    wire = { ...gateFrom(place, wires, used), data, label: "", constant: false, unit: null };
  } else {
    place.only("data", "constant", "grad", "label", "unit");
    const isConstant = place.has("constant");
    if (isConstant && place.get("constant").content !== true) place.get("constant").refuse("expected true");
    if (isConstant && gradient !== null) place.get("grad").refuse("a constant has no gradient");
    wire = isConstant ? constant(data) : leaf(data);
  }
  if (place.has("label")) wire.label = place.get("label").text();
  if (place.has("unit")) wire.unit = unitFrom(place.get("unit"));
  return wire;
}

function unitFrom(place) {
  if (place.count() !== 2) place.refuse(`expected layer and unit, got ${place.count()} items`);
  return place.items().map((number) => number.wholeNumber(0, 10 ** 9));
}

function gateFrom(place, wires, used) {
  const name = place.get("gate").text(LONGEST_NAME);
  if (!Object.hasOwn(GATES, name)) {
    const near = nearestName(name, Object.keys(GATES));
    const hint = near ? `; did you mean '${near}'?` : ".";
    place.get("gate").refuse(`there is no gate '${name}' in the table${hint} @mg.gate defines your own, before the file is loaded`);
  }
  const inputs = place.get("inputs");
  const numbers = inputs.items().map((source) => source.wholeNumber(0, wires.length - 1));
  try {
    checkArity(GATES[name], numbers.length);
  } catch (error) {
    inputs.refuse(error.message);
  }
  const local = place.get("local").items().map((source) => source.number());
  if (local.length !== numbers.length) {
    place.get("local").refuse(`expected one local gradient for each of ${numbers.length} inputs, got ${local.length}`);
  }
  for (const number of numbers) used[number] = 1;
  return { gate: name, inputs: numbers.map((number) => wires[number]) };
}

// --- networks: layer by layer its activation, its weights and its biases ---

function networkFrom(content) {
  content.only("format", "version", "kind", "first_index", "layers");
  const layers = content.get("layers");
  layers.count(1);
  const [weights, biases, activations] = [[], [], []];
  for (const layer of layers.items()) {
    layer.only("activation", "weights", "bias");
    weights.push(weightsFrom(layer.get("weights"), weights.at(-1)?.length));
    biases.push(biasFrom(layer.get("bias"), weights.at(-1).length));
  }
  for (const layer of layers.items()) activations.push(layer.get("activation").text(LONGEST_NAME));
  const sizes = [weights[0][0].length, ...weights.map((rows) => rows.length)];
  const firstIndex = content.get("first_index").wholeNumber(0, 1);
  try {
    return new Network({ sizes, activations, weights, biases, firstIndex });
  } catch (error) {
    layers.refuse(error.message);
  }
}

function weightsFrom(place, inputs) {
  let expected = inputs;
  return place.items(1).map((row) => {
    const numbers = row.items(1).map((number) => number.number());
    expected ??= numbers.length;
    if (numbers.length !== expected) {
      row.refuse(`expected ${expected} weights, one for each input, got ${numbers.length}`);
    }
    return numbers;
  });
}

function biasFrom(place, units) {
  if (place.content === null) return null;
  const numbers = place.items().map((number) => number.number());
  if (numbers.length !== units) place.refuse(`expected ${units} biases, one for each unit, got ${numbers.length}`);
  return numbers;
}
