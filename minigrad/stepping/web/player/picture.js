// The picture: the image that stood in the player's place as an SVG, and which part of it shows what.

// `down` is the picture for a narrow page, if there is one.
export function pictureOf(image, down) {
  const source = down || image.src.slice(image.src.indexOf(",") + 1);
  const bytes = Uint8Array.from(atob(source), (character) => character.charCodeAt(0));
  const text = new TextDecoder().decode(bytes);
  const svg = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  svg.setAttribute("role", "group"); // not an img: its gates can be reached
  return svg;
}

// The number above the rule of a wire and the one below it, centred on the rule. Where a tangent
// stands beside the value there are two such rules, one behind the other.
function numbersOf(group, withTangent) {
  const rules = [...group.querySelectorAll("polygon")];
  if (!rules.length) return {};
  const corners = (rule) =>
    rule.getAttribute("points").trim().split(/\s+/).map((p) => p.split(",").map(Number));
  // below a wire with a name beside its value there is one more line: the left ones are the numbers'
  const ends = (rule) => {
    const xs = corners(rule).map((corner) => corner[0]);
    return [Math.min(...xs), Math.max(...xs)];
  };
  rules.sort((one, other) => ends(one)[0] - ends(other)[0]);
  const [left, middle] = ends(rules[0]);
  const right = withTangent && rules[1] ? ends(rules[1])[1] : middle;
  const y = corners(rules[0])[0][1];
  const found = { group, rules, left, right, x: (left + right) / 2, y };
  for (const text of group.querySelectorAll("text")) {
    const x = Number(text.getAttribute("x"));
    if (x < left - 2 || x > right - 4) continue;
    const below = Number(text.getAttribute("y")) >= y;
    const kind = below ? "gradient" : x > middle - 4 ? "tangent" : "value";
    const [start, end] = { gradient: [left, right], tangent: [middle, right], value: [left, middle] }[kind];
    text.setAttribute("text-anchor", "middle");
    text.setAttribute("x", (start + end) / 2);
    text.room = end - start;
    found[kind] = text;
  }
  return found;
}

export function partsOf(svg, data) {
  const parts = { svg, wires: [], gates: [], branches: new Map(), edges: new Map() };
  for (const group of svg.querySelectorAll("g[id]")) {
    const [kind, ...numbers] = group.id.split("-");
    const at = numbers.map(Number);
    const moves = data.seeds.length > 0 && !data.constants.includes(at[0]);
    if (kind === "wire") parts.wires[at[0]] = numbersOf(group, moves);
    if (kind === "gate") parts.gates[at[0]] = group;
    if (kind === "branch") parts.branches.set(`${at[1]}-${at[2]}`, numbersOf(group, moves));
    if (kind === "edge" && at.length >= 3) { // a fourth number: the part of it outside of a unit
      const [source, gate, place] = at;
      const key = `${gate}-${place}`;
      if (!parts.edges.has(key)) parts.edges.set(key, { groups: [], source, gate, place });
      parts.edges.get(key).groups.push(group);
    }
  }
  return parts;
}
