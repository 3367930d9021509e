// The controls below the picture: step, play, scrub, predict; and the words of the present step.

import { typedNumber } from "./engine/typed_number.js";
import { button, element, icon, iconButton, select } from "./dom.js";

const MILLISECONDS_A_STEP = 1400;

// steps: {count(), step(position), questions(position), grade(answer, question)}; go(position) is called
// when the position is to change, and the owner calls render(position) in turn.
export function transport(steps, go) {
  const state = { position: 0, timer: 0, quiz: false, asking: false, right: 0, asked: 0 };
  const slider = element("input", { type: "range", min: 0, max: 0, step: 1, "aria-label": "step" });
  slider.oninput = () => move(Number(slider.value));
  const play = iconButton("play", "play", () => (state.timer ? pause() : start()));
  const speed = select([["0.5", "½×"], ["1", "1×"], ["2", "2×"], ["4", "4×"]], "1", () => {}, { "aria-label": "speed", title: "speed" });
  const quiz = button("predict", toggleQuiz, { "aria-pressed": "false", title: "predict every number before it is shown" });
  const controls = element("div", { className: "transport", role: "group", "aria-label": "steps" },
    iconButton("first", "to the start", () => move(0)),
    iconButton("back", "one step back", () => move(state.position - 1)),
    play,
    iconButton("step", "one step on", forward),
    iconButton("last", "to the end", () => move(steps.count())),
    slider, speed, quiz);

  const title = element("strong");
  const sentence = element("p");
  const formulas = element("div", { className: "formulas" });
  const said = element("div", { "aria-live": "polite" }, element("p", {}, title), sentence, formulas);
  const question = element("form", { className: "question", hidden: true });
  const graded = element("div", { "aria-live": "polite" });
  const words = element("div", { className: "words" }, said, question, graded);

  function move(position) {
    pause();
    state.asking = false;
    graded.replaceChildren();
    go(Math.max(0, Math.min(steps.count(), position)));
  }

  function forward() {
    pause();
    if (state.asking) return void question.querySelector("input")?.focus();
    if (state.position === steps.count()) return;
    if (state.quiz && steps.questions(state.position + 1).length) return ask();
    move(state.position + 1);
  }

  function start() {
    if (state.position === steps.count()) move(0);
    const tick = () => {
      if (state.quiz && steps.questions(state.position + 1).length) { pause(); return ask(); }
      state.asking = false;
      graded.replaceChildren();
      go(state.position + 1);
      if (state.position >= steps.count()) return pause();
      state.timer = setTimeout(tick, MILLISECONDS_A_STEP / Number(speed.value));
    };
    state.timer = setTimeout(tick, 200);
    looks("pause");
  }

  function pause() {
    clearTimeout(state.timer);
    state.timer = 0;
    looks("play");
  }

  function looks(name) {
    if (play.title === name) return;
    play.replaceChildren(icon(name));
    play.title = name;
    play.setAttribute("aria-label", name);
  }

  // --- predicting ---

  function toggleQuiz() {
    state.quiz = !state.quiz;
    state.right = state.asked = 0;
    quiz.setAttribute("aria-pressed", String(state.quiz));
    state.asking = false;
    graded.replaceChildren();
    go(state.quiz && state.position === steps.count() ? 0 : state.position);
    if (state.quiz) forward();
  }

  function ask() {
    state.asking = true;
    graded.replaceChildren();
    go(state.position);
    question.querySelector("input")?.focus({ preventScroll: true });
  }

  function showQuestions() {
    question.hidden = !state.asking;
    if (!state.asking) return;
    const asked = steps.questions(state.position + 1);
    question.replaceChildren(
      ...asked.map((one) => element("label", { className: "field" }, element("i", {}, one.label),
        element("input", { type: "text", inputMode: "text", autocomplete: "off" }))),
      element("button", { type: "submit", className: "main" }, "check"),
      button("show me", () => answered(asked, null)));
    question.onsubmit = (event) => {
      event.preventDefault();
      const typed = [...question.querySelectorAll("input")].map((input) => numberIn(input.value));
      if (typed.some(Number.isNaN)) return graded.replaceChildren(element("p", {}, "type a number for every name"));
      answered(asked, typed);
    };
  }

  function answered(asked, typed) {
    const lines = asked.map((one, place) => {
      if (!typed) return element("p", {}, one.truth);
      const { right, text } = steps.grade(typed[place], one);
      state.asked += 1;
      state.right += right ? 1 : 0;
      return element("p", { className: right ? "right" : "wrong" }, `${right ? "✓" : "✗"} ${text}`);
    });
    state.asking = false;
    go(state.position + 1);
    if (typed) lines.push(element("p", { className: "faint" }, `score: ${state.right} of ${state.asked} right`));
    graded.replaceChildren(...lines);
    controls.querySelector('[aria-label="one step on"]').focus({ preventScroll: true });
  }

  // What is said at a position; while a prediction is asked for, of the next step only its gate.
  function render(position) {
    state.position = position;
    const last = steps.count();
    slider.max = last;
    slider.value = position;
    const shown = steps.step(state.asking ? position + 1 : position);
    slider.setAttribute("aria-valuetext", shown.title);
    title.textContent = shown.title;
    sentence.textContent = state.asking ? shown.prompt : shown.sentence;
    formulas.replaceChildren(...(state.asking ? [] : shown.formulas ?? []).map((line) => element("p", {}, line)));
    showQuestions();
  }

  return {
    controls, words, render, move, forward, pause,
    back: () => move(state.position - 1),
    toStart: () => move(0),
    toEnd: () => move(steps.count()),
    playOrPause: () => (state.timer ? pause() : start()),
    get asking() { return state.asking; },
    get predicting() { return state.quiz && state.position < steps.count(); },
  };
}

// A typed number as people write it: −0,5 or .5 or ∞.
export const numberIn = (text) => typedNumber(text) ?? NaN;
