// What is known at a position: for every wire the texts of its gradient.

// For every wire the texts of its gradient, each with the position from which on it holds.
function historyOf(data) {
  const gradients = data.values.map(() => []);
  const contributions = new Map();
  for (const wire of data.constants) gradients[wire].push([0, "–"]); // gets none, ever
  if (data.backward.length) gradients[data.output].push([data.forward.length, data.upstream]);
  data.backward.forEach((step, index) => {
    const position = data.forward.length + index + 1;
    for (const [wire, place, contribution, after] of step.sent) {
      gradients[wire].push([position, after]);
      contributions.set(`${step.gate}-${place}`, [[position, contribution]]);
    }
  });
  return { gradients, contributions };
}

function textAt(history, position) {
  let text = "?";
  for (const [from, shown] of history) if (from <= position) text = shown;
  return text;
}
