// What the script of a player says, in node: one question a line, with the data of a page, the functions
// of its gates, and the numbers that its leaves get.

import { readFileSync } from "node:fs";

const PAGE = new URL("../../minigrad/stepping/web/player/", import.meta.url);
const load = (name) => import(new URL(`${name}.js`, PAGE));

const { Circuit } = await load("circuit");
const { Quiz } = await load("questions");
const { grade } = await load("grading");
const { NONE, stageAt } = await load("stage");
const { Words } = await load("words");

function told(words, quiz, position, inDeltas) {
  const { circuit } = words;
  const stage = stageAt(circuit, words, position);
  return {
    title: words.title(position),
    sentence: words.sentence(position, inDeltas),
    formulas: words.formulas(position),
    prompt: quiz.prompt(position),
    asked: quiz.questions(position),
    gradients: stage.gradients.map((number) => (number === NONE ? null : number)),
    sent: words.data.gates.map(({ inputs }, i) => inputs.map((_, place) => stage.sent(circuit.leaves + i, place))),
  };
}

const lines = readFileSync(0, "utf8").split("\n").filter(Boolean);
for (const line of lines) {
  const question = JSON.parse(line);
  // as in the page, where both are literals of JavaScript
  const data = new Function(`return ${question.data}`)();
  const functions = new Function(question.functions)();
  const circuit = new Circuit(data, functions);
  const words = new Words(circuit);
  if (question.leaves) circuit.set(new Map(question.leaves.map(([n, number]) => [n, unpacked(number)])));
  if (question.reset) circuit.reset();
  const asking = new Quiz(words);
  const steps = Array.from({ length: words.length }, (_, i) => told(words, asking, i + 1, question.inDeltas));
  const answer = {
    values: circuit.values, tangents: [...circuit.tangents], idle: data.still ? [] : data.gates.map((_, i) => circuit.isIdle(circuit.leaves + i)),
    movable: circuit.movable, result: words.result(), isAsGiven: circuit.isAsGiven, steps,
    graded: (question.answers ?? []).map(([position, number]) =>
      asking.questions(position).map((asked) => grade(number, asked, data.kinds, question.inDeltas))),
  };
  process.stdout.write(`${JSON.stringify(answer, packed)}\n`);
}

function packed(key, value) {
  if (Object.is(value, -0)) return { "#": "-0.0" };
  if (typeof value !== "number" || Number.isFinite(value)) return value;
  return { "#": Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf" };
}

function unpacked(value) {
  return typeof value === "object" ? { nan: NaN, inf: Infinity, "-inf": -Infinity }[value["#"]] : value;
}
