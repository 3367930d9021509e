// A circuit in Graphviz's language, in the look of pictures/circuit_style.py: a wire is a small table
// with its value over its gradient; a wire with several uses ends in a dot.
//
// The numbers here only keep places: what stands there is set later (picture.js), so that the layout
// stays while they change. Colours are those of the light theme; the style sheet exchanges them.
//
// A plan is what is drawn: a Circuit of engine/circuit.js, or a part of one (plans.js).

import { rounded } from "./engine/numbers.js";
import { printable, unicodeName } from "./engine/labels.js";
import { dotName, dotText } from "./dot_text.js";

export const COLOURS = {
  ink: "#263238", line: "#455A64", value: "#1B7837", gradient: "#C62828", faint: "#5F7480",
  gate: "#F3F6F8", cluster: "#F7F9FB", cluster_line: "#CFD8DC", background: "#FFFFFF",
};
// Graphviz in WebAssembly has no fonts: it knows how wide Arial's letters are, and a list of fonts it
// takes for Times. The fonts that the page shows are put in afterwards.
const FONT = 'fontname="Arial"';
export const SHOWN_FONTS = "Helvetica,Arial,sans-serif";
const WIDTH = 47;
const MANY = 150; // wires

export function header(graph, rankdir = "LR") {
  const font = `${FONT}, fontcolor="${COLOURS.ink}"`;
  return [
    `graph [rankdir=${rankdir}, bgcolor=transparent, pad=0.15, ${font}, fontsize=13, outputorder=edgesfirst, ${graph}]`,
    `node [${font}, fontsize=14, penwidth=1.4, color="${COLOURS.line}"]`,
    `edge [${font}, fontsize=10, penwidth=1, color="${COLOURS.line}", arrowsize=0.6]`,
  ];
}

export const font = (html, colour, size) => `<font color="${colour}" point-size="${size}">${html}</font>`;

function gateShape(symbol) {
  const text = printable(symbol);
  const count = [...text].length;
  const label = `label="${dotText(text)}"`;
  if (count > 3) {
    return `${label}, shape=box, style="rounded,filled", height=0.36, width=0.5, margin="0.08,0.02", fontsize=12`;
  }
  const size = count === 1 && !/\p{L}/u.test(text) ? 19 : count < 3 ? 14 : 11;
  return `${label}, shape=circle, width=0.42, fixedsize=true, style="filled", fontsize=${size}`;
}

// One number over another, and between them the line that is the wire.
function wireTable({ before = "", after = "", above = "", small = false, plain = "", width = WIDTH }) {
  if (plain) return font(dotText(plain), COLOURS.faint, 11);
  const [span, height] = above ? ["<td></td>", 18] : ["", 15];
  const upper = font("0", small ? COLOURS.faint : COLOURS.value, small ? 10 : 12);
  return (
    `<table border="0" cellborder="0" cellspacing="0" cellpadding="1" color="${COLOURS.line}">` +
    `<tr>${before}<td port="top" width="${width}" height="${height}" valign="bottom">${upper}</td>${above}${after}</tr><hr/>` +
    `<tr><td port="foot" height="${height}" valign="top">${font("0", COLOURS.gradient, 12)}</td>${span}</tr></table>`
  );
}

function sideCell(label) {
  const name = unicodeName(label);
  if (!name) return "";
  const width = 14 + 8 * ([...name].length - 1);
  return `<td rowspan="2" cellpadding="3" width="${width}">${dotName(label)}</td>`;
}

function nameAbove(label) {
  return `<td align="left" valign="bottom"><font point-size="13">${dotName(label)}</font></td>`;
}

// Where a wire comes into its table and where it goes on, in pictures that lead to the right, and down.
const PORTS = {
  LR: { to: ":w", from: ":e", plain: ":e" },
  TB: { to: ":top:n", from: ":foot:s", plain: ":s" },
};
const RANKS = { LR: 0.16, TB: 0.1 };

export class CircuitWriter {
  constructor(plan, rankdir = "LR") {
    this.plan = plan;
    this.rankdir = rankdir;
    this.ports = PORTS[rankdir];
    this.wires = plan.wires;
    this.uses = plan.uses;
    this.groupOf = new Map();
    for (const group of plan.groups ?? []) for (const wire of group.members) this.groupOf.set(wire, group);
    this.nodes = new Map([[undefined, []], ...(plan.groups ?? []).map((group) => [group, []])]);
    this.edges = [];
    this.entries = [];
  }

  isLeaf(n) {
    return this.wires[n].inputs.length === 0;
  }

  isPlain(n) {
    return this.wires[n].constant && !this.wires[n].label;
  }

  drawnUses(n) {
    return this.uses[n];
  }

  fansOut(n) {
    return this.drawnUses(n).length > 1 && !this.isPlain(n);
  }

  text() {
    const groups = this.plan.groups ?? [];
    // without a limit Graphviz moves the nodes of 300 gates to and fro for ten seconds
    const limits = this.wires.length > MANY ? ", nslimit=0.3, nslimit1=0.3" : "";
    const graph = header(`nodesep=0.14, ranksep=${RANKS[this.rankdir]}, ${groups.length ? "newrank=true" : "ordering=in"}${limits}`, this.rankdir);
    const drawn = new Set();
    this.wires.forEach((wire, n) => {
      if (this.isLeaf(n)) return;
      for (const source of wire.inputs) {
        if (this.isLeaf(source) && !drawn.has(source) && this.uses[source].length) {
          drawn.add(source);
          this.wire(source);
        }
      }
      this.gate(n);
      this.wire(n);
    });
    if (this.isLeaf(this.plan.output)) this.wire(this.plan.output);
    const frames = groups.flatMap((group) => this.frame(group));
    // with ordering=in a gate's first input comes uppermost
    this.entries.sort((one, other) => one[0] - other[0] || one[1] - other[1]);
    const lines = [...graph, ...frames, ...this.nodes.get(undefined), ...this.edges, ...this.entries.map((entry) => entry[2])];
    return `digraph circuit {\n${[...lines, ...this.guides()].join("\n")}\n}`;
  }

