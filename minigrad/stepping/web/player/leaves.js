// Leaves whose numbers can be changed: dragged, nudged by keys, or typed in a field below the picture.

import { element } from "../dom.js";
import { setClass } from "./drawn.js";
import { dragged, nudged } from "../engine/nudge.js";
import { typedNumber } from "../engine/typed_number.js";

const SVG = "http://www.w3.org/2000/svg";
const NUDGES = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 };
const NO_NUMBER = "that is no number: write one such as −0.5 or 1e3";

/**
 * @param parts of the picture @param {import("./words.js").Words} words
 * @param {(n: number, number: number) => void} change
 * @param {(text: string) => void} complain
 */
export function leavesOf(parts, words, change, complain) {
  const { circuit } = words;
  const handles = handlesOf(parts, circuit.movable);
  const movable = parts.boxes.list.length ? inOrder(parts.boxes.list, circuit) : [...handles.keys()];
  const which = element("select", { title: "which leaf" });
  which.setAttribute("aria-label", "which leaf");
  for (const n of movable) which.append(element("option", { value: n, textContent: words.name(n) }));
  const field = element("input", { type: "text", autocomplete: "off", title: "its number: type another" });
  field.setAttribute("aria-label", "its number");
  field.setAttribute("enterkeyhint", "done");
  const chosen = () => Number(which.value);

  function choose(n) {
    which.value = n;
    refresh();
  }

  function refresh() {
    for (const [n, groups] of handles) {
      const [number, text] = [circuit.values[n], words.value(n)];
      for (const group of groups) {
        setClass(group, "chosen", n === chosen());
        if (group.told === text) continue;
        group.told = text;
        group.setAttribute("aria-valuenow", Number.isFinite(number) ? number : 0);
        group.setAttribute("aria-valuetext", text);
      }
    }
    const isTyped = field.getRootNode().activeElement === field;
    if (!isTyped) field.value = field.shown = words.value(chosen());
  }

  // What is typed is taken when it is a number; else it stays, and is said to be none.
  function take() {
    if (field.value === field.shown) return true;
    const number = typedNumber(field.value);
    field.setAttribute("aria-invalid", String(number === undefined));
    complain(number === undefined ? NO_NUMBER : "");
    if (number === undefined) return false;
    if (!Object.is(number, circuit.values[chosen()])) change(chosen(), number);
    return true;
  }

  function leave(taken) {
    if (taken && !take()) return;
    field.shown = field.value;
    field.setAttribute("aria-invalid", "false");
    if (!taken) complain("");
    (handles.get(chosen())?.[0] ?? which).focus({ preventScroll: true });
    refresh();
  }

  which.onchange = refresh;
  field.onchange = take;
  field.onblur = refresh;

  // While it is typed in it has all digits.
  field.onfocus = () => {
    field.value = field.shown = written(circuit.values[chosen()]);
    field.select();
  };

  function type(n) {
    choose(n);
    field.focus();
  }

  for (const [n, groups] of handles) for (const group of groups) equip(n, group);

  function equip(n, group) {
    group.classList.add("leaf");
    group.setAttribute("role", "spinbutton");
    group.setAttribute("tabindex", "0");
    group.setAttribute("aria-label", words.name(n));
    drag(group, () => n);
    group.addEventListener("dblclick", () => type(n));
    group.addEventListener("focus", () => choose(n));
  }

  // Beside the field: for fingers, and for a leaf that the picture does not show.
  const grip = element("span", { className: "grip", textContent: "↔", title: "drag: the number goes up to the right" });
  grip.setAttribute("aria-hidden", "true"); // keys change it in the field
  drag(grip, chosen);

  function drag(handle, leafOf) {
    let start;
    handle.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      event.preventDefault(); // no text is selected
      const n = leafOf();
      start = { n, x: event.clientX, number: circuit.values[n] };
      handle.setPointerCapture(event.pointerId);
      handle.focus({ preventScroll: true });
      choose(n);
    });
    handle.addEventListener("pointermove", (event) => {
      if (!start) return;
      const way = event.clientX - start.x;
      if (!start.moved && Math.abs(way) < 3) return;
      start.moved = true;
      const number = onGrid(start.n, dragged(start.number, way, event.shiftKey));
      if (!Object.is(number, circuit.values[start.n])) change(start.n, number);
    });
    for (const end of ["pointerup", "pointercancel"]) handle.addEventListener(end, () => { start = undefined; });
  }

  const onGrid = (n, number) => (circuit.isIndex(n) ? Math.round(number) : number);

  /** Whether a key was meant for a leaf or the field, and has been heard. */
  function key(event, focused) {
    if (focused === field) return keyInField(event);
    const n = movable.find((each) => handles.get(each)?.includes(focused));
    if (n === undefined) return false;
    const by = NUDGES[event.key];
    if (by) nudge(n, by, event.shiftKey);
    else if (event.key === "Enter") type(n);
    else if (event.key === "Escape") focused.getRootNode().querySelector(".player").focus();
    else return false;
    return true;
  }

  // Left and right move the cursor there.
  function keyInField(event) {
    if (event.key === "Enter" || event.key === "Escape") {
      leave(event.key === "Enter");
      return true;
    }
    if (!NUDGES[event.key] || /Left|Right/.test(event.key)) return false;
    if (take()) {
      nudge(chosen(), NUDGES[event.key], event.shiftKey);
      field.value = field.shown = written(circuit.values[chosen()]);
    }
    return true;
  }

  function nudge(n, by, fine) {
    const number = circuit.values[n];
    change(n, circuit.isIndex(n) ? number + Math.sign(by) : nudged(number, by * (fine ? 0.1 : 1)));
  }

  return { movable, which, grip, field, key, refresh };
}

// All leaves, also those that no picture of boxes shows, layer by layer.
function inOrder(boxes, circuit) {
  const inputs = boxes.flatMap(({ gates }) => gates.flatMap((gate) => circuit.wires[gate].inputs));
  const movable = new Set(circuit.movable);
  return [...new Set([...inputs, ...movable])].filter((n) => movable.has(n));
}

// What can be touched, by the leaf: its wire, and the labels of a weight on lines between boxes.
function handlesOf(parts, movable) {
  const found = new Map();
  const all = new Set(movable);
  for (const n of movable) {
    if (!parts.wires[n]?.value) continue;
    const { group } = parts.wires[n];
    group.prepend(areaOf(group, parts.wires[n]));
    found.set(n, [group]);
  }
  for (const { weight, label } of parts.boxes.weights) {
    if (!all.has(weight)) continue;
    label.querySelector("path").classList.add("area");
    found.set(weight, [...(found.get(weight) ?? []), label]);
  }
  return found;
}

// A number to be typed over: as short as it can be, with a true minus.
function written(number) {
  if (Number.isNaN(number)) return "nan";
  return String(number).replace("Infinity", "∞").replaceAll("-", "−");
}

// What can be touched: the whole wire with its name, and a little more.
function areaOf(group, { left, right, y }) {
  const names = [...group.querySelectorAll("text")].filter((text) => text.getAttribute("text-anchor") === "start");
  const start = Math.min(left, ...names.map((text) => Number(text.getAttribute("x")))) - 4;
  const area = document.createElementNS(SVG, "rect");
  const box = { x: start, y: y - 18, width: right + 2 - start, height: 35, rx: 5, class: "area" };
  for (const [name, value] of Object.entries(box)) area.setAttribute(name, value);
  return area;
}
