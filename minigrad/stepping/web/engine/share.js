// What the page shows as the part of its address behind #, and back. The text may come from anybody: a
// version, base64url of JSON, and then every field is checked; what is not exactly in order is a
// ShareError with a message that can be shown.

import { DATA_SETS, MOST_POINTS } from "./data.js";
import { exampleNamed } from "./examples.js";
import { MISTAKE_NAMES } from "./mistakes.js";
import { INITIAL_WEIGHTS, checkSettings } from "./network.js";
import { openSaved } from "./saved_files.js";
import { MOST_WORK } from "./training.js";

export const VERSION = 1;
const LONGEST = 300_000; // characters of an address
const LONGEST_EXPRESSION = 10_000;
const LONGEST_FILE = 100_000;
const LONGEST_NAME = 200;
const MOST_VALUES = 1_000;
const MOST_STEPS = 1e9;

export class ShareError extends Error {
  name = "ShareError";
}

/** @param {object} state see README.md */
export function hashOf(state) {
  const checked = checkedState(withoutNothing(state));
  if (checked.parameters) checked.parameters = packedNumbers(checked.parameters);
  const text = JSON.stringify(checked, (_, value) => (typeof value === "number" ? numberAsJson(value) : value));
  return `#v${VERSION}.${base64(new TextEncoder().encode(text))}`;
}

/** The state in a hash. @returns {any} */
export function stateOf(hash) {
  const text = String(hash);
  if (text.length > LONGEST) refuse("the link is too long");
  const match = /^#v(\d{1,6})\.([A-Za-z0-9_-]*)$/.exec(text);
  if (!match) refuse("this is not a link of the playground, or a part of it is missing");
  if (Number(match[1]) !== VERSION) refuse(`the link was made by version ${match[1]}; this page reads version ${VERSION}`);
  let state;
  try {
    state = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytesOf(match[2])));
  } catch {
    refuse("the link is damaged: was it cut off?");
  }
  return checkedState(state);
}

function refuse(why) {
  throw new ShareError(`${why}. Ask for the link again, or begin with an example.`);
}

function withoutNothing(state) {
  return Object.fromEntries(Object.entries(state).filter(([, value]) => value !== undefined));
}

// --- what a state may hold ---

const whole = (least, most) => (value) =>
  Number.isInteger(value) && value >= least && value <= most ? value : refuse(`expected a whole number from ${least} to ${most}`);
const oneOf = (...choices) => (value) => (choices.includes(value) ? value : refuse(`expected ${choices.join(" or ")}`));
const yesOrNo = oneOf(true, false);
const textUpTo = (longest) => (value) =>
  typeof value === "string" && value.length <= longest ? value : refuse(`expected a text of at most ${longest} characters`);
const orNull = (check) => (value) => (value === null ? null : check(value));

function number(value) {
  const special = { inf: Infinity, "-inf": -Infinity, nan: NaN, "-0": -0 };
  if (typeof value === "string" && Object.hasOwn(special, value)) return special[value];
  return typeof value === "number" ? value : refuse("expected a number");
}

function finite(value) {
  return Number.isFinite(value) ? value : refuse("expected a finite number");
}

function list(most, check) {
  return (value) =>
    Array.isArray(value) && value.length <= most ? value.map((item) => check(item)) : refuse(`expected a list of at most ${most} items`);
}

function record(value, what) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) refuse(`expected ${what}`);
  return value;
}

function values(given) {
  const entries = Object.entries(record(given, "a number for each name"));
  if (entries.length > MOST_VALUES) refuse("there are too many numbers");
  const checked = Object.create(null); // __proto__ is a name like any other
  for (const [name, value] of entries) checked[textUpTo(LONGEST_EXPRESSION)(name)] = number(value);
  return checked;
}

function parameters(value) {
  return typeof value === "string" ? unpackedNumbers(value) : list(100_000, number)(value);
}

function data(given) {
  const checks = {
    name: oneOf(...Object.keys(DATA_SETS)),
    n: whole(1, MOST_POINTS),
    noise: (x) => (finite(x) >= 0 && x <= 10 ? x : refuse("noise is from 0 to 10")),
    seed: whole(0, Number.MAX_SAFE_INTEGER),
  };
  return fields(given, checks, ["name"]);
}

