// What the lessons say and show. `show` sets the page, `says` tells of it with the numbers of the moment.

import { rounded } from "./engine/numbers.js";

const FAN_OUT = { kind: "expression", text: "x*y + x", values: { x: 3, y: -2 } };
const NEURON = { kind: "expression", text: "sigmoid(w*x + b)", values: { w: 1, x: 1, b: 0 } };
const WRONG_ANSWER = { kind: "expression", text: "(sigmoid(w*x + b) - y)^2", values: { w: 8, x: 1, b: 0, y: 0 }, learningRate: 0.5 };
const TWO_WEIGHTS = { kind: "expression", text: "(v*tanh(w*x) - y)^2", values: { v: 1, w: -0.5, x: 1.5, y: 2 }, learningRate: 0.2 };

const wire = (app, label) => app.model.circuit.wires.findIndex((one) => one.label === label);
const value = (app, label) => rounded(app.model.circuit.values[wire(app, label)]);
const gradient = (app, label) => rounded(app.model.stepper.pass.gradients[wire(app, label)] ?? 0);

const wrongGradient = (app, label) => rounded(app.model.twin?.stepper.pass.gradients[wire(app, label)] ?? 0);
const cost = (app) => rounded(app.model.circuit.values[app.model.circuit.output]);
const wrongCost = (app) => rounded(app.model.twin?.circuit.values[app.model.circuit.output] ?? NaN);
const early = (app) => {
  const { circuit, stepper: { pass } } = app.model;
  return rounded(circuit.values[wire(app, "v")] - app.state.learningRate * pass.gradients[wire(app, "v")]);
};

// The circuit unless it is there already, with the panel and the position that the step wants.
async function stage(app, state, { tab = "numbers", position = null, values = {}, mistakes = [] } = {}) {
  await app.open({ ...state, values: { ...state.values, ...values }, mistakes, position });
  app.show(tab);
}

export const LESSONS = [
  {
    title: "a fan-out",
    what: "one number used twice: its gradients add",
    steps: [
      {
        says: () => "x is used twice: once by ×, once by +. Where its wire forks there is a dot.\nWhich way does the output go when x grows? Both ways count.",
        show: (app) => stage(app, FAN_OUT, { position: 2 }),
      },
      {
        says: () => "Backwards now. + hands on what it gets: 1 to each of its inputs.\nOne of them is a branch of x: 1 has arrived, and the other branch is still to come.",
        show: (app) => stage(app, FAN_OUT, { position: 3 }),
      },
      {
        says: (app) => `× switches its inputs: it sends 1 · y = ${value(app, "y")} to x.\nAt the dot the branches add: 1 + (${value(app, "y")}) = ${gradient(app, "x")}. That is the gradient of x.`,
        show: (app) => stage(app, FAN_OUT, { position: 4 }),
      },
      {
        says: (app) => `Drag y. One branch follows it, the other stays 1; the gradient of x is their sum, now ${gradient(app, "x")}.\nAt which y does x not matter at all?`,
        show: (app) => stage(app, FAN_OUT),
      },
      {
        says: () => "Many programs got this wrong once: they wrote = where += belongs, and the second branch wiped out the first.\nBelow, the same circuit with that mistake: what glows differs.",
        show: (app) => stage(app, FAN_OUT, { tab: "mistakes", mistakes: ["overwrite"] }),
      },
    ],
  },
  {
    title: "a saturated sigmoid",
    what: "why a neuron that is very sure learns nothing",
    steps: [
      {
        says: (app) => `A neuron: w·x + b, and σ makes a number between 0 and 1 of it, now ${cost(app)}.\nσ lets at most a quarter of the gradient through: 0.25 at 0, where it is steepest.`,
        show: (app) => stage(app, NEURON, { values: { w: 0 } }),
      },
      {
        says: (app) => `Drag w to the right, up to 8. The output goes to 1, and the gradient of w to 0: now ${gradient(app, "w")}.\nσ is flat there. Its gate is drawn dashed: it passes next to nothing.`,
        show: (app) => stage(app, NEURON, { values: { w: 1 } }),
      },
      {
        says: (app) => `This neuron answers 1 where 0 is wanted: it could not be more wrong. Press “gradient step” a few times.\nThe cost stays, now ${cost(app)}: the gradient has to come back through the flat σ.`,
        press: "gradient step",
        show: (app) => stage(app, WRONG_ANSWER),
      },
      {
        says: (app) => `The same neuron, less sure of itself: w = 1. Press “gradient step” again, and it learns: the cost is now ${cost(app)}.\nThat is why networks start with small weights, and why relu took σ's place.`,
        press: "gradient step",
        show: (app) => stage(app, WRONG_ANSWER, { values: { w: 1 } }),
      },
    ],
  },
  {
    title: "why the old weights count",
    what: "all gradients first, then all updates",
    steps: [
      {
        says: (app) => `Two weights in a row: w first, then v. The way back to w leads through v.\nSo the gradient of w, ${gradient(app, "w")}, is a multiple of v = ${value(app, "v")}: of the v with which the answer was computed.`,
        show: async (app) => {
          await stage(app, TWO_WEIGHTS, { tab: "why" });
          app.choose(wire(app, "w"));
        },
      },
      {
        says: (app) => `What if v takes its step as soon as its gradient is known, before the pass has gone on to w? v = ${value(app, "v")} becomes ${early(app)}, and the way back leads through that.\nThe gradient of w, which glows below, is then ${wrongGradient(app, "w")} in place of ${gradient(app, "w")}: that of a circuit which never ran.`,
        show: (app) => stage(app, TWO_WEIGHTS, { tab: "mistakes", mistakes: ["updated_weights"] }),
      },
      {
        says: (app) => `Press “one step of both”, six times, and watch the costs, now ${cost(app)} and ${wrongCost(app)}. The right one comes down; the wrong one hangs at 4, and nobody sees why: nothing crashes, and in the end it may even learn.\nSo: all gradients with the old weights, then all updates at once.`,
        press: "one step of both",
        show: (app) => stage(app, TWO_WEIGHTS, { tab: "mistakes", mistakes: ["updated_weights"] }),
      },
    ],
  },
  {
    title: "a network learns",
    what: "two moons, twenty numbers, and the cost goes down",
    steps: [
      {
        says: () => "Each dot is an example, the colours of the ground are what the network answers. It has not learned anything yet.\nPress “run”.",
        press: ["run", "pause"],
        show: async (app) => {
          await app.open(app.networkFirst());
          app.show("train");
        },
      },
      {
        says: () => "Boxes are neurons, wires between them weights: the thicker, the bigger; dashed ones are negative.\nClick a dot: the circuit shows that example, with today's numbers. Click a box to look inside.",
        show: async (app) => {
          if (app.state.kind !== "network") await app.open(app.networkFirst());
          app.show("train");
        },
      },
      {
        says: () => "What if every step goes the wrong way, up instead of down? In “mistakes” right and wrong train side by side.",
        show: async (app) => {
          await app.open({ ...app.networkFirst(), mistakes: ["wrong_sign"] });
          app.show("mistakes");
        },
      },
    ],
  },
];
