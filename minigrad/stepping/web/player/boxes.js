// The boxes of a large network: each shows the activations and deltas of its units, and the lines into
// it are as thick as the weights are big. What a gate is in other pictures a box is here: it lights up
// while the pass is in it, and leads to its step.

import { setClass, show } from "./drawn.js";
import { showHeat } from "./heat.js";

const OPAQUE = 255;
const MARGIN = 4; // points between a number and what stands beside it

/**
 * @param svg the picture @param {import("./words.js").Words} words
 * @returns boxes by the last of their gates, and what is done to all of them
 */
export function boxesOf(svg, words) {
  const { circuit, data } = words;
  const boxes = data.boxes.map((box) => boxOf(svg, box, data));
  const reads = data.reads.map((read, i) => readOf(svg, read, i, data));
  const boxOfGate = new Map(boxes.flatMap((box) => box.gates.map((n) => [n, box])));
  let weighed;

  /** @param {ReturnType<import("./stage.js").stageAt>} stage @param below a gradient's text, by its key */
  function render(stage, lit, below, heat) {
    const back = lit?.back ?? false;
    for (const box of boxes) {
      showUnits(box, stage, below);
      const [first, last] = [box.gates[0], box.gates.at(-1)];
      const active = boxOfGate.get(lit?.gate) === box;
      setClass(box.group, "active", active);
      setClass(box.group, "done", !active && (back ? first > lit.gate : stage.known(last)));
    }
    for (const read of reads) {
      const sent = read.uses.map(([gate, place]) => stage.sent(gate, place)).filter((number) => number !== null);
      const size = sent.length ? Math.max(...sent.map(Math.abs)) : null;
      const on = read.uses.some(([gate]) => gate === lit?.gate);
      for (const line of read.lines) {
        setClass(line, "lit", on);
        if (heat !== undefined) showHeat(line, heat ? size : null, data.upstream);
      }
      showLabel(read, stage, below);
    }
    if (weighed !== circuit.locals && !data.still) weigh();
    weighed = circuit.locals;
  }

  function showUnits({ units, summary, value, tangent, gradient }, stage, below) {
    if (summary) {
      const activations = units.map(([a]) => a).filter(stage.known).map((a) => circuit.values[a]);
      const deltas = units.map(([, z]) => stage.gradients[z]).filter((number) => typeof number === "number");
      show(value[0], range(activations), "value");
      show(gradient[0], range(deltas), "gradient");
      return;
    }
    units.forEach(([a, z, recursion], i) => {
      const known = stage.known(a);
      show(value[i], known ? words.value(a) : "?", "value");
      show(tangent[i], known ? words.rounded(circuit.tangents.get(a) ?? 0) : "?", "tangent");
      show(gradient[i], below(recursion, stage.gradients[z]), "gradient");
    });
  }

  // With the comparisons of Python's min and max, also where a number is nan.
  function range(numbers) {
    if (!numbers.length) return "?";
    const [low, high] = [numbers, numbers].map((all, i) => all.reduce((x, y) => ((i ? y > x : y < x) ? y : x)));
    return `from ${words.rounded(low)} to ${words.rounded(high)}`;
  }

  function showLabel({ uses, value, gradient }, stage, below) {
    if (!value) return;
    const [[gate, place]] = uses;
    if (!data.still) show(value, words.rounded(weightOf([gate, place])), "value");
    const own = 1 - place;
    show(gradient, below(data.deltas[`${gate}-${own}`], stage.sent(gate, own)), "gradient");
  }

  // Towards a constant Python has taken no local gradient.
  function weightOf([gate, place]) {
    if (!circuit.wires[circuit.wires[gate].inputs[place]].constant) return circuit.localGradients(gate)[place];
    return circuit.row(gate).localGradients(circuit.inputValues(gate), circuit.values[gate])[place];
  }

  // As CollapsedWriter.weighted_edges does.
  function weigh() {
    const found = reads.map(({ uses }) => uses.map(weightOf));
    const biggest = found.flat().reduce((most, w) => Math.max(most, Math.abs(w) || 0), 0);
    const most = Math.max(1, Math.min(biggest, 1e300));
    reads.forEach(({ lines }, i) => {
      const weights = found[i];
      const size = weights.reduce((most, w) => Math.max(most, Math.abs(w)), 0);
      const share = Number.isNaN(size) ? 0 : Math.min(size, 1e300) / most;
      const width = (data.labels ? 0.6 + 2.4 * share : 0.4 + 1.6 * share).toFixed(2);
      const dashes = weights.length === 1 && weights[0] < 0 ? "5,2" : "none";
      const opacity = (data.labels ? 1 : Math.round(60 + 160 * share) / OPAQUE).toFixed(3);
      for (const line of lines) weighLine(line, width, dashes, opacity);
    });
  }

  const named = reads.filter(({ weight, value }) => weight !== null && value);
  return { list: boxes, at: (gate) => boxOfGate.get(gate), weights: named, render };
}

function boxOf(svg, box, data) {
  const group = svg.getElementById(box.id);
  group.classList.add("gate");
  return { ...box, group, ...numbersIn(group, data.colours) };
}

// The numbers in a label by the colours in which Python wrote them, in their order, each with its room.
function numbersIn(group, colours) {
  const place = (text) => ["x", "y"].map((name) => Number(text.getAttribute(name)));
  const texts = [...group.querySelectorAll("text")];
  const edge = Math.max(...[...group.querySelector("path").getAttribute("d").matchAll(/([-\d.]+),/g)].map(([, x]) => x));
  return Object.fromEntries(Object.entries(colours).map(([kind, colour]) => {
    const found = texts.filter((text) => text.getAttribute("fill") === colour);
    for (const text of found) {
      const [x, y] = place(text);
      const others = texts.map(place).filter(([left, top]) => left > x && Math.abs(top - y) < MARGIN);
      text.room = Math.min(edge, ...others.map(([left]) => left)) - MARGIN - x;
    }
    return [kind, found];
  }));
}

function readOf(svg, { uses, weight }, i, data) {
  const lines = [`read-${i}`, `read-${i}-0`, `read-${i}-1`].map((id) => svg.getElementById(id)).filter(Boolean);
  const label = svg.getElementById(`weight-${i}`);
  const single = uses.length === 1 && label;
  const { value: [value] = [], gradient: [gradient] = [] } = single ? numbersIn(label, data.colours) : {};
  return { uses, weight, lines, label, value, gradient };
}

function weighLine(line, width, dashes, opacity) {
  const now = `${width} ${dashes} ${opacity}`;
  if (line.weighed === now) return;
  line.weighed = now;
  for (const part of line.querySelectorAll("path, polygon")) {
    if (part.tagName === "path") {
      part.setAttribute("stroke-width", width);
      part.setAttribute("stroke-dasharray", dashes);
    } else part.setAttribute("fill-opacity", opacity);
    part.setAttribute("stroke-opacity", opacity);
  }
}
