// The step player. `data` is made by page_data.py, `functions` are the rows of javascript_gates for its
// gates. It builds itself in a shadow root from the image that stands in its place while scripts are off.

import { boxesOf } from "./boxes.js";
import { changesOf } from "./changes.js";
import { Circuit } from "./circuit.js";
import { coloursOf } from "./colours.js";
import { light, setClass, show } from "./drawn.js";
import { element, icon, iconButton } from "../dom.js";
import { grade } from "./grading.js";
import { legendOfHeat, showHeat } from "./heat.js";
import { keysOfGates, listen } from "./keys.js";
import { marksOf } from "./marks.js";
import { partsOf, pictureOf } from "./picture.js";
import { Quiz } from "./questions.js";
import { NONE, stageAt } from "./stage.js";
import { viewOf } from "./view.js";
import { Words } from "./words.js";
import { typedNumber } from "../engine/typed_number.js";

const MILLISECONDS_A_STEP = 1600;
const MILLISECONDS_UNTIL_THE_REST = 80; // of the picture is written, which is out of sight

const UPRIGHT = "(max-width: 520px)"; // a telephone, held so

// `before` is what a reader had set when the telephone was turned.
export function startPlayer(host, css, data, functions, before) {
  const image = host.querySelector("img");
  const svg = pictureOf(image, matchMedia(UPRIGHT).matches && data.down);
  const parts = partsOf(svg, data);
  const circuit = new Circuit(data, functions);
  if (before?.numbers.size) circuit.set(before.numbers);
  const words = new Words(circuit);
  parts.boxes = boxesOf(svg, words);
  const asking = new Quiz(words);
  const last = words.length;
  const state = before?.state ?? { position: data.position, timer: 0, quiz: false, asking: false, grades: new Map(), symbols: data.delta, heat: false };

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
  const play = iconButton("play", "play", () => (state.timer ? pause() : start()));
  const quiz = element("button", { type: "button", className: "quiz", textContent: "quiz" });
  quiz.setAttribute("aria-pressed", String(state.quiz));
  const controls = element(
    "div",
    { className: "controls" },
    iconButton("first", "first", () => goTo(0)),
    iconButton("back", "back", () => goTo(state.position - 1)),
    play,
    iconButton("step", "step", () => forward()),
    iconButton("last", "last", () => goTo(last)),
    slider,
    speed,
    quiz,
  );
  const symbols = element("button", { type: "button", className: "symbols", textContent: "δ",
    title: "gradients as formulas in δ (d)", onclick: toggleSymbols });
  if (Object.keys(data.deltas).length) controls.append(symbols);
  const heat = element("button", { type: "button", className: "heat", textContent: "heat",
    title: "wires in colours for the sizes of their gradients (h)", onclick: toggleHeat });
  heat.setAttribute("aria-pressed", String(state.heat));
  const legend = legendOfHeat();
  legend.hidden = !state.heat;
  const marks = marksOf(parts, words);
  if (data.mode !== "forward") controls.append(heat);
  const picture = element("div", { className: "picture" }, svg);
  const view = viewOf(picture, svg);
  picture.addEventListener("scroll", () => state.rest && render());
  controls.append(...view.buttons);
  const told = element("div", { className: "words" }, said, question, graded);
  told.tabIndex = 0; // it may scroll
  told.setAttribute("role", "group");
  told.setAttribute("aria-label", "what happens in this step");
  const live = element("div", { className: "live" });
  const frame = element("div", { className: "player", tabIndex: 0 }, picture, marks.line, controls, legend, live, told);
  const alone = host.hasAttribute("data-page"); // a page of its own
  setClass(frame, "alone", alone);
  const colours = coloursOf(frame, alone, before?.colours);
  controls.append(colours.choice);
  frame.setAttribute("role", "group");
  frame.setAttribute("aria-label", "step player: left and right, Home, End and space step; up and down go from gate to gate");

  function goTo(position, keepGrades = false) {
    pause();
    moveTo(position, keepGrades);
  }

  function moveTo(position, keepGrades = false) {
    said.setAttribute("aria-live", "polite");
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

  const questionsAt = (position) => asking.questions(position);

  // Everything is set from the position alone, and written only where it differs. While a number is
  // dragged only the numbers that can be read are written: of 300 gates a window shows some 60, and
  // laying out the texts of all takes two thirds of a drag.
  function render(inSight = () => true) {
    clearTimeout(state.rest);
    state.rest = 0;
    const position = state.position;
    const shown = state.asking ? position + 1 : position;
    const lit = words.step(shown);
    const back = lit?.back ?? false;
    const stage = stageAt(circuit, words, position);
    parts.wires.forEach((wire, number) => {
      heatOf(wire.rules, stage.gradients[number]);
      if (!inSight(wire)) return;
      const known = stage.known(number);
      show(wire.value, known ? words.value(number) : "?", "value");
      if (wire.tangent) show(wire.tangent, known ? words.rounded(circuit.tangents.get(number) ?? 0) : "?", "tangent");
      show(wire.gradient, below(number, gradientText(stage.gradients[number])), "gradient");
    });
    parts.branches.forEach((branch, key) => {
      const { source, gate, place } = parts.edges.get(key) ?? {};
      const sent = circuit.wires[source]?.constant ? stage.gradients[source] : stage.sent(gate, place);
      heatOf(branch.rules, sent);
      if (!inSight(branch)) return;
      const known = source !== undefined && stage.known(source);
      show(branch.value, known ? words.value(source) : "?", "value");
      if (branch.tangent) show(branch.tangent, known ? words.rounded(circuit.tangents.get(source) ?? 0) : "?", "value");
      show(branch.gradient, below(key, gradientText(sent)), "gradient");
    });
    parts.gates.forEach((gate, number) => {
      const index = number - data.leaves;
      const done = back ? number > lit.gate : index < position;
      setClass(gate, "active", lit?.gate === number);
      setClass(gate, "done", done && lit?.gate !== number);
    });
    parts.boxes.render(stage, lit, (formula, number) => formulaOr(formula, gradientText(number)), hot());
    marks.show(stage);
    const litWires = new Set([lit?.gate]); // what goes out and on again in one pass is painted again
    parts.edges.forEach(({ groups, gate, source, place }, key) => {
      heatOf(groups, stage.sent(gate, place));
      const on = gate === lit?.gate;
      for (const group of groups) setClass(group, "lit", on);
      const branch = parts.branches.get(key);
      if (branch) light(branch, on, true);
      else if (on) litWires.add(source);
    });
    parts.wires.forEach((wire, number) => light(wire, litWires.has(number), back));
    symbols.setAttribute("aria-pressed", String(state.symbols));
    slider.value = position;
    slider.setAttribute("aria-valuetext", lit ? words.title(shown) : "start");
    say(lit);
    const stop = stopAt(lit?.gate);
    if (lit?.gate !== state.lit) view.follow(stops[stop]);
    state.lit = lit?.gate;
    gateKeys.show(stop);
  }

  // Whether wires are coloured; undefined while they never were.
  const hot = () => (state.wasHot ? state.heat : undefined);

  function heatOf(shapes, gradient) {
    if (hot() === undefined) return;
    for (const shape of shapes ?? []) showHeat(shape, state.heat ? gradient : null, data.upstream);
  }

  function toggleHeat() {
    if (!heat.isConnected) return;
    [state.heat, state.wasHot] = [!state.heat, true];
    heat.setAttribute("aria-pressed", String(state.heat));
    legend.hidden = !state.heat;
    render();
  }

  const startText = () => data.start + (changes.isLive ? " Drag a tinted number, or type another below: all others follow." : "");

  const gradientText = (number) => (number === null ? "?" : number === NONE ? "–" : words.rounded(number));

  // A gradient that is known, as a formula in δ if the reader wants formulas and it has one.
  const formulaOr = (formula, number) => (state.symbols && number !== "?" && formula) || number;
  const below = (key, number) => formulaOr(data.deltas[key], number);

  function toggleSymbols() {
    if (!symbols.isConnected) return;
    state.symbols = !state.symbols;
    render();
  }

  function say(step) {
    question.hidden = !state.asking;
    said.classList.toggle("asking", state.asking);
    if (state.asking) {
      title.textContent = words.title(state.position + 1);
      sentence.textContent = asking.prompt(state.position + 1);
      formulas.replaceChildren();
      return;
    }
    title.textContent = step ? words.title(state.position) : `start · ${words.result()}`;
    sentence.textContent = step ? words.sentence(state.position, state.symbols) : startText();
    formulas.replaceChildren(
      ...(step ? words.formulas(state.position) : []).map((formula) => element("p", { textContent: formula })),
    );
    if (state.quiz && state.position === last) graded.append(element("p", { textContent: score() }));
  }

  // --- quiz mode ---

  function ask() {
    state.asking = true;
    graded.replaceChildren();
    const rows = questionsAt(state.position + 1).map(({ label }) =>
      element(
        "label",
        {},
        element("span", { textContent: label }),
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
    const unanswered = fields.find((field) => typedNumber(field.value) === undefined);
    if (unanswered) {
      graded.replaceChildren(element("p", { textContent: "type a number for every name" }));
      return unanswered.focus();
    }
    const grades = fields.map((field, i) => grade(typedNumber(field.value), asked[i], data.kinds, state.symbols));
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

  // A telephone that is turned gets the other picture, and a player around it.
  function turn() {
    if (!host.isConnected) return; // a notebook has lost it
    pause();
    clearTimeout(state.rest);
    const turned = host.cloneNode(true);
    host.replaceWith(turned);
    const numbers = new Map(circuit.isAsGiven ? [] : changes.movable.map((n) => [n, circuit.values[n]]));
    const now = { ...state, asking: false, lit: undefined, rest: 0 };
    startPlayer(turned, css, data, functions, { state: now, numbers, colours: colours.choice.value });
  }
  if (data.down) matchMedia(UPRIGHT).addEventListener("change", turn, { once: true });

  // --- what moves it ---

  slider.oninput = () => goTo(Number(slider.value));

  function goToGate(number) {
    const first = number - data.leaves + 1;
    const there = words.length - first + 1;
    goTo(there === state.position || there <= words.count ? first : there);
  }

  // A box is a stop at the last of its gates.
  const stops = [...parts.gates];
  const titles = new Map(parts.boxes.list.map(({ gates, title }) => [gates.at(-1), title]));
  for (const { gates, group } of parts.boxes.list) stops[gates.at(-1)] = group;
  const stopAt = (gate) => parts.boxes.at(gate)?.gates.at(-1) ?? gate;
  stops.forEach((stop, number) => stop?.addEventListener("click", () => {
    goToGate(number);
    stop.focus({ preventScroll: true });
  }));
  const gateKeys = keysOfGates(stops, (number) => titles.get(number) ?? `gate ${words.symbol(number)}`, goToGate);

  const changes = changesOf(parts, words, changed);

  // At the start nothing but the leaves is known: one who changes them wants to see what comes of it.
  function changed(isOther) {
    pause();
    if (isOther && !state.position && !state.quiz) state.position = last;
    said.setAttribute("aria-live", "off"); // the leaf itself is read out
    if (!state.rest) state.inSight = view.inSight(); // once a drag: it asks for the layout
    render(state.inSight);
    state.rest = setTimeout(() => render(), MILLISECONDS_UNTIL_THE_REST);
    describe(isOther);
    if (alone) renameTo(words.result());
  }

  function describe(isOther) {
    svg.setAttribute("aria-label", isOther ? `${words.result()}: ${words.count} gates` : image.alt);
  }

  function renameTo(result) {
    const heading = host.parentNode.querySelector("h1");
    if (heading) heading.textContent = document.title = `${result}, step by step`;
  }

  live.append(...changes.controls);
  setClass(frame, "live-picture", changes.isLive);

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
    h: toggleHeat,
    f: view.fit,
    1: view.natural,
    "+": () => view.zoom(1.25),
    "-": () => view.zoom(0.8),
  }, (event, focused) => changes.key(event, focused));

  root.append(element("style", { textContent: css }), frame);
  colours.follow();
  describe(!circuit.isAsGiven);
  view.start();
  render();
}
