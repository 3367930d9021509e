// The picture on the page: laid out once for each plan, zoomed, dragged, and chosen from.

import { button, element, setClass } from "./dom.js";
import { hitArea, layOut } from "./layout.js";
import { show, showWeights } from "./picture.js";
import { shapeOf, viewOfPart } from "./plans.js";
import { dragged, nudged } from "./engine/nudge.js";
import { rounded } from "./engine/numbers.js";
import { unicodeName } from "./engine/labels.js";

const [SMALLEST, SMALLEST_OF_A_NETWORK, SMALLEST_ON_A_PHONE] = [0.66, 0.47, 0.6]; // of the natural size: what is smaller is scrolled
const LARGEST = 1.9;
const READABLE = 0.75; // where a phone would show a circuit smaller than so, it leads down

const isNarrow = () => innerWidth <= 520; // a phone, as in the style sheet

// actions: drag(n, value), choose(n), gate(n), unit(group), ended(), value(n) — the number of a leaf.
export function pictureView(caption, actions) {
  const holder = element("div", { className: "picture", role: "group", "aria-label": "circuit", tabIndex: 0 });
  const title = element("figcaption", { hidden: !caption }, caption);
  const figure = element("figure", {}, title, holder);
  let picture, zoomed = 1, token = 0;
  let isStale = false; // another circuit is being laid out, and this one is still seen
  const act = (name, ...what) => isStale || actions[name](...what);

  async function draw(plan, collapsed) {
    const mine = ++token;
    const narrow = isNarrow();
    const shape = `${shapeOf(plan)} ${collapsed} ${plan.show ?? ""} ${narrow}`;
    if (picture?.shape === shape) {
      picture.plan = plan; // only numbers differ: the layout stays
      isStale = false;
      return;
    }
    isStale = true;
    const made = await (narrow ? layOutNarrow : layOut)(plan, collapsed);
    if (mine !== token) return; // something newer is being drawn
    isStale = false;
    picture = { ...made, shape, narrow };
    holder.replaceChildren(picture.svg);
    picture.svg.setAttribute("role", "group");
    picture.svg.removeAttribute("width");
    picture.svg.removeAttribute("height");
    equip();
    picture.buttons = buttonsOf(picture);
    picture.last = [...picture.buttons.values()].at(-1);
    fit();
  }

  // On a phone a circuit leads down, where it would be too small to read or cut off. A network would
  // be as wide: its layers have many weights.
  async function layOutNarrow(plan, collapsed) {
    const right = await layOut(plan, collapsed);
    if (collapsed || plan.groups?.length || figure.parentNode.clientWidth >= right.width * 4 / 3 * READABLE) return right;
    const down = await layOut(plan, collapsed, "TB");
    return down.width < right.width ? down : right;
  }

  const valueOf = (n) => actions.value(origin(n));
  const origin = (n) => picture.plan.origin?.[n] ?? n;

  // What can be touched: leaves are sliders, gates and units buttons.
  function equip() {
    const { parts, plan } = picture;
    parts.wires.forEach((part, n) => {
      if (!part.rules.length) return;
      const { constant, inputs, label, fixed } = plan.wires[n];
      const isLeaf = !inputs.length && (!constant || label) && !fixed;
      hitArea(part, isLeaf);
      if (isLeaf) makeLeaf(part.group, n);
      else part.group.addEventListener("click", () => act("choose", origin(n)));
    });
    parts.weights.forEach((part, n) => makeLeaf(part.group, n));
    parts.branches.forEach((part, key) => {
      hitArea(part, false);
      part.group.addEventListener("click", () => act("choose", origin(parts.edges.get(key).source)));
    });
    parts.gates.forEach((group, n) => press(group, `gate ${plan.wires[n].symbol}`, () => act("gate", origin(n))));
    for (const group of plan.groups ?? []) {
      const unit = parts.units.get(`${group.layer}-${group.unit}`);
      if (unit) press(unit.group, `layer ${group.layer}, neuron ${group.unit}: look inside`, () => act("unit", group));
    }
  }

  function press(group, label, action) {
    group.setAttribute("role", "button");
    group.setAttribute("tabindex", "-1"); // but for one of them: see moveStop
    group.setAttribute("aria-label", label);
    group.addEventListener("click", action);
    group.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
      action();
    });
  }

  function makeLeaf(group, n) {
    const name = unicodeName(picture.plan.wires[n].label) || "number";
    group.classList.add("leaf");
    group.setAttribute("role", "slider");
    group.setAttribute("tabindex", "0");
    group.setAttribute("aria-label", name);
    let start;
    group.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      start = { x: event.clientX, value: valueOf(n), moved: false };
      group.setPointerCapture(event.pointerId);
    });
    group.addEventListener("pointermove", (event) => {
      if (!start) return;
      const way = event.clientX - start.x;
      if (!start.moved && Math.abs(way) < 3) return;
      start.moved = true;
      setClass(group, "dragged", true);
      act("drag", origin(n), dragged(start.value, way, event.shiftKey));
    });
    const end = () => {
      if (!start) return;
      const { moved } = start;
      start = undefined;
      setClass(group, "dragged", false);
      if (moved) act("ended");
      else act("choose", origin(n));
    };
    group.addEventListener("pointerup", end);
    group.addEventListener("pointercancel", () => { start = undefined; setClass(group, "dragged", false); });
    group.addEventListener("keydown", (event) => {
      const by = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 }[event.key];
      if (by) {
        event.preventDefault();
        event.stopPropagation();
        act("drag", origin(n), nudged(valueOf(n), by * (event.shiftKey ? 0.1 : 1)));
        act("ended");
      } else if (event.key === "Enter") {
        event.preventDefault();
        event.stopPropagation();
        act("type", origin(n));
      }
    });
    group.addEventListener("dblclick", () => act("type", origin(n)));
  }

  function update(whole) {
    if (!picture || isStale) return;
    const view = viewOfPart(whole, picture.plan);
    show(picture, view);
    if (picture.collapsed) showWeights(picture, valueOf);
    const { parts } = picture;
    for (const [group, n] of leaves()) {
      const now = valueOf(n);
      if (Object.is(group.now, now)) continue;
      group.now = now;
      group.setAttribute("aria-valuenow", Number.isFinite(now) ? now : 0);
      group.setAttribute("aria-valuetext", rounded(now));
    }
    parts.wires.forEach((part, n) => setClass(part.group, "chosen", n === view.chosen));
    moveStop(view.active);
    follow(parts.gates[view.active]);
  }

  // All gates and boxes are one stop of the tab key: the one at work, else the last. Arrows step, and the
  // focus goes along.
  function moveStop(active) {
    const next = picture.buttons.get(active) ?? picture.last;
    const before = picture.stop;
    if (next === before) return;
    const isFocused = before && document.activeElement === before;
    before?.setAttribute("tabindex", "-1");
    next?.setAttribute("tabindex", "0");
    if (isFocused) next.focus({ preventScroll: true });
    picture.stop = next;
  }

  const leaves = () => [
    ...picture.parts.wires.map((part, n) => [part.group, n]).filter(([group]) => group.classList.contains("leaf")),
    ...[...picture.parts.weights].map(([n, part]) => [part.group, n]),
  ];

  // --- size ---

  // A share of the natural size at which all of it is seen, but for what would be too small to read.
  function fit() {
    if (!picture) return;
    const room = holder.clientWidth || 600;
    const down = picture.rankdir === "TB";
    const { classList } = figure.parentNode;
    const below = classList.contains("two") && !classList.contains("beside");
    const part = below ? (down ? 0.36 : 0.3) : down ? 0.45 : 0.56; // of the window, for one picture
    const height = Math.max(170, Math.min(innerHeight * part, 640));
    const share = Math.min(room / (picture.width * 4 / 3), height / (picture.height * 4 / 3));
    const least = room < 500 ? SMALLEST_ON_A_PHONE : picture.collapsed ? SMALLEST_OF_A_NETWORK : SMALLEST;
    zoomed = Math.max(least, Math.min(LARGEST, share));
    resize();
  }

  function clear() {
    token += 1;
    isStale = false;
    picture = undefined;
    holder.replaceChildren();
  }

  function zoom(factor) {
    zoomed = Math.max(0.2, Math.min(4, zoomed * factor));
    resize();
  }

  function resize() {
    picture.svg.style.width = `${(picture.width * 4 / 3 * zoomed).toFixed(1)}px`;
    picture.svg.style.height = `${(picture.height * 4 / 3 * zoomed).toFixed(1)}px`;
  }

  let followed;
  function follow(gate) {
    if (followed === gate) return;
    followed = gate;
    if (!gate) return;
    const [box, around] = [gate.getBoundingClientRect(), holder.getBoundingClientRect()];
    const offX = box.left + box.width / 2 - around.left - around.width / 2;
    const offY = box.top + box.height / 2 - around.top - around.height / 2;
    if (Math.abs(offX) > around.width * 0.35) holder.scrollLeft += offX;
    if (Math.abs(offY) > around.height * 0.35) holder.scrollTop += offY;
  }

  let width = 0;
  new ResizeObserver(() => {
    if (Math.abs(holder.clientWidth - width) < 2) return; // its height changes with the zoom
    width = holder.clientWidth;
    if (picture && picture.narrow !== isNarrow()) actions.redraw();
    else fit();
  }).observe(figure);
  const buttons = [
    button("−", () => zoom(1 / 1.25), { "aria-label": "smaller", title: "smaller", className: "icon" }),
    button("+", () => zoom(1.25), { "aria-label": "larger", title: "larger", className: "icon" }),
    button("fit", fit, { title: "the whole picture" }),
  ];
  return { figure, holder, title, draw, clear, update, fit, buttons, get picture() { return picture; }, get leadsDown() { return picture?.rankdir === "TB"; }, get leastWidth() { return picture.width * 4 / 3 * SMALLEST_ON_A_PHONE; } };
}

// What is pressed for each gate: its circle, or the box of its neuron. In the order of the wires.
function buttonsOf({ plan, parts }) {
  const found = new Map();
  for (const { layer, unit, members } of plan.groups ?? []) {
    const box = parts.units.get(`${layer}-${unit}`);
    if (box) for (const n of members) found.set(n, box.group);
  }
  parts.gates.forEach((group, n) => found.set(n, group));
  return new Map([...found].sort(([one], [other]) => one - other));
}
