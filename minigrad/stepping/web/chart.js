// A small chart of one or two costs over the steps, as an SVG.

import { svgElement } from "./dom.js";

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [340, 150, 46, 22, 10];
const MOST_POINTS = 300;

// lines: [{numbers, kind: "right" or "wrong", label}]; written: a number as text.
export function chart(lines, written, title = "cost") {
  const drawn = lines.filter(({ numbers }) => numbers.length);
  const all = drawn.flatMap(({ numbers }) => numbers).filter(Number.isFinite);
  const most = Math.max(1, ...drawn.map(({ numbers }) => numbers.length - 1));
  let [low, high] = [Math.min(0, ...all), Math.max(0, ...all)];
  if (low === high) high = 1;
  // a cost that runs away would hide the other: the chart ends at eight times where they began
  const first = Math.abs(drawn[0]?.numbers[0] ?? 1) || 1;
  const cut = high > 8 * first && drawn.length > 1;
  if (cut) high = 8 * first;
  const steps = `${most} step${most === 1 ? "" : "s"}`;
  const x = (step) => LEFT + (step / most) * (WIDTH - LEFT - 8);
  const y = (cost) => TOP + (1 - (Math.min(Math.max(cost, low), high) - low) / (high - low || 1)) * (HEIGHT - TOP - BOTTOM);
  const said = drawn.map(({ numbers, label }) => `${label}: from ${written(numbers[0])} to ${written(numbers.at(-1))}`);
  const svg = svgElement("svg", {
    class: "chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img",
    "aria-label": `${title} over ${steps}; ${said.join("; ") || "nothing yet"}`,
  });
  svg.append(
    svgElement("path", { class: "axis", d: `M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - 8}`, fill: "none" }),
    text(LEFT - 5, y(high) + 4, written(high), "end"),
    text(LEFT - 5, y(low) + 2, written(low), "end"),
    text(LEFT, HEIGHT - 6, "0", "middle"),
    text(WIDTH - 8, HEIGHT - 6, steps, "end"),
  );
  for (const { numbers, kind, label } of drawn) {
    const every = Math.ceil(numbers.length / MOST_POINTS);
    const points = [];
    numbers.forEach((cost, step) => {
      if ((step % every === 0 || step === numbers.length - 1) && Number.isFinite(cost)) points.push(`${x(step).toFixed(1)},${y(cost).toFixed(1)}`);
    });
    svg.append(svgElement("polyline", { class: `${kind}-line`, points: points.join(" ") }));
  }
  if (drawn.length > 1) drawn.forEach((line, place) => legend(svg, line, place));
  return svg;
}

// Which line is which, below the axis.
function legend(svg, { kind, label }, place) {
  const x = 96 + 76 * place;
  svg.append(svgElement("path", { class: `${kind}-line`, d: `M${x} ${HEIGHT - 10}h22` }));
  const name = text(x + 27, HEIGHT - 6, label, "start");
  name.setAttribute("class", kind === "wrong" ? "gradient-label" : "value-label");
  svg.append(name);
}

function text(x, y, shown, anchor) {
  return svgElement("text", { x, y, "text-anchor": anchor }, shown);
}
