// Graphviz lays a plan out; what comes back is an SVG, and which part of it shows what.

import { COLOURS, CircuitWriter, SHOWN_FONTS } from "./dot.js";
import { NetworkWriter } from "./dot_network.js";
import { svgElement } from "./dom.js";

export const MOST_GATES = 420; // drawn one by one
let engine;

// The SVG of a plan, collapsed to units or gate by gate, with its parts by number. `rankdir` is Graphviz's:
// "LR" leads to the right, "TB" down.
export async function layOut(plan, collapsed = false, rankdir = "LR") {
  const gates = plan.wires.filter(({ inputs }) => inputs.length).length;
  if (!collapsed && gates > MOST_GATES) {
    throw new RangeError(`${gates} gates are too many for a picture, which takes up to ${MOST_GATES}: write a shorter expression, or draw a network with a box for each neuron`);
  }
  engine ??= await globalThis.graphviz.instance();
  const writer = collapsed ? new NetworkWriter(plan) : new CircuitWriter(plan, rankdir);
  const text = joined(engine.renderString(writer.text(), { format: "svg" }));
  const svg = document.adoptNode(new DOMParser().parseFromString(text, "image/svg+xml").documentElement);
  for (const title of svg.querySelectorAll("title")) title.remove(); // node names, shown as tooltips
  for (const text of svg.querySelectorAll("[font-family]")) text.setAttribute("font-family", SHOWN_FONTS);
  const [, , width, height] = svg.getAttribute("viewBox").split(/\s+/).map(Number);
  return { svg, width, height, writer, plan, collapsed, rankdir, parts: partsOf(svg) };
}

const LINE = /(<polygon [^>]*points=")([-\d.]+),([-\d.]+) \2,([-\d.]+) ([-\d.]+),\4 \5,\3 \2,\3"/g;
const EDGE = /(class="edge[^"]*">\s*(?:<title>[^<]*<\/title>\s*)?<path fill="none"[^>]* d=")M([-\d.]+),([-\d.]+)(C[-\d.]+,([-\d.]+)[^"]* [-\d.]+,([-\d.]+) ([-\d.]+),([-\d.]+))"/g;

// The lines of wires a point longer at both ends, level ends of edges two: Graphviz leaves a hairline gap.
function joined(svg) {
  const longer = (line, before, left, bottom, top, right) => {
    if (Math.abs(top - bottom) > 4) return line;
    const [from, to] = [Number(left) - 1, Number(right) + 1];
    return `${before}${from},${bottom} ${from},${top} ${to},${top} ${to},${bottom} ${from},${bottom}"`;
  };
  const further = (edge, before, x, y, curve, first, last, xEnd, yEnd) => {
    const start = first === y ? `M${x - 2},${y}L${x},${y}` : `M${x},${y}`;
    return `${before}${start}${curve}${last === yEnd ? `L${Number(xEnd) + 2},${yEnd}` : ""}"`;
  };
  return svg.replace(LINE, longer).replace(EDGE, further);
}

function partsOf(svg) {
  const parts = { wires: [], gates: [], branches: new Map(), edges: new Map(), junctions: [], units: new Map(), weights: new Map(), outs: [], stems: [] };
  for (const group of svg.querySelectorAll("g[id]")) {
    const [kind, ...numbers] = group.id.split("-");
    const at = numbers.map(Number);
    group.removeAttribute("id"); // two pictures may stand on one page
    group.dataset.part = [kind, ...numbers].join("-");
    if (kind === "wire") parts.wires[at[0]] = numbersOf(group);
    if (kind === "gate") parts.gates[at[0]] = group;
    if (kind === "junction") parts.junctions[at[0]] = group;
    if (kind === "out") parts.outs[at[0]] = group;
    if (kind === "stem") parts.stems[at[0]] = group;
    if (kind === "branch") parts.branches.set(`${at[1]}-${at[2]}`, numbersOf(group));
    if (kind === "weight") parts.weights.set(at[0], endsOf(group));
    if (kind === "unit") parts.units.set(`${at[0]}-${at[1]}`, { group, ...endsOf(group) });
    if (kind === "edge") {
      const key = `${at[1]}-${at[2]}`;
      if (!parts.edges.has(key)) parts.edges.set(key, { groups: [], source: at[0], gate: at[1] });
      parts.edges.get(key).groups.push(group);
    }
  }
  return parts;
}

const is = (text, colour) => text.getAttribute("fill")?.toLowerCase() === colour.toLowerCase();

// The number above the rule of a wire and the one below it, centred on the rule.
function numbersOf(group) {
  const rules = [...group.querySelectorAll("polygon")];
  const texts = [...group.querySelectorAll("text")];
  if (!rules.length) {
    if (texts[0]) texts[0].looks = "plain"; // a number in an expression keeps its faint colour
    return { group, rules, value: texts[0] };
  }
  const points = (rule) => rule.getAttribute("points").trim().split(/\s+/).map((point) => point.split(",").map(Number));
  const leftmost = (rule) => Math.min(...points(rule).map(([x]) => x));
  rules.sort((one, other) => leftmost(one) - leftmost(other));
  const xs = points(rules[0]).map(([x]) => x);
  const middle = (Math.min(...xs) + Math.max(...xs)) / 2;
  const found = { group, rules, x: middle, y: points(rules[0])[0][1] };
  for (const text of texts) {
    const below = is(text, COLOURS.gradient);
    if (!below && text.textContent !== "0") continue; // a name
    text.setAttribute("text-anchor", "middle");
    text.setAttribute("x", middle);
    text.textContent = "";
    found[below ? "gradient" : "value"] = text;
  }
  return found;
}

// The ends of a box's two lines, where its numbers stand.
function endsOf(group) {
  const found = { group };
  for (const [name, colour] of [["value", COLOURS.value], ["gradient", COLOURS.gradient]]) {
    const texts = [...group.querySelectorAll("text")].filter((text) => is(text, colour));
    if (!texts.length) continue;
    const last = texts.at(-1);
    last.lead = last.textContent.includes("=") ? last.textContent.replace(/=.*$/, "= ") : "";
    found[name] = last;
    if (name === "gradient" && !last.lead) last.setAttribute("text-anchor", "middle");
  }
  return found;
}

// Rectangles that catch what is clicked beside the letters: one behind the whole wire, and behind the
// number that can be dragged a pill that shows it.
export function hitArea({ group, rules, x, y }, isLeaf) {
  const box = group.getBBox();
  if (!box.width) return;
  const [top, bottom] = rules?.length ? [y - 20, y + 20] : [box.y - 3, box.y + box.height + 3];
  const left = Math.min(box.x, x === undefined ? box.x : x - 28) - 3;
  const right = Math.max(box.x + box.width, x === undefined ? 0 : x + 28) + 3;
  const areas = [svgElement("rect", { class: "hit", rx: 6, x: left, y: top, width: right - left, height: bottom - top })];
  if (isLeaf) areas.push(svgElement("rect", { class: "pill", rx: 7, x: x - 25, y: y - 16.5, width: 50, height: 15.5 }));
  group.prepend(...areas);
}
