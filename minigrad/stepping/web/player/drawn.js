// Writing into the picture, and only where something differs.

const CHARACTER = 6.7; // points, about, of a number in the picture

// What an element shows is kept beside it: asking the document thousands of times takes longer.
export function show(text, shown, kind) {
  if (!text || text.shown === shown) return;
  text.shown = shown;
  if (text.firstChild) text.firstChild.data = shown;
  else text.textContent = shown;
  const tooLong = text.room < CHARACTER * shown.length && !/[·Σ]/.test(shown);
  if (tooLong || text.hasAttribute("textLength")) fitInto(text, tooLong);
  for (const one of ["unknown", "value", "tangent", "gradient"]) {
    setClass(text, one, one === (shown === "?" ? "unknown" : kind));
  }
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
