// What a network minimises: each cost builds gates from outputs and a target, as nn/losses.py does.

import { GATES } from "./gates.js";
import { apply } from "./wires.js";

/**
 * `outputs` says how many a cost takes; `target` is "numbers" (one for each output) or "class";
 * one that `takesScores` squashes them itself, and a text book writes it with the probabilities.
 * @typedef {import("./wires.js").Node} Node
 * @type {Record<string, {title: string, outputs: "any" | "one" | "many", target: "numbers" | "class",
 *   takesScores: boolean, node: (outputs: Node[], target: any) => Node,
 *   textBook?: (outputs: Node[], target: any) => Node[]}>}
 */
export const COSTS = {
  half_squared_error: cost("½ squared error", "any", "numbers", (as, ts) => apply("mul", [0.5, squares(as, ts)])),
  squared_error: cost("squared error", "any", "numbers", squares),
  mean_squared_error: cost("mean squared error", "any", "numbers", (as, ts) =>
    apply("div", [squares(as, ts), as.length]),
  ),
  binary_cross_entropy: cost("cross entropy of one score", "one", "numbers", ([z], [t]) => binaryCrossEntropy(z, t), ([z], [t]) => minusLogOfOne(z, t)),
  cross_entropy: cost("cross entropy of softmax", "many", "class", crossEntropy, minusLogOfShare),
  hinge: cost("hinge", "one", "numbers", ([s], [t]) => hinge(s, t)),
  multiclass_hinge: cost("hinge of several scores", "many", "class", multiclassHinge),
};

function cost(title, outputs, target, node, textBook) {
  return { title, outputs, target, takesScores: Boolean(textBook), node, textBook };
}

const DIGITS = 1e-9; // how near a text book's number has to be: beyond, rounding has taken digits

/**
 * A cost as a reader is shown it, and what stands beside: as engine/textbook.py does.
 * @returns {[Node, ...Node[]] | null} null where the gates that compute it are shown
 */
export function asInATextBook(name, outputs, target) {
  const { node, textBook } = COSTS[name];
  const written = textBook?.(outputs, target);
  if (!written || !isNear(written[0].data, node(outputs, target).data, DIGITS)) return null;
  return sendsNumbers(written, outputs) ? written : null;
}

// Of a probability that is nearly 0 the logarithm sends back an infinity.
function sendsNumbers(written, outputs) {
  const seen = new Set(outputs);
  const waiting = [...written];
  while (waiting.length) {
    const node = waiting.pop();
    if (seen.has(node) || node.gate === null) continue;
    seen.add(node);
    const locals = GATES[node.gate].localGradients(node.inputs.map((input) => input.data), node.data);
    if (!locals.every((local, k) => Number.isFinite(local) || node.inputs[k].constant)) return false;
    waiting.push(...node.inputs);
  }
  return true;
}

/** Whether two numbers agree to a part of the larger, as math.isclose has it. */
export function isNear(one, other, part) {
  return one === other || Math.abs(one - other) <= part * Math.min(Math.max(Math.abs(one), Math.abs(other)), Number.MAX_VALUE);
}

const total = (terms) => (terms.length === 1 ? terms[0] : apply("sum", terms));

function squares(as, ts) {
  return total(as.map((a, j) => apply("pow", [apply("sub", [a, ts[j]]), 2])));
}

function hinge(score, label) {
  return apply("relu", [apply("sub", [1, apply("mul", [label > 0 ? 1 : -1, score])])]);
}

function binaryCrossEntropy(z, target) {
  if (target === 0 || target === 1) return apply("softplus", [target ? apply("neg", [z]) : z]);
  const isPositive = z.data > 0;
  const below = isPositive ? apply("neg", [z]) : z;
  const weight = isPositive ? 1 - target : target;
  const product = apply("mul", [weight, below]);
  const shown = Number.isNaN(product.data) ? apply("mul", [0, weight]) : product;
  return apply("sub", [apply("softplus", [below]), shown]);
}

// −log softmax(z)_target: log(1 + Σ exp(z_k − z_target)) over the others, if it is the largest;
// otherwise the distance to the largest is taken out of the logarithm. Nothing cancels in either.
function crossEntropy(zs, target) {
  const right = zs[target];
  const largest = apply("maximum", zs);
  const leads = right.data >= largest.data;
  const top = leads ? right : largest;
  const powers = zs.map((z) => apply("exp", [apply("sub", [z, top])]));
  const rest = total(powers.filter((_, k) => k !== target));
  if (leads) return apply("log1p", [rest]);
  const behind = apply("sub", [largest, right]);
  const missing = apply("sub", [apply("exp", [apply("neg", [behind])]), 1]);
  return apply("add", [apply("log1p", [apply("add", [rest, missing])]), behind]);
}

const LARGEST_LOGIT = 100; // of ordinary ones exponentials, and what their squares divide, are

// −log p_target, and the other p_j: p_j = exp(z_j) / Σ_k exp(z_k), as nn/shown_probabilities.py has it.
function minusLogOfShare(zs, target) {
  const largest = zs.reduce((one, other) => (other.data > one.data ? other : one)).data;
  const isOrdinary = zs.every((z) => Math.abs(z.data) <= LARGEST_LOGIT);
  const powers = zs.map((z) => apply("exp", [isOrdinary ? z : apply("sub", [z, largest])]));
  const all = total(powers);
  const shares = powers.map((power, j) => apply("div", [power, all], `p_${j + 1}`));
  return [apply("neg", [apply("log", [shares[target]])]), ...shares];
}

// −log p for the target 1, −log(1 − p) for 0, and both in between: p = σ(z).
function minusLogOfOne(z, target) {
  const p = apply("sigmoid", [z], "p");
  const not = () => apply("log", [apply("sub", [1, p])]);
  if (target === 1) return [apply("neg", [apply("log", [p])])];
  if (target === 0) return [apply("neg", [not()])];
  const both = [apply("mul", [target, apply("log", [p])]), apply("mul", [1 - target, not()])];
  return [apply("neg", [apply("add", both)])];
}

function multiclassHinge(scores, target) {
  const others = scores.filter((_, j) => j !== target);
  return total(
    others.map((s) => apply("relu", [apply("add", [apply("sub", [s, scores[target]]), 1])])),
  );
}
