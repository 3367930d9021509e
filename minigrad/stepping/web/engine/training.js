// Stochastic gradient descent: a step is the gradient of a batch's mean cost, and p ← p − lr·g. Batches
// come in an order that is shuffled anew in every epoch, as mg.fit shuffles it.

import { Batch, outputsOf } from "./batch.js";
import { PythonRandom } from "./random.js";
import { classShares } from "./decision_grid.js";

const MOST_HISTORY = 100_000;
export const MOST_WORK = 2_000_000; // parameters times rows: a step takes 100 ms then, and 100 MB

/**
 * @typedef {object} TrainingSettings
 * @property {number} [learningRate]
 * @property {number} [batchSize] 0 for all rows
 * @property {string[]} [mistakes] see mistakes.js
 * @property {number} [seed] of the shuffle
 */

export class Training {
  /** @param {import("./network.js").Network} network @param {import("./data.js").Data} data
   *  @param {TrainingSettings} settings */
  constructor(network, data, { learningRate = 0.1, batchSize = 0, mistakes = [], seed = 0 } = {}) {
    const count = network.parameters().length;
    if (count * data.X.length > MOST_WORK) {
      throw new RangeError(`${count} parameters are too many for ${data.X.length} points here: make one of the two smaller`);
    }
    Object.assign(this, { network, data, learningRate, batchSize, mistakes });
    this.batch = new Batch(network, data.X, data.Y);
    this.random = new PythonRandom(seed);
    this.steps = 0;
    /** @type {number[]} the mean cost of each step's batch, before the step */
    this.history = [];
    this.order = [];
    this.kept = null; // gradients that nobody has set to zero
  }

  get isStopped() {
    return this.stopped ?? "";
  }

  /** The rows of the next step. */
  next() {
    const count = this.data.X.length;
    const all = [...this.data.X.keys()];
    if (!this.batchSize || this.batchSize >= count) return all;
    if (!this.order.length) {
      this.random.shuffle(all);
      this.order = all;
    }
    return this.order.splice(0, this.batchSize);
  }

  /** One step; the mean cost before it. After a cost that is not finite nothing changes any more. */
  step() {
    if (this.stopped) return this.history.at(-1);
    const cost = this.batch.forward(this.next());
    const gradients = this.gradients();
    const isFinite = Number.isFinite(cost) && gradients.every(Number.isFinite);
    this.history.push(cost);
    if (this.history.length > MOST_HISTORY) this.history.splice(0, MOST_HISTORY / 2);
    if (!isFinite) {
      this.stopped = `the cost became ${Number.isNaN(cost) ? "nan" : cost}: lower the learning rate and begin again`;
      return cost;
    }
    const rate = this.mistakes.includes("wrong_sign") ? -this.learningRate : this.learningRate;
    const old = this.network.parameters();
    this.network.setParameters(old.map((p, i) => p - rate * gradients[i]));
    this.steps += 1;
    return cost;
  }

  gradients() {
    const has = (name) => this.mistakes.includes(name);
    const found = this.batch.backward({
      overwrite: has("overwrite"),
      noSlope: has("no_slope"),
      updateRate: has("updated_weights") ? this.learningRate : undefined,
    });
    if (!has("no_zero_grad")) return found;
    this.kept = found.map((gradient, i) => (this.kept?.[i] ?? 0) + gradient);
    return this.kept;
  }

  /** The mean cost over all rows now. */
  cost() {
    return this.batch.forward([...this.data.X.keys()]);
  }

  /** The share of rows that are classified right. */
  accuracy() {
    const outputs = outputsOf(this.network, this.data.X);
    const right = this.data.Y.filter((label, row) => {
      const numbers = outputs.map((each) => each[row]);
      if (numbers.some(Number.isNaN)) return false;
      const shares = classShares(this.network, numbers);
      const named = numbers.length > 1 ? numbers.indexOf(Math.max(...numbers)) : Number(shares[1] > 0.5);
      return named === label;
    });
    return right.length / this.data.Y.length;
  }
}