  frame(group) {
    const title = font(`<i>layer ${group.layer} · neuron ${group.unit}</i>`, COLOURS.faint, 11);
    return [
      `subgraph "cluster_${group.output}" {`,
      'label=""; margin=8; penwidth=1.2; style="rounded,filled"',
      `fillcolor="${COLOURS.cluster}"; color="${COLOURS.cluster_line}"`,
      `t${group.output} [class="title", shape=plain, label=<${title}>]`,
      ...this.nodes.get(group),
      "}",
    ];
  }

  // Invisible edges: what each layer begins with stands from top to bottom, in order. Graphviz reads
  // edges within a rank from top to bottom, but within a cluster from bottom to top.
  guides() {
    const layers = new Map();
    const inputs = [];
    for (const group of this.plan.groups ?? []) {
      const own = new Set(group.members);
      const column = [`t${group.output}`];
      for (const gate of group.members.filter((n) => !this.isLeaf(n))) {
        const sources = this.wires[gate].inputs;
        if (sources.some((n) => own.has(n) && !this.isLeaf(n))) continue;
        sources.forEach((source, place) => {
          if (own.has(source)) column.push(`w${source}`);
          else if (this.fansOut(source)) column.push(`b${source}_${gate}_${place}`);
          else column.push(`e${source}_${gate}_${place}`);
          if (!own.has(source) && this.isLeaf(source) && group.layer === 1) inputs.push(`w${source}`);
        });
      }
      layers.set(group.layer, [...(layers.get(group.layer) ?? []), [...new Set(column)]]);
    }
    const lines = [sameRank([[...new Set(inputs)]])];
    for (const columns of layers.values()) {
      lines.push(sameRank([...columns.map((column) => [...column].reverse()), columns.map((column) => column[0])]));
    }
    return lines.filter(Boolean);
  }

  gate(n) {
    this.nodes.get(this.groupOf.get(n)).push(
      `g${n} [id="gate-${n}", class="gate", ${gateShape(this.wires[n].symbol)}, fillcolor="${COLOURS.gate}"]`,
    );
    this.edges.push(`g${n} -> w${n}${this.ports.to} [id="out-${n}", arrowhead=none, weight=8]`);
  }

  wire(n) {
    const uses = this.drawnUses(n);
    const nodes = this.nodes.get(this.groupOf.get(n));
    nodes.push(`w${n} [id="wire-${n}", class="wire", shape=plain, label=<${this.table(n)}>]`);
    if (this.fansOut(n)) return this.junction(n, uses);
    for (const use of uses) this.edge(`w${n}${this.isPlain(n) ? this.ports.plain : this.ports.from}`, n, use);
  }

  table(n) {
    const { label } = this.wires[n];
    if (this.isPlain(n)) return wireTable({ plain: rounded(this.plan.values[n]) });
    const name = label ? sideCell(label) : "";
    const width = this.room(this.plan.formula?.(n));
    if (this.isLeaf(n)) return wireTable({ before: name, width });
    if (label && this.drawnUses(n).length) return wireTable({ above: nameAbove(label), width });
    return wireTable({ after: name, width });
  }

  // The width of a wire below which a formula stands.
  room(formula) {
    return formula ? Math.max(WIDTH, 10 + 6.2 * [...formula].length) : WIDTH;
  }

  junction(n, uses) {
    const own = this.groupOf.get(n);
    const group = uses.every(([gate]) => this.groupOf.get(gate) !== own) ? undefined : own;
    this.nodes.get(group).push(
      `j${n} [id="junction-${n}", class="junction", shape=point, width=0.09, fillcolor="${COLOURS.line}", label=""]`,
    );
    this.edges.push(`w${n}${this.ports.from} -> j${n} [id="stem-${n}", arrowhead=none, weight=8]`);
    for (const use of uses) {
      const [gate, place] = use;
      const name = `b${n}_${gate}_${place}`;
      const width = this.room(this.plan.sentFormula?.(gate, place));
      this.nodes.get(this.groupOf.get(gate)).push(
        `${name} [id="branch-${n}-${gate}-${place}", class="wire branch", shape=plain, label=<${wireTable({ small: true, width })}>]`,
      );
      this.edges.push(`j${n} -> ${name}${this.ports.to} [id="edge-${n}-${gate}-${place}-1", arrowhead=none]`);
      this.edge(`${name}${this.ports.from}`, n, use);
    }
  }

  edge(tail, n, [gate, place]) {
    const group = this.groupOf.get(gate);
    if (tail.startsWith("w") && group && this.groupOf.get(n) !== group) {
      const door = `e${n}_${gate}_${place}`;
      this.nodes.get(group).push(`${door} [shape=point, width=0.01, penwidth=0, fillcolor="${COLOURS.line}", label=""]`);
      this.edges.push(`${tail} -> ${door}:w [id="edge-${n}-${gate}-${place}-0", arrowhead=none]`);
      tail = `${door}:e`;
    }
    this.entries.push([gate, place, `${tail} -> g${gate} [id="edge-${n}-${gate}-${place}", weight=2]`]);
  }
}

export function sameRank(chains) {
  const texts = chains.filter((chain) => chain.length > 1).map((chain) => `${chain.join(" -> ")} [style=invis]`);
  return texts.length ? `{rank=same; ${texts.join("; ")}}` : "";
}
