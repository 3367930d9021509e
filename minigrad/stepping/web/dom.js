// Elements, icons and buttons, made in one line each. Text is always set as text, never as HTML.

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  first: "M5 4h2.5v16H5zM20 4v16L8.5 12z",
  back: "M15.5 4l2 2-6 6 6 6-2 2-8-8z",
  play: "M7 4v16l12-8z",
  pause: "M6 4h4v16H6zM14 4h4v16h-4z",
  step: "M8.5 4l-2 2 6 6-6 6 2 2 8-8z",
  last: "M16.5 4H19v16h-2.5zM4 4v16l11.5-8z",
};

// element("p", {className: "x", onclick}, child, …); names with a dash or ARIA's become attributes.
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name.includes("-") || name === "role" || name === "for") made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

export function svgElement(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

export function icon(name) {
  return svgElement("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, svgElement("path", { d: ICONS[name] }));
}

export function button(text, onclick, more = {}) {
  return element("button", { type: "button", onclick, ...more }, text);
}

export function iconButton(name, label, onclick) {
  return element("button", { type: "button", className: "icon", title: label, "aria-label": label, onclick }, icon(name));
}

export function setClass(node, name, on) {
  if (node.classList.contains(name) !== Boolean(on)) node.classList.toggle(name, Boolean(on));
}

// A group of buttons of which one is chosen.
export function choice(label, options, chosen, onchange) {
  const group = element("div", { className: "choice", role: "group", "aria-label": label });
  for (const [value, text, title] of options) {
    const one = button(text, () => { show(value); onchange(value); }, { title: title ?? "" });
    one.dataset.value = value;
    group.append(one);
  }
  function show(value) {
    for (const one of group.children) one.setAttribute("aria-pressed", String(one.dataset.value === String(value)));
  }
  show(chosen);
  return Object.assign(group, { show });
}

export function labelled(text, control, className = "field") {
  control.setAttribute("aria-label", text); // a label around a menu would have all its lines in its name
  return element("label", { className }, element("span", {}, text), control);
}

export function select(options, value, onchange, more = {}) {
  const made = element("select", { onchange: () => onchange(made.value), ...more });
  for (const [key, text] of options) made.append(element("option", { value: key }, text));
  made.value = value;
  return made;
}