const EVERYWHERE = {
  kind: oneOf("expression", "network", "circuit"),
  theme: oneOf("auto", "light", "dark", "safe"),
  position: orNull(whole(0, 1e6)),
  show: oneOf("values", "delta"),
  collapsed: yesOrNo,
  learningRate: finite,
  mistakes: list(MISTAKE_NAMES.length, oneOf(...MISTAKE_NAMES)),
};
const EXPRESSION = { ...EVERYWHERE, text: textUpTo(LONGEST_EXPRESSION), values };
const CIRCUIT = { ...EVERYWHERE, saved: textUpTo(LONGEST_FILE) };
const NETWORK = {
  ...EVERYWHERE,
  sizes: list(20, whole(1, 1000)),
  activations: list(20, textUpTo(LONGEST_NAME)),
  cost: textUpTo(LONGEST_NAME),
  bias: yesOrNo,
  scheme: oneOf(...INITIAL_WEIGHTS),
  seed: whole(0, Number.MAX_SAFE_INTEGER),
  firstIndex: whole(0, 1),
  parameters,
  example: (name) => (name === "" || exampleNamed(name)?.kind === "network" ? name : refuse("there is no example of that name")),
  data,
  row: whole(0, MOST_POINTS),
  batchSize: whole(0, MOST_POINTS),
  steps: whole(0, MOST_STEPS),
};

// An object with known fields, each checked; some must be there.
function fields(given, checks, needed) {
  record(given, "an object");
  for (const name of needed) if (!Object.hasOwn(given, name)) refuse(`${name} is missing`);
  const checked = {};
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(checks, name)) refuse("a field is not known here");
    checked[name] = checks[name](value);
  }
  return checked;
}

function checkedState(given) {
  record(given, "an object");
  if (given.kind === "expression") return fields(given, EXPRESSION, ["kind", "text", "values"]);
  if (given.kind === "circuit") return checkedCircuit(fields(given, CIRCUIT, ["kind", "saved"]));
  if (given.kind !== "network") refuse("it is not said what is shown");
  const state = fields(given, NETWORK, given.example ? ["kind"] : ["kind", "sizes", "activations", "data"]);
  const settings = state.example ? exampleNamed(state.example).settings : state;
  try {
    checkSettings(settings);
  } catch (error) {
    refuse(error.message);
  }
  const rows = state.example ? 1 : (state.data.n ?? DATA_SETS[state.data.name].n);
  if (parameterCount(settings) * rows > MOST_WORK) refuse("the network is too large for so many points");
  if (state.parameters && state.parameters.length !== parameterCount(settings)) {
    refuse(`expected ${parameterCount(settings)} parameters, got ${state.parameters.length}`);
  }
  return state;
}

function checkedCircuit(state) {
  try {
    if (openSaved(state.saved).kind !== "circuit") refuse("expected a circuit");
  } catch (error) {
    refuse(error.message);
  }
  return state;
}

function parameterCount({ sizes, bias = true, biases }) {
  return sizes.slice(1).reduce((sum, units, l) => sum + units * (sizes[l] + (biases ? Number(biases[l] !== null) : Number(bias))), 0);
}

// --- bytes as text ---

function numberAsJson(value) {
  if (Number.isFinite(value)) return Object.is(value, -0) ? "-0" : value;
  return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

// All bits of many numbers, in a third of the characters that their digits take.
function packedNumbers(numbers) {
  const view = new DataView(new ArrayBuffer(8 * numbers.length));
  numbers.forEach((x, i) => view.setFloat64(8 * i, x, true));
  return base64(new Uint8Array(view.buffer));
}

function unpackedNumbers(text) {
  const isWhole = /^[A-Za-z0-9_-]*$/.test(text) && text.length % 4 !== 1;
  const bytes = isWhole ? bytesOf(text) : refuse("the parameters are damaged");
  if (bytes.length % 8) refuse("the parameters are damaged");
  const view = new DataView(bytes.buffer);
  return Array.from({ length: bytes.length / 8 }, (_, i) => view.getFloat64(8 * i, true));
}

function base64(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function bytesOf(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}
