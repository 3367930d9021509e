// The step player. `data` is made by player.py: all texts are ready, so nothing here knows a gate.
// It builds itself in a shadow root from the image that stands in its place while scripts are off.

const MILLISECONDS_A_STEP = 1600;

function startPlayer(host, css, data) {
  const image = host.querySelector("img");
  const svg = pictureOf(image);
  const parts = partsOf(svg, data);
  const history = historyOf(data);
  const last = data.forward.length + data.backward.length;
  const state = { position: data.position, timer: 0, quiz: false, asking: false, grades: new Map(), symbols: data.delta };

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
  const symbols = element("button", { type: "button", className: "symbols", textContent: "δ",
    title: "gradients as formulas in δ (d)", onclick: toggleSymbols });
  if (Object.keys(data.deltas).length) controls.append(symbols);
  const picture = element("div", { className: "picture" }, svg);
  const view = viewOf(picture, svg);
  controls.append(...view.buttons);
  const words = element("div", { className: "words" }, said, question, graded);
  words.tabIndex = 0; // it may scroll
  words.setAttribute("role", "group");
  words.setAttribute("aria-label", "what happens in this step");
  const frame = element("div", { className: "player", tabIndex: 0 }, picture, controls, words);
  const alone = host.hasAttribute("data-page"); // a page of its own
  setClass(frame, "alone", alone);
  frame.setAttribute("role", "group");
  frame.setAttribute("aria-label", "step player: left and right, Home, End and space step; up and down go from gate to gate");

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
      show(wire.tangent, known ? data.tangents[number] : "?", "tangent");
      show(wire.gradient, below(number, textAt(history.gradients[number], position)), "gradient");
    });
    parts.branches.forEach((branch, key) => {
      const source = parts.edges.get(key)?.source;
      show(branch.value, textOf(parts.wires[source]?.value), "value");
      show(branch.tangent, textOf(parts.wires[source]?.tangent), "value");
      show(branch.gradient, below(key, sentAlong(key, position)), "gradient");
    });
    parts.gates.forEach((gate, number) => {
      const index = number - data.leaves;
      const done = back ? number > lit.gate : index < position;
      setClass(gate, "active", lit?.gate === number);
      setClass(gate, "done", done && lit?.gate !== number);
    });
    parts.wires.forEach((wire, number) => light(wire, number === lit?.gate, back));
    parts.edges.forEach(({ groups, gate, source }, key) => {
      const on = gate === lit?.gate;
      for (const group of groups) setClass(group, "lit", on);
      const branch = parts.branches.get(key);
      if (branch) light(branch, on, true);
      else if (on) light(parts.wires[source], true, back);
    });
    symbols.setAttribute("aria-pressed", String(state.symbols));
    slider.value = position;
    slider.setAttribute("aria-valuetext", lit ? lit.title : "start");
    say(lit);
    view.follow(parts.gates[lit?.gate]);
    gateKeys.show(lit?.gate);
  }

  // What an element shows is kept beside it: asking the document thousands of times takes longer.
  function show(text, shown, kind) {
    if (!text || text.shown === shown) return;
    text.textContent = text.shown = shown;
    for (const one of ["unknown", "value", "tangent", "gradient"]) {
      setClass(text, one, one === (shown === "?" ? "unknown" : kind));
    }
  }

  const sentAlong = (key, position) => {
    const source = parts.edges.get(key)?.source;
    const known = data.constants.includes(source) ? history.gradients[source] : history.contributions.get(key);
    return textAt(known ?? [], position);
  };

  // A gradient that is known, as a formula in δ if the reader wants formulas and it has one.
  const below = (key, number) => (state.symbols && number !== "?" && data.deltas[key]) || number;

  function toggleSymbols() {
    if (!symbols.isConnected) return;
    state.symbols = !state.symbols;
    render();
  }

  const textOf = (text) => text?.shown ?? "?";

  // The wires of the gate at work stand out, with the numbers that the pass is about.
  function light(wire, on, back) {
    if (!wire) return;
    for (const rule of wire.rules ?? []) setClass(rule, "lit", on);
    setClass(wire.value, "bold", on && !back);
    setClass(wire.tangent, "bold", on && !back);
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
      sentence.textContent = step.prompt;
      formulas.replaceChildren();
      return;
    }
    title.textContent = step ? step.title : `start · ${data.title}`;
    sentence.textContent = step ? (state.symbols && step.inDeltas) || step.sentence : data.start;
    formulas.replaceChildren(
      ...(step?.formulas ?? []).map((formula) => element("p", { textContent: formula })),
    );
    if (state.quiz && state.position === last) graded.append(element("p", { textContent: score() }));
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
      graded.replaceChildren(element("p", { textContent: "type a number for every name" }));
      return wrong.focus();
    }
    const grades = fields.map((field, i) => grade(numberIn(field.value), asked[i], data.kinds, state.symbols));
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

  function goToGate(number) {
    const index = data.backward.findIndex((step) => step.gate === number);
    const [first, there] = [number - data.leaves + 1, data.forward.length + index + 1];
    goTo(index < 0 || state.position === there ? first : there);
  }

  parts.gates.forEach((gate, number) => gate.addEventListener("click", () => {
    goToGate(number);
    gate.focus({ preventScroll: true });
  }));
  const gateKeys = keysOfGates(parts.gates, data, goToGate);

  const root = host.attachShadow({ mode: "open" });
  listen(root, frame, alone, {
    ArrowRight: forward,
    ArrowLeft: () => goTo(state.position - 1),
    ArrowUp: () => gateKeys.move(-1),
    ArrowDown: () => gateKeys.move(1),
    Home: () => goTo(0),
    End: () => goTo(last),
    " ": () => play.click(),
    d: toggleSymbols,
    f: view.fit,
    1: view.natural,
    "+": () => view.zoom(1.25),
    "-": () => view.zoom(0.8),
  });

  // The colours follow a notebook's theme where it names one, else the reader's system.
  function followTheme() {
    const { jpThemeLight, vscodeThemeKind } = document.body.dataset;
    const dark = jpThemeLight === "false" || /dark/.test(vscodeThemeKind ?? "");
    frame.dataset.theme = jpThemeLight || vscodeThemeKind ? (dark ? "dark" : "light") : "";
  }
  new MutationObserver(followTheme).observe(document.body, { attributes: true });

  root.append(element("style", { textContent: css }), frame);
  followTheme();
  view.start();
  render();
}
