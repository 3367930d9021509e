// Four short lessons to begin with: each step says a few words, and sets the page so that they are seen.

import { button, element } from "./dom.js";
import { LESSONS } from "./lesson_texts.js";

export function lessonView(app) {
  const chips = LESSONS.map((lesson, place) => button(`${place + 1}  ${lesson.title}`, () => begin(lesson), { title: lesson.what }));
  const strip = element("nav", { className: "lessons", "aria-label": "lessons" }, element("span", { className: "faint" }, "start here:"), ...chips);
  const title = element("h2");
  const words = element("div");
  const back = button("back", () => to(now.step - 1));
  const next = button("next", () => (now.step + 1 < now.lesson.steps.length ? to(now.step + 1) : end()), { className: "main" });
  const close = button("end", end, { title: "leave the lesson, and keep what is shown" });
  const card = element("section", { className: "card lesson", hidden: true, "aria-label": "lesson" },
    element("div", { className: "said", "aria-live": "polite" }, title, words),
    element("nav", { "aria-label": "steps of the lesson" }, back, next, close));
  // What a step asks for can be pressed here: on a phone the panel with the button is out of sight.
  const press = button("", () => buttonOfPanel()?.click(), { className: "press", hidden: true });
  words.after(press);
  const node = element("div", {}, strip, card);
  let now = null;

  function begin(lesson) {
    now = { lesson, step: 0 };
    to(0);
  }

  async function to(step) {
    if (step < 0) return;
    now.step = step;
    app.lesson = now;
    await now.lesson.steps[step].show(app);
    render();
    next.focus({ preventScroll: true });
  }

  function end() {
    now = app.lesson = null;
    render();
  }

  function buttonOfPanel() {
    const buttons = [...document.querySelectorAll("[role=tabpanel]:not([hidden]) button")];
    return buttons.find((one) => [].concat(now?.lesson.steps[now.step].press).includes(one.textContent));
  }

  function render() {
    const pressed = now && buttonOfPanel();
    press.hidden = !pressed;
    press.textContent = pressed ? pressed.textContent : "";
    card.hidden = !now;
    document.documentElement.toggleAttribute("data-lesson", Boolean(now)); // on a phone it takes the place of the rest
    chips.forEach((chip, place) => chip.setAttribute("aria-pressed", String(now?.lesson === LESSONS[place])));
    if (!now) return;
    const { lesson, step } = now;
    const text = lesson.steps[step].says(app);
    if (card.shown === text) return;
    card.shown = text;
    title.textContent = `${lesson.title} · ${step + 1} of ${lesson.steps.length}`;
    words.replaceChildren(...text.split("\n").map((line) => element("p", {}, line)));
    back.disabled = step === 0;
    next.textContent = step + 1 < lesson.steps.length ? "next" : "done";
  }

  return { node, render };
}
