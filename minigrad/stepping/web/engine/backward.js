// The backward pass of a circuit: of any object that has its wires, and for each gate its row.

/**
 * What a backward pass gives. A gradient is null of a constant, a contribution null towards one.
 * @typedef {object} Pass
 * @property {(number | null)[]} gradients
 * @property {(number | null)[][]} contributions
 * @property {(number | null)[][]} before of each gate, the gradients of its inputs before its turn
 * @property {(number | null)[][]} after and after it
 * @property {number[][]} local
 */

/** What a wrong pass does otherwise. @typedef {object} Rules
 * @property {boolean} [overwrite] a contribution replaces the gradient instead of adding to it
 * @property {(gate: number, place: number, local: number) => number} [local] another local gradient
 * @property {(gate: number, gradients: (number | null)[]) => void} [beforeOthers] called when a gate
 *   has sent to its leaves and not yet to other gates
 */

/**
 * Every gate, the last first, multiplies what it has received by its local gradients and sends
 * the products to its inputs. A gate that routes sends nothing where its local gradient is 0, and
 * a gate that has received nothing sends nothing: that is not 0, for 0 times an infinity is nan.
 * @param {{wires: {inputs: number[], constant: boolean}[], leaves: number, output: number, routes: boolean,
 *   localGradients: (n: number) => number[], row: (n: number) => {routes: boolean}}} circuit
 * @param {number} upstream
 * @param {Rules} rules
 * @returns {Pass}
 */
export function backwardPass(circuit, upstream, rules) {
  const { wires, output, leaves } = circuit;
  const gradients = wires.map(() => null);
  const received = new Uint8Array(wires.length);
  const [contributions, before, after, local] = [[], [], [], []];
  gradients[output] = upstream;
  received[output] = 1;
  const zero = circuit.routes ? 0 : -0; // −0 + c is c, to the last bit
  for (let n = output; n >= leaves; n--) {
    const { inputs } = wires[n];
    const row = circuit.row(n);
    local[n] = circuit.localGradients(n);
    contributions[n] = inputs.map(() => null);
    before[n] = inputs.map(() => null);
    after[n] = inputs.map(() => null);
    const send = (source, place) => {
      if (wires[source].constant) return;
      const slope = rules.local ? rules.local(n, place, local[n][place]) : local[n][place];
      local[n][place] = slope;
      const old = gradients[source];
      let [sent, sum] = [0, old ?? 0];
      if (received[n] && !(row.routes && slope === 0)) {
        sent = slope * gradients[n];
        sum = sent + (received[source] && !rules.overwrite ? old : -0);
        received[source] = 1;
      }
      sum += source < leaves ? zero : -0;
      gradients[source] = sum;
      contributions[n][place] = sent;
      before[n][place] = old;
      after[n][place] = sum;
    };
    if (rules.beforeOthers) {
      inputs.forEach((source, place) => source < leaves && send(source, place));
      rules.beforeOthers(n, gradients);
      inputs.forEach((source, place) => source < leaves || send(source, place));
    } else {
      inputs.forEach(send);
    }
  }
  for (let n = 0; n < wires.length; n++) {
    gradients[n] = wires[n].constant ? null : (gradients[n] ?? 0); // 0 of a gate that leads nowhere
  }
  return { gradients, contributions, before, after, local };
}
