// A network with one box for each unit, in the look of pictures/collapsed_style.py: activation and
// delta in the box, weights on the wires. Gates outside of the units, a cost's, are drawn as they are.

import { COLOURS, CircuitWriter, font, header, sameRank } from "./dot.js";
import { dotName, dotText } from "./dot_text.js";

const MOST_WEIGHTS = 12; // with more into one layer the wires are straight, and have no labels
const WIDTH_OF_A_BOX = 2.6; // inches
const WIDEST = "−0.00913"; // keeps room for a number

export class NetworkWriter extends CircuitWriter {
  drawnUses(n) {
    return this.uses[n].filter(([gate]) => !this.groupOf.has(gate));
  }

  text() {
    const { groups, output } = this.plan;
    this.reads = groups.flatMap((group) => readsOf(this.plan, group, this.groupOf));
    const intoLayer = new Map();
    for (const { group } of this.reads) intoLayer.set(group.layer, (intoLayer.get(group.layer) ?? 0) + 1);
    this.few = Math.max(0, ...intoLayer.values()) <= MOST_WEIGHTS;
    for (const group of groups) this.box(group);
    const outside = this.wires.map((_, n) => n).filter((n) => !this.groupOf.has(n));
    const needed = new Set([...this.reads.map(({ source }) => source), output]);
    for (const n of outside) if (!this.isLeaf(n)) for (const source of this.wires[n].inputs) if (this.uses[source].length) needed.add(source);
    for (const n of outside) {
      if (!this.isLeaf(n)) this.gate(n);
      if (!this.isLeaf(n) || needed.has(n)) this.wire(n);
    }
    for (const [wire, group] of this.groupOf) {
      for (const use of this.drawnUses(wire)) this.edge(`u${group.output}:e`, wire, use);
    }
    this.weighted();
    const graph = header(`nodesep=0.2, ranksep=0.4${this.few ? "" : ", splines=line"}`);
    const columns = this.columns();
    const lines = [...graph, ...this.nodes.get(undefined), ...this.edges, ...this.entries.map((entry) => entry[2]), ...columns];
    return `digraph network {\n${lines.join("\n")}\n}`;
  }

  box(group) {
    const { output, layer, unit, symbol } = group;
    const label = this.wires[output].label;
    const numbers = [
      font(`${dotName(label) || "<i>a</i>"} = ${dotText(WIDEST)}`, COLOURS.value, 12),
      font(`${dotName(`delta_${unit}^${layer}`)} = ${dotText(WIDEST)}`, COLOURS.gradient, 12),
    ];
    const rows = [font(`layer ${layer} · neuron ${unit}`, COLOURS.faint, 10), `<b>${dotText(symbol)}</b>`];
    const cells = rows.map((row) => `<tr><td colspan="2">${row}</td></tr>`).join("");
    const last = numbers.map((text) => `<td cellpadding="3">${text}</td>`).join("");
    this.nodes.get(undefined).push(
      `u${output} [id="unit-${layer}-${unit}", class="unit", shape=box, style="rounded,filled", ` +
        `fillcolor="${COLOURS.gate}", margin="0.1,0.04", ` +
        `label=<<table border="0" cellspacing="0" cellpadding="1">${cells}<tr>${last}</tr></table>>]`,
    );
  }

  weighted() {
    this.labels = [];
    this.reads.forEach(({ source, group, weight, gate, place }) => {
      const from = this.groupOf.get(source);
      const tail = from ? `u${from.output}:e` : `w${source}:e`;
      const ident = `edge-${source}-${gate}-${place}`;
      if (!this.few || weight === undefined) {
        this.edges.push(`${tail} -> u${group.output}:w [id="${ident}", class="weight"]`);
        return;
      }
      const name = `k${source}_${gate}`;
      const rows = [
        font(`${dotName(this.wires[weight].label)}&#160;= ${font(dotText(WIDEST), COLOURS.value, 11)}`, COLOURS.ink, 11),
        font("0", COLOURS.gradient, 11),
      ];
      const cells = rows.map((row) => `<tr><td>${row}</td></tr>`).join("");
      this.nodes.get(undefined).push(
        `${name} [id="weight-${weight}", class="weight-name", shape=box, style="rounded,filled", ` +
          `fillcolor="${COLOURS.background}", color="${COLOURS.cluster_line}", penwidth=1, width=0, height=0, ` +
          `margin="0.06,0.03", label=<<table border="0" cellspacing="0" cellpadding="0">${cells}</table>>]`,
      );
      this.labels.push([name, group]);
      this.edges.push(`${tail} -> ${name}:w [id="${ident}-0", class="weight", arrowhead=none]`);
      this.edges.push(`${name}:e -> u${group.output}:w [id="${ident}", class="weight"]`);
    });
  }

  // Boxes of one layer stand in one column, in order, and so do the inputs and the weights.
  columns() {
    const layers = new Map();
    for (const group of this.plan.groups) layers.set(group.layer, [...(layers.get(group.layer) ?? []), group]);
    const inputs = this.reads.map(({ source }) => source).filter((n) => this.isLeaf(n)).map((n) => `w${n}`);
    const chains = [[...new Set(inputs)]];
    for (const [layer, groups] of layers) {
      chains.push(groups.map((group) => `u${group.output}`));
      if (!this.few) chains.at(-1).push(this.spacer(layer, groups.length));
      chains.push(groups.flatMap((group) => this.labels.filter(([, of]) => of === group).map(([name]) => name)));
    }
    return chains.map((chain) => sameRank([chain])).filter(Boolean);
  }

  // Straight wires between tall layers take more room, but those of the cost's gates do not: so each
  // layer's column is made wider, by a node that is not seen.
  spacer(layer, units) {
    const width = WIDTH_OF_A_BOX + Math.min(0.3 + 0.08 * units, 2.6);
    this.nodes.get(undefined).push(`s${layer} [style=invis, shape=box, label="", width=${width}, height=0.01]`);
    return `s${layer}`;
  }
}

// What a unit reads from outside: the wire, the gate that reads it, and the weight it is multiplied by.
function readsOf(plan, group, groupOf) {
  const found = [];
  const own = new Set(group.members);
  const isLeaf = (n) => plan.wires[n].inputs.length === 0;
  for (const gate of group.members) {
    const { inputs, gate: kind } = plan.wires[gate];
    inputs.forEach((source, place) => {
      if (own.has(source) || groupOf.get(source) === group) return;
      let weight = kind === "mul" ? inputs[1 - place] : undefined;
      if (weight !== undefined && !(own.has(weight) && isLeaf(weight))) weight = undefined;
      found.push({ source, gate, place, group, weight });
    });
  }
  return found;
}
