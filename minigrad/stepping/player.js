// The step player. `data` is made by player.py: all texts are ready, so nothing here knows a gate.
// It builds itself in a shadow root from the image that stands in its place while scripts are off.

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  first: "M5 4h2.5v16H5zM20 4v16L8.5 12z",
  back: "M15.5 4l2 2-6 6 6 6-2 2-8-8z",
  play: "M7 4v16l12-8z",
  pause: "M6 4h4v16H6zM14 4h4v16h-4z",
  step: "M8.5 4l-2 2 6 6-6 6 2 2 8-8z",
  last: "M16.5 4H19v16h-2.5zM4 4v16l11.5-8z",
};
const MILLISECONDS_A_STEP = 1600;

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS(SVG, "path"));
  svg.firstChild.setAttribute("d", ICONS[name]);
  return svg;
}

function button(name, label, action) {
  const made = element("button", { type: "button", title: label, onclick: action }, icon(name));
  made.setAttribute("aria-label", label);
  return made;
}

// --- the picture: which element shows what ---

function pictureOf(image) {
  const source = image.src.slice(image.src.indexOf(",") + 1);
  const bytes = Uint8Array.from(atob(source), (character) => character.charCodeAt(0));
  const text = new TextDecoder().decode(bytes);
  const svg = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  const [, , width, height] = svg.getAttribute("viewBox").split(/\s+/).map(Number);
  svg.setAttribute("width", Math.round(width * 4 / 3));
  svg.setAttribute("height", Math.round(height * 4 / 3));
  svg.style.minWidth = `${Math.round(width * 0.8)}px`; // narrower, it is scrolled
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", image.alt);
  return svg;
}

// The number above the rule of a wire and the one below it, centred on the rule.
function numbersOf(group) {
  const rule = [...group.querySelectorAll("polygon")].pop();
  if (!rule) return {};
  const points = rule.getAttribute("points").trim().split(/\s+/).map((p) => p.split(",").map(Number));
  const xs = points.map((point) => point[0]);
  const [left, right, y] = [Math.min(...xs), Math.max(...xs), points[0][1]];
  const found = { rule };
  for (const text of group.querySelectorAll("text")) {
    const x = Number(text.getAttribute("x"));
    if (x < left - 2 || x > right) continue;
    text.setAttribute("text-anchor", "middle");
    text.setAttribute("x", (left + right) / 2);
    found[Number(text.getAttribute("y")) < y ? "value" : "gradient"] = text;
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
    if (kind === "edge" && at.length === 3) {
      const [source, gate, place] = at;
      parts.edges.set(`${gate}-${place}`, { group, source, gate });
    }
  }
  return parts;
}

// --- what is known at a position ---

// For every wire the texts of its gradient, each with the position from which on it holds.
function historyOf(data) {
  const gradients = data.values.map(() => []);
  const contributions = new Map();
  gradients[data.output].push([data.forward.length, data.upstream]);
  data.backward.forEach((step, index) => {
    const position = data.forward.length + index + 1;
    for (const [wire, place, contribution, after] of step.sent) {
      gradients[wire].push([position, after]);
      contributions.set(`${step.gate}-${place}`, [[position, contribution]]);
    }
  });
  return { gradients, contributions };
}

function textAt(history, position) {
  let text = "?";
  for (const [from, shown] of history) if (from <= position) text = shown;
  return text;
}

// --- grading, as quiz.py does ---

function matches(answer, expected) {
  if (Number.isNaN(expected)) return Number.isNaN(answer);
  if (answer === expected) return true;
  const size = Math.abs(expected);
  if (!Number.isFinite(size)) return false;
  const tolerance = size > 0 && size < 0.01 ? 0.05 * size : Math.max(0.005, 0.01 * size);
  return Math.abs(answer - expected) <= tolerance * (1 + 1e-9);
}

function grade(answer, [name, expected, shown, after, mistakes], kinds) {
  if (matches(answer, expected)) return { right: true, text: `${name}: right` };
  if (matches(answer, after)) {
    return { right: true, text: `${name}: right, with what was there before; ${shown} is added` };
  }
  const known = mistakes.find(([, wrong]) => matches(answer, wrong));
  const why = known ? `: ${kinds[known[0]][1]}` : "";
  return { kind: known && kinds[known[0]][0], text: `${name}: not right${why}. It receives ${shown}` };
}

function numberIn(text) {
  const plain = text.trim().replace("−", "-").replace(",", ".").replace("∞", "Infinity");
  return plain === "" ? NaN : plain === "nan" ? NaN : Number(plain);
}

// --- the player ---

