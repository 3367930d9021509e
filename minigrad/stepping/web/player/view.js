// How large the picture is: the whole of it, its natural size, or as the reader likes it; where it is
// larger than its frame, the gate at work is kept in sight.

import { element } from "../dom.js";

const LARGEST = 1.6;
const BESIDE = 60; // points around what can be seen: half a wire, and its numbers
const LEGIBLE = 0.6; // of the natural size; what would be smaller begins so, and is scrolled
const LETTERS = 11; // points: the size of the numbers in the picture
const SMALLEST = 5; // dots of the screen: digits of three and a half, which nobody reads

export function viewOf(picture, svg) {
  const [, , width, height] = svg.getAttribute("viewBox").split(/\s+/).map(Number);
  const natural = { width: (width * 4) / 3, height: (height * 4) / 3 }; // in pixels, from points
  let mode = "legible";
  let scale = 1;
  let followed;
  const buttons = [toggle("fit", "the whole picture (f)", fit), toggle("1:1", "natural size (1)", naturalSize)];

  function toggle(text, title, action) {
    const made = element("button", { type: "button", title, textContent: text, onclick: action });
    made.setAttribute("aria-pressed", "false");
    return made;
  }

  // A page of its own may show it larger than it is, as on a projector.
  const largest = () => (picture.closest(".alone") ? LARGEST : 1);
  const whole = () =>
    Math.min(largest(), picture.clientWidth / natural.width, roomBelow() / natural.height);

  // In a page of its own the frame has a height; in a notebook it grows up to its most.
  function roomBelow() {
    const most = parseFloat(getComputedStyle(picture).maxHeight);
    return Number.isNaN(most) ? picture.clientHeight : most;
  }

  function set(next, to = mode) {
    mode = to;
    scale = next;
    svg.setAttribute("width", Math.floor(natural.width * scale));
    svg.setAttribute("height", Math.floor(natural.height * scale));
    const all = scale <= whole() + 0.01;
    buttons[0].setAttribute("aria-pressed", String(mode === "fit" || (mode === "legible" && all)));
    buttons[1].setAttribute("aria-pressed", String(mode === "natural"));
    picture.tabIndex = all ? -1 : 0; // it can be scrolled by keys where it is larger
    follow(followed);
  }

  function fit() { set(whole(), "fit"); }
  function naturalSize() { set(1, "natural"); }
  function zoom(factor) { set(Math.max(0.1, Math.min(4, scale * factor)), "free"); }
  function again() {
    if (!picture.clientWidth) return; // not shown yet
    if (mode === "fit") fit();
    if (mode === "legible") set(Math.max(Math.min(LEGIBLE, 1), whole()));
  }

  function follow(gate) {
    followed = gate;
    if (!gate) return;
    const [box, around] = [gate.getBoundingClientRect(), picture.getBoundingClientRect()];
    const offX = box.left + box.width / 2 - around.left - around.width / 2;
    const offY = box.top + box.height / 2 - around.top - around.height / 2;
    if (Math.abs(offX) > around.width / 4) picture.scrollLeft += offX;
    if (Math.abs(offY) > around.height / 4) picture.scrollTop += offY;
  }

  /** Whether the numbers of a part of the picture, which has a place x, y in it, can be read now. */
  function inSight() {
    const [around, drawn] = [picture.getBoundingClientRect(), svg.getBoundingClientRect()];
    const { e, f } = svg.querySelector(".graph").transform.baseVal.consolidate().matrix;
    const inPicture = drawn.width / svg.viewBox.baseVal.width; // pixels a point
    const dots = devicePixelRatio * (globalThis.visualViewport?.scale ?? 1); // of the screen, a pixel
    if (LETTERS * inPicture * dots < SMALLEST) return () => false;
    const at = (pixels, from, moved) => (pixels - from) / inPicture - moved;
    const left = at(Math.max(around.left, 0), drawn.left, e) - BESIDE;
    const right = at(Math.min(around.right, innerWidth), drawn.left, e) + BESIDE;
    const top = at(Math.max(around.top, 0), drawn.top, f) - BESIDE;
    const bottom = at(Math.min(around.bottom, innerHeight), drawn.top, f) + BESIDE;
    return ({ x, y }) => x === undefined || (x > left && x < right && y > top && y < bottom);
  }

  function start() {
    again();
    new ResizeObserver(again).observe(picture);
  }

  return { buttons, fit, natural: naturalSize, zoom, follow, inSight, start };
}
