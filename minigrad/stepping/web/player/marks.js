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
    parts.gates.forEach((gate, number) => {
      const [known, word] = [stage.known(number), circuit.row(number).idle];
      const isIdle = known && circuit.isIdle(number);
      const isBirth = known && number === stage.birth;
      setClass(gate, "idle", isIdle);
      setClass(gate, "birth", isBirth);
      if (isIdle) idle.set(word, [...(idle.get(word) ?? []), words.name(number)]);
      if (isBirth) birth = `thick border: the first inf or nan, ${words.name(number)}`;
    });
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