function startPlayer(host, css, data) {
  const image = host.querySelector("img");
  const svg = pictureOf(image);
  const parts = partsOf(svg, data);
  const history = historyOf(data);
  const last = data.forward.length + data.backward.length;
  const state = { position: data.position, timer: 0, quiz: false, asking: false, grades: new Map() };

  const title = element("strong");
  const sentence = element("p", { className: "sentence" });
  const formulas = element("div", { className: "formulas" });
  const said = element("div", { className: "said" }, element("p", {}, title), sentence, formulas);
  said.setAttribute("aria-live", "polite");
  const question = element("form", { className: "question", hidden: true });
  const graded = element("div", { className: "graded" });
  graded.setAttribute("aria-live", "polite");
  const slider = element("input", { type: "range", min: 0, max: last, step: 1 });
  slider.setAttribute("aria-label", "position");
  const speed = element("select", { title: "speed" });
  speed.setAttribute("aria-label", "speed");
  for (const factor of ["0.5", "1", "2", "4"]) {
    speed.append(element("option", { value: factor, textContent: `${factor}×` }));
  }
  speed.value = "1";
  const play = button("play", "play", () => (state.timer ? pause() : start()));
  const quiz = element("button", { type: "button", className: "quiz", textContent: "quiz" });
  quiz.setAttribute("aria-pressed", "false");
  const controls = element(
    "div",
    { className: "controls" },
    button("first", "first", () => goTo(0)),
    button("back", "back", () => goTo(state.position - 1)),
    play,
    button("step", "step", () => forward()),
    button("last", "last", () => goTo(last)),
    slider,
    speed,
    quiz,
  );
  const picture = element("div", { className: "picture" }, svg);
  const frame = element("div", { className: "player", tabIndex: 0 }, picture, controls, said);
  frame.append(question, graded);
  frame.setAttribute("role", "group");
  frame.setAttribute("aria-label", "step player: arrow keys, Home, End and space");

  function goTo(position, keepGrades = false) {
    pause();
    moveTo(position, keepGrades);
  }

  function moveTo(position, keepGrades = false) {
    state.position = Math.max(0, Math.min(last, position));
    state.asking = false;
    if (!keepGrades) graded.replaceChildren();
    render();
  }

  function forward() {
    pause();
    if (state.asking) return void question.querySelector("input").focus();
    if (state.quiz && questionsAt(state.position + 1).length) ask();
    else moveTo(state.position + 1);
  }

  function start() {
    if (state.position === last) moveTo(0);
    const tick = () => {
      if (state.quiz && questionsAt(state.position + 1).length) return forward();
      moveTo(state.position + 1);
      if (state.position === last) return pause();
      state.timer = setTimeout(tick, MILLISECONDS_A_STEP / Number(speed.value));
    };
    state.timer = setTimeout(tick, 0);
    playLooks("pause");
  }

  function pause() {
    clearTimeout(state.timer);
    state.timer = 0;
    playLooks("play");
  }

  function playLooks(name) {
    play.replaceChildren(icon(name));
    play.title = name;
    play.setAttribute("aria-label", name);
  }

  const stepAt = (position) =>
    position > data.forward.length
      ? data.backward[position - data.forward.length - 1]
      : data.forward[position - 1];
  const questionsAt = (position) => stepAt(position)?.asked ?? [];

  // Everything is set from the position alone, and written only where it differs.
  function render() {
    const position = state.position;
    const shown = state.asking ? position + 1 : position;
    const back = shown > data.forward.length;
    const lit = stepAt(shown);
    parts.wires.forEach((wire, number) => {
      const known = number < data.leaves || number - data.leaves < position;
      show(wire.value, known ? data.values[number] : "?", "value");
      show(wire.gradient, textAt(history.gradients[number], position), "gradient");
    });
    parts.branches.forEach((branch, key) => {
      const source = parts.edges.get(key)?.source;
      show(branch.value, textOf(parts.wires[source]?.value), "value");
      show(branch.gradient, textAt(history.contributions.get(key) ?? [], position), "gradient");
    });
    parts.gates.forEach((gate, number) => {
      const index = number - data.leaves;
      const done = back ? number > lit.gate : index < position;
      setClass(gate, "active", lit?.gate === number);
      setClass(gate, "done", done && lit?.gate !== number);
    });
    parts.wires.forEach((wire, number) => light(wire, number === lit?.gate, back));
    parts.edges.forEach(({ group, gate, source }, key) => {
      const on = gate === lit?.gate;
      setClass(group, "lit", on);
      const branch = parts.branches.get(key);
      if (branch) light(branch, on, true);
      else if (on) light(parts.wires[source], true, back);
    });
    slider.value = position;
    slider.setAttribute("aria-valuetext", lit ? lit.title : "start");
    say(lit);
    follow(parts.gates[lit?.gate]);
  }

  // What an element shows is kept beside it: asking the document thousands of times takes longer.
  function show(text, shown, kind) {
    if (!text || text.shown === shown) return;
    text.textContent = text.shown = shown;
    for (const one of ["unknown", "value", "gradient"]) {
      setClass(text, one, one === (shown === "?" ? "unknown" : kind));
    }
  }

  const textOf = (text) => text?.shown ?? "?";

  // The wires of the gate at work stand out, with the numbers that the pass is about.
  function light(wire, on, back) {
    if (!wire) return;
    setClass(wire.rule, "lit", on);
    setClass(wire.value, "bold", on && !back);
    setClass(wire.gradient, "bold", on && back);
  }

  function setClass(target, name, on) {
    if (!target || (target.has ??= {})[name] === on) return;
    target.has[name] = on;
    target.classList.toggle(name, on);
  }

  function say(step) {
    question.hidden = !state.asking;
    said.classList.toggle("asking", state.asking);
    if (state.asking) {
      title.textContent = step.title;
      sentence.textContent = `What does it send to its inputs? It receives ${step.upstream}.`;
      formulas.replaceChildren();
      return;
    }
    title.textContent = step ? step.title : `start · ${data.title}`;
    sentence.textContent = step ? step.sentence : data.start;
    formulas.replaceChildren(
      ...(step?.formulas ?? []).map((formula) => element("p", { textContent: formula })),
    );
    if (state.quiz && state.position === last) graded.append(element("p", { textContent: score() }));
  }

  // A picture wider than its frame is scrolled to the gate at work.
  function follow(gate) {
    if (!gate || picture.scrollWidth <= picture.clientWidth) return;
    const [box, around] = [gate.getBoundingClientRect(), picture.getBoundingClientRect()];
    const off = box.left + box.width / 2 - around.left - around.width / 2;
    if (Math.abs(off) > around.width / 4) picture.scrollLeft += off;
  }

  // --- quiz mode ---

  function ask() {
    state.asking = true;
    graded.replaceChildren();
    const rows = questionsAt(state.position + 1).map(([name]) =>
      element(
        "label",
        {},
        element("span", { textContent: name }),
        element("input", { type: "text", inputMode: "decimal", autocomplete: "off" }),
      ),
    );
    question.replaceChildren(...rows, element("button", { type: "submit", textContent: "check" }));
    render();
    question.querySelector("input").focus();
  }

  question.onsubmit = (event) => {
    event.preventDefault();
    const asked = questionsAt(state.position + 1);
    const fields = [...question.querySelectorAll("input")];
    const wrong = fields.find((field) => !/^(nan|.*[\d∞].*)$/.test(field.value.trim())
      || (Number.isNaN(numberIn(field.value)) && field.value.trim() !== "nan"));
    if (wrong) {
      graded.replaceChildren(element("p", { textContent: "type a number for every input" }));
      return wrong.focus();
    }
    const grades = fields.map((field, i) => grade(numberIn(field.value), asked[i], data.kinds));
    state.grades.set(state.position + 1, grades);
    graded.replaceChildren(...grades.map(({ right, text }) =>
      element("p", { className: right ? "right" : "wrong", textContent: `${right ? "✓" : "✗"} ${text}` }),
    ));
    goTo(state.position + 1, true);
    frame.focus();
  };

  function score() {
    const all = [...state.grades.values()].flat();
    const counts = new Map();
    for (const { kind } of all) if (kind) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    const most = [...counts].sort((one, other) => other[1] - one[1]);
    const kinds = most.map(([kind, count]) => `${kind}: ${count}`);
    return [`Score: ${all.filter(({ right }) => right).length} of ${all.length} right`, ...kinds].join("; ");
  }

  quiz.onclick = () => {
    state.quiz = !state.quiz;
    quiz.setAttribute("aria-pressed", String(state.quiz));
    state.grades.clear();
    goTo(state.quiz ? 0 : state.position);
  };

  // --- what moves it ---

  slider.oninput = () => goTo(Number(slider.value));

  parts.gates.forEach((gate, number) => {
    const there = data.forward.length + data.backward.findIndex((step) => step.gate === number) + 1;
    gate.addEventListener("click", () =>
      goTo(state.position === there ? number - data.leaves + 1 : there));
  });

  const keys = {
    ArrowRight: forward,
    ArrowLeft: () => goTo(state.position - 1),
    Home: () => goTo(0),
    End: () => goTo(last),
    " ": () => play.click(),
  };

  // On the window, so that these five keys, and what is typed into a field, come here before a
  // notebook takes them as shortcuts; all other keys, and all while the focus is elsewhere, are
  // left alone.
  function onKey(event) {
    const focused = root.activeElement;
    if (!focused || event.ctrlKey || event.altKey || event.metaKey) return;
    if (focused.matches("input[type=text], select")) { // a notebook would take 0, 0 as a shortcut
      if (!event.shiftKey || event.key.length === 1) event.stopImmediatePropagation();
      return;
    }
    if (event.shiftKey) return;
    if (!(event.key in keys) || (event.key === " " && focused.matches("button"))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    keys[event.key]();
  }
  frame.addEventListener("focusin", () => window.addEventListener("keydown", onKey, true));
  frame.addEventListener("focusout", () => window.removeEventListener("keydown", onKey, true));

  // The colours follow a notebook's theme where it names one, else the reader's system.
  function followTheme() {
    const { jpThemeLight, vscodeThemeKind } = document.body.dataset;
    const dark = jpThemeLight === "false" || /dark/.test(vscodeThemeKind ?? "");
    frame.dataset.theme = jpThemeLight || vscodeThemeKind ? (dark ? "dark" : "light") : "";
  }
  new MutationObserver(followTheme).observe(document.body, { attributes: true });

  const root = host.attachShadow({ mode: "open" });
  root.append(element("style", { textContent: css }), frame);
  followTheme();
  render();
}
