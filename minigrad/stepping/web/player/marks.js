// What the borders of gates say, in a line below the picture, as below the pictures of mg.draw.

import { setClass } from "./drawn.js";
import { element } from "../dom.js";

const MOST_NAMED = 8;

/** @param parts of the picture @param {import("./words.js").Words} words */
export function marksOf(parts, words) {
  const { circuit, data } = words;
  const line = element("p", { className: "marks", hidden: true });
  const mayBeIdle = !data.still && data.rows.some((row) => row.idle);

  /** @param {ReturnType<import("./stage.js").stageAt>} stage */
  function show(stage) {
    if (data.still) return; // then the marks of the picture stay
    const idle = new Map();
    let birth = "";
    const isIdle = (number) => stage.known(number) && circuit.isIdle(number);
    const isBirth = (number) => stage.known(number) && number === stage.birth;
    // what is drawn as one: a gate, or a box with the outputs of its units and all of its gates
    const mark = (group, outputs, gates) => {
      const [idles, births] = [outputs.every(isIdle), gates.find(isBirth)];
      setClass(group, "idle", idles);
      setClass(group, "birth", births !== undefined);
      if (births !== undefined) birth = `thick border: the first inf or nan, ${words.name(births)}`;
      if (!idles) return;
      for (const number of outputs) {
        const word = circuit.row(number).idle;
        idle.set(word, [...(idle.get(word) ?? []), words.name(number)]);
      }
    };
    parts.gates.forEach((gate, number) => mark(gate, [number], [number]));
    for (const { group, units, gates } of parts.boxes.list) mark(group, units.map(([a]) => a), gates);
    const first = circuit.values.findIndex((number) => !Number.isFinite(number));
    if (circuit.isLeaf(first)) birth = `the first inf or nan: the input ${words.name(first)} is ${words.value(first)}`;
    const lines = [...idle].map(([word, names]) => {
      const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : "";
      return `dashed ${names.slice(0, MOST_NAMED).join(", ")}${more}: ${word}`;
    });
    const text = [...lines, birth].filter(Boolean).join(" · ");
    if (line.textContent !== text) line.textContent = text;
    line.hidden = !text && !mayBeIdle; // its line stays free: nothing moves when a mark comes or goes
  }

  return { line, show };
}
