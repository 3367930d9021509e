// What a laid-out picture shows: numbers, what is lit, what glows. Only what differs is written.

import { setClass } from "./dom.js";
import { rounded } from "./engine/numbers.js";

/**
 * @typedef {object} View what a picture shows; a number, a text, or null for what is not known yet
 * @property {(n: number) => number | string | null} value
 * @property {(n: number) => number | string | null} gradient
 * @property {(gate: number, place: number) => number | string | null} sent
 * @property {number | null} active the gate at work
 * @property {boolean} back whether it works backwards
 * @property {(n: number) => boolean} done
 * @property {(n: number) => boolean} glows the gradient of the wire
 * @property {(gate: number, place: number) => boolean} glowsSent
 * @property {(gate: number, place: number) => boolean} onPath
 * @property {(n: number) => boolean} idle closed or saturated
 */
export function show(picture, view) {
  const { parts, plan } = picture;
  const active = view.active;
  const read = new Set(active === null ? [] : plan.wires[active]?.inputs);
  plan.wires.forEach((_, n) => {
    const part = parts.wires[n];
    if (!part) return;
    write(part.value, view.value(n), "value");
    write(part.gradient, view.gradient(n), "gradient");
    setClass(part.group, "glow", view.glows(n));
    setClass(part.group, "lit", n === active || read.has(n));
    if (part.gradient) setClass(part.gradient, "bold", view.back && read.has(n));
    if (part.value) setClass(part.value, "bold", n === active && !view.back);
  });
  parts.gates.forEach((gate, n) => {
    setClass(gate, "active", n === active);
    setClass(gate, "done", view.done(n) && n !== active);
    setClass(gate, "warning", view.idle(n));
    setClass(gate, "onpath", plan.wires[n].inputs.some((_, place) => view.onPath(n, place)));
  });
  parts.branches.forEach((branch, key) => {
    const [gate, place] = key.split("-").map(Number);
    write(branch.value, view.value(parts.edges.get(key).source), "value");
    write(branch.gradient, view.sent(gate, place), "gradient");
    setClass(branch.group, "glow", view.glowsSent(gate, place));
    setClass(branch.group, "lit", gate === active);
  });
  parts.edges.forEach(({ groups, gate, source }, key) => {
    const place = Number(key.split("-")[1]);
    for (const group of groups) {
      setClass(group, "lit", gate === active);
      setClass(group, "onpath", view.onPath(gate, place));
      setClass(group, "glow", view.glowsSent(gate, place) || (!parts.branches.has(key) && view.glows(source)));
    }
  });
  const leads = (n) => plan.uses[n].some(([gate, place]) => view.onPath(gate, place));
  parts.stems.forEach((stem, n) => setClass(stem, "onpath", leads(n)));
  parts.outs.forEach((out, n) => setClass(out, "onpath", plan.wires[n].inputs.some((_, place) => view.onPath(n, place))));
  showUnits(picture, view);
}

function showUnits({ parts, plan }, view) {
  for (const group of plan.groups ?? []) {
    const unit = parts.units.get(`${group.layer}-${group.unit}`);
    if (!unit) continue;
    write(unit.value, view.value(group.output), "value");
    write(unit.gradient, view.gradient(group.z), "gradient");
    setClass(unit.group, "active", view.active !== null && group.members.includes(view.active));
    setClass(unit.group, "glow", view.glows(group.z));
    setClass(unit.group, "warning", view.idle(group.output));
  }
  parts.weights.forEach((label, n) => {
    write(label.value, view.value(n), "value");
    write(label.gradient, view.gradient(n), "gradient");
    setClass(label.group, "glow", view.glows(n));
  });
}

// What an element shows is kept beside it: rounding thousands of numbers, and asking the document for
// its texts, would take longer than all the arithmetic.
function write(text, shown, kind) {
  if (!text || Object.is(text.shown, shown)) return;
  text.shown = shown;
  const plain = shown === null || shown === undefined ? "?" : typeof shown === "number" ? rounded(shown) : shown;
  text.textContent = (text.lead ?? "") + plain;
  const looks = plain === "?" || plain === "–" ? "unknown" : kind;
  if (text.looks === looks || text.looks === "plain") return;
  if (text.looks) text.classList.remove(text.looks);
  text.classList.add(looks);
  text.looks = looks;
}

// Wires between units are as thick as their weights are big, dashed where these are negative.
export function showWeights(picture, weightOf) {
  const { reads = [], few } = picture.writer;
  const sizes = reads.map(({ weight }) => Math.abs(weight === undefined ? 1 : weightOf(weight)));
  const most = Math.max(1, ...sizes.filter(Number.isFinite));
  reads.forEach(({ gate, place, weight }, at) => {
    const share = Number.isFinite(sizes[at]) ? sizes[at] / most : 0;
    const width = (0.6 + (few ? 2.4 : 1.6) * share).toFixed(2);
    for (const group of picture.parts.edges.get(`${gate}-${place}`)?.groups ?? []) {
      const path = group.querySelector("path");
      path.setAttribute("stroke-width", width);
      path.setAttribute("stroke-dasharray", weight !== undefined && weightOf(weight) < 0 ? "5,2" : "none");
    }
  });
}
