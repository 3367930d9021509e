// A circuit as mg.save writes it, so that what was opened from a file can be changed and shared.

export function savedText(circuit) {
  const wires = circuit.wires.map(({ label, constant, gate, inputs, unit }, n) => ({
    data: written(circuit.values[n]),
    ...(gate ? { gate, inputs, local: circuit.localGradients(n).map(written) } : {}),
    ...(constant ? { constant: true } : {}),
    ...(label ? { label } : {}),
    ...(unit ? { unit } : {}),
  }));
  return JSON.stringify({ format: "minigrad", version: 1, kind: "circuit", wires });
}

function written(number) {
  if (Number.isFinite(number)) return number;
  return Number.isNaN(number) ? "nan" : number > 0 ? "inf" : "-inf";
}
