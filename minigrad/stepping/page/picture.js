// The picture: the image that stood in the player's place as an SVG, and which part of it shows what.

function pictureOf(image) {
  const source = image.src.slice(image.src.indexOf(",") + 1);
  const bytes = Uint8Array.from(atob(source), (character) => character.charCodeAt(0));
  const text = new TextDecoder().decode(bytes);
  const svg = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  svg.setAttribute("role", "group"); // not an img: its gates can be reached
  svg.setAttribute("aria-label", image.alt);
  return svg;
}

// The number above the rule of a wire and the one below it, centred on the rule; where there are two
// above it, the right one is the tangent.
function numbersOf(group) {
  const rules = [...group.querySelectorAll("polygon")];
  if (!rules.length) return {};
  const corners = (rule) =>
    rule.getAttribute("points").trim().split(/\s+/).map((p) => p.split(",").map(Number));
  // below a wire with a name beside its value there are two lines: the left one is the numbers'
  const leftmost = (rule) => Math.min(...corners(rule).map((corner) => corner[0]));
  rules.sort((one, other) => leftmost(one) - leftmost(other));
  const points = corners(rules[0]);
  const xs = points.map((point) => point[0]);
  const [left, right, y] = [Math.min(...xs), Math.max(...xs), points[0][1]];
  const found = { rules };
  const above = [];
  for (const text of group.querySelectorAll("text")) {
    const x = Number(text.getAttribute("x"));
    if (x < left - 2 || x > right - 4) continue;
    text.setAttribute("text-anchor", "middle");
    if (Number(text.getAttribute("y")) < y) above.push(text);
    else found.gradient = text;
    text.setAttribute("x", (left + right) / 2);
    text.before = x;
  }
  above.sort((one, other) => one.before - other.before);
  [found.value, found.tangent] = above;
  if (found.tangent) {
    found.value.setAttribute("x", left + (right - left) / 4);
    found.tangent.setAttribute("x", right - (right - left) / 4);
  }
  return found;
}

function partsOf(svg, data) {
  const parts = { wires: [], gates: [], branches: new Map(), edges: new Map() };
  for (const group of svg.querySelectorAll("g[id]")) {
    const [kind, ...numbers] = group.id.split("-");
    const at = numbers.map(Number);
    if (kind === "wire") parts.wires[at[0]] = numbersOf(group);
    if (kind === "gate") parts.gates[at[0]] = group;
    if (kind === "branch") parts.branches.set(`${at[1]}-${at[2]}`, numbersOf(group));
    if (kind === "edge" && at.length >= 3) { // a fourth number: the part of it outside of a unit
      const [source, gate, place] = at;
      const key = `${gate}-${place}`;
      if (!parts.edges.has(key)) parts.edges.set(key, { groups: [], source, gate });
      parts.edges.get(key).groups.push(group);
    }
  }
  return parts;
}
