// What stands in the circle of a gate: its symbol; of a power with a constant exponent x², not xʸ.

import { GATES } from "./gates.js";
import { unicodeName } from "./labels.js";
import { rounded } from "./numbers.js";

const SMALL = { "-": "⁻", ...Object.fromEntries([..."⁰¹²³⁴⁵⁶⁷⁸⁹"].map((letter, digit) => [digit, letter])) };

export function gateSymbol(circuit, n) {
  const { gate, inputs } = circuit.wires[n];
  const row = GATES[gate];
  if (!hasConstantInSymbol(circuit, n)) return row.symbol;
  const text = rounded(circuit.values[inputs.at(-1)]).replace("−", "-");
  if (/^-?\d+$/.test(text)) return `x${[...text].map((letter) => SMALL[letter]).join("")}`;
  return text.startsWith("-") ? `x^(${text.replace("-", "−")})` : `x^${text}`;
}

/** Whether the gate behind a wire is shown together with its last input. */
export function hasConstantInSymbol(circuit, n) {
  const { gate, inputs } = circuit.wires[n];
  if (!GATES[gate].constantInSymbol) return false;
  const wires = inputs.map((source) => circuit.wires[source]);
  const last = wires.pop();
  return last.constant && !unicodeName(last.label) && !wires.some((wire) => wire.constant);
}
