// What a network minimises: each cost builds gates from outputs and a target, as nn/losses.py does.

import { apply } from "./wires.js";

/**
 * `outputs` says how many a cost takes; `target` is "numbers" (one for each output) or "class";
 * one that `takesScores` squashes them itself.
 * @type {Record<string, {title: string, outputs: "any" | "one" | "many", target: "numbers" | "class",
 *   takesScores: boolean, node: (outputs: import("./wires.js").Node[], target: any) => any}>}
 */
export const COSTS = {
  half_squared_error: cost("½ squared error", "any", "numbers", (as, ts) => apply("mul", [0.5, squares(as, ts)])),
  squared_error: cost("squared error", "any", "numbers", squares),
  mean_squared_error: cost("mean squared error", "any", "numbers", (as, ts) =>
    apply("div", [squares(as, ts), as.length]),
  ),
  binary_cross_entropy: cost("cross entropy of one score", "one", "numbers", ([z], [t]) => binaryCrossEntropy(z, t)),
  cross_entropy: cost("cross entropy of softmax", "many", "class", crossEntropy),
  hinge: cost("hinge", "one", "numbers", ([s], [t]) => hinge(s, t)),
  multiclass_hinge: cost("hinge of several scores", "many", "class", multiclassHinge),
};

function cost(title, outputs, target, node) {
  return { title, outputs, target, takesScores: title.startsWith("cross entropy"), node };
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

function multiclassHinge(scores, target) {
  const others = scores.filter((_, j) => j !== target);
  return total(
    others.map((s) => apply("relu", [apply("add", [apply("sub", [s, scores[target]]), 1])])),
  );
}
