// Elements, icons and buttons, made in one line each.

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  first: "M5 4h2.5v16H5zM20 4v16L8.5 12z",
  back: "M15.5 4l2 2-6 6 6 6-2 2-8-8z",
  play: "M7 4v16l12-8z",
  pause: "M6 4h4v16H6zM14 4h4v16h-4z",
  step: "M8.5 4l-2 2 6 6-6 6 2 2 8-8z",
  last: "M16.5 4H19v16h-2.5zM4 4v16l11.5-8z",
};

export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS(SVG, "path"));
  svg.firstChild.setAttribute("d", ICONS[name]);
  return svg;
}

export function button(name, label, action) {
  const made = element("button", { type: "button", title: label, onclick: action }, icon(name));
  made.setAttribute("aria-label", label);
  return made;
}
