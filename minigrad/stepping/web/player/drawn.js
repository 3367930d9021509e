// Writing into the picture, and only where something differs.

const CHARACTER = 6.7; // points, about, of a number in the picture
const RAISED = 2.9; // points by which an upper index stands above the line

// What an element shows is kept beside it: asking the document thousands of times takes longer.
export function show(text, shown, kind) {
  if (!text || text.shown === shown) return;
  text.shown = shown;
  write(text, shown);
  const tooLong = text.room < CHARACTER * shown.length && !/[·Σ]/.test(shown);
  if (tooLong || text.hasAttribute("textLength")) fitInto(text, tooLong);
  for (const one of ["unknown", "value", "tangent", "gradient"]) {
    setClass(text, one, one === (shown === "?" ? "unknown" : kind));
  }
}

// A layer in brackets, δ₁^[2], is raised, as in the labels.
function write(text, shown) {
  const pieces = shown.split(/\^(\[[^\]]*\])/);
  if (pieces.length === 1 && text.firstChild?.nodeType === Node.TEXT_NODE) text.firstChild.data = shown;
  else if (pieces.length === 1) text.textContent = shown;
  else text.replaceChildren(...pieces.map((piece, i) => raised(piece, i)));
}

function raised(piece, number) {
  const part = document.createElementNS("http://www.w3.org/2000/svg", "tspan");
  part.textContent = piece;
  const up = number % 2 === 1;
  if (number) part.setAttribute("dy", up ? -RAISED : RAISED);
  if (up) part.setAttribute("font-size", "70%");
  return part;
}

// A number that has grown longer than its place in the picture is written closer.
function fitInto(text, tooLong) {
  for (const [name, value] of [["textLength", text.room], ["lengthAdjust", "spacingAndGlyphs"]]) {
    if (tooLong) text.setAttribute(name, value);
    else text.removeAttribute(name);
  }
}

// The wires of the gate at work stand out, with the numbers that the pass is about.
export function light(wire, on, back) {
  if (!wire) return;
  for (const rule of wire.rules ?? []) setClass(rule, "lit", on);
  setClass(wire.value, "bold", on && !back);
  setClass(wire.tangent, "bold", on && !back);
  setClass(wire.gradient, "bold", on && back);
}

export function setClass(target, name, on) {
  if (!target || (target.has ??= {})[name] === on) return;
  target.has[name] = on;
  target.classList.toggle(name, on);
}
