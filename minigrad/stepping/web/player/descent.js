// Steps of gradient descent by hand, and what the output came to after each.

import { element } from "../dom.js";
import { typedNumber } from "../engine/typed_number.js";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [112, 28];
const MOST_NAMED = 6;

/**
 * @param {import("./words.js").Words} words
 * @param {(numbers: Map<number, number>) => void} change
 * @param {(text: string) => void} complain
 */
export function descentOf(words, change, complain) {
  const { circuit, data } = words;
  const weights = data.weights;
  const history = [];
  const named = weights.slice(0, MOST_NAMED).map((n) => words.name(n)).join(", ");
  const more = weights.length > MOST_NAMED ? ` and ${weights.length - MOST_NAMED} more` : "";
  const step = element("button", { type: "button", textContent: "gradient step", onclick: descend,
    title: `each of ${named}${more} goes down its gradient, by the rate times the gradient` });
  const rate = element("input", { type: "text", value: String(data.rate), title: "learning rate", autocomplete: "off" });
  rate.setAttribute("aria-label", "learning rate");
  const chart = document.createElementNS(SVG, "svg");
  const told = element("span");
  told.setAttribute("role", "status");
  const shown = element("span", { className: "history", hidden: true }, chart, told);
  for (const [name, value] of Object.entries({ viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT, role: "img" })) {
    chart.setAttribute(name, value);
  }
  const controls = element("span", { className: "descent" }, step, element("label", {}, "rate ", rate), shown);

  function descend() {
    const by = typedNumber(rate.value);
    if (!Number.isFinite(by)) return complain(`the rate ${JSON.stringify(rate.value.slice(0, 20))} is no number: write one such as 0.1`);
    const stuck = weights.find((n) => !Number.isFinite(circuit.gradient(n)));
    if (stuck !== undefined) {
      return complain(`no step: the gradient of ${words.name(stuck)} is ${words.rounded(circuit.gradient(stuck))}`);
    }
    complain("");
    if (!history.length) history.push(circuit.values[circuit.output]);
    const kept = [...history];
    change(new Map(weights.map((n) => [n, circuit.values[n] - by * circuit.gradient(n)])));
    history.splice(0, history.length, ...kept, circuit.values[circuit.output]);
    draw();
  }

  function clear() {
    history.length = 0;
    draw();
  }

  function draw() {
    shown.hidden = history.length < 2;
    if (shown.hidden) return;
    const finite = history.filter(Number.isFinite);
    const [low, high] = rangeOf(finite);
    const points = history.flatMap((cost, i) => {
      if (!Number.isFinite(cost)) return [];
      const x = 3 + (i / (history.length - 1)) * (WIDTH - 6);
      const y = 3 + (1 - (cost - low) / (high - low || 1)) * (HEIGHT - 6);
      return [`${x.toFixed(1)},${y.toFixed(1)}`];
    });
    const line = document.createElementNS(SVG, "polyline");
    line.setAttribute("points", points.join(" "));
    const dot = document.createElementNS(SVG, "circle");
    const [x, y] = (points.at(-1) ?? "0,0").split(",");
    for (const [name, value] of Object.entries({ cx: x, cy: y, r: 2.5 })) dot.setAttribute(name, value);
    chart.replaceChildren(line, dot);
    const steps = `${history.length - 1} step${history.length === 2 ? "" : "s"}`;
    told.textContent = `${words.name(circuit.output)}: ${words.rounded(history[0])} → ${words.rounded(history.at(-1))} in ${steps}`;
    chart.setAttribute("aria-label", `history of ${told.textContent}`);
  }

  return { controls, rate, clear };
}

// From the least to the greatest, and down to 0 where that is near: a cost has its floor there.
function rangeOf(numbers) {
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  return [low > 0 && low < high / 2 ? 0 : low, high];
}
