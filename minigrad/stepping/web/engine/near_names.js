// The name that is meant by a misspelled one, as rules/gate.py finds it with Python's difflib.

const LEAST = 0.6; // how much of two names must be the same
const MOST = 5;

/** @param {string} name @param {Iterable<string>} names */
export function nearestName(name, names) {
  const known = [...names];
  const alike = known.find((other) => other.toLowerCase() === name.toLowerCase());
  if (alike) return alike;
  const scored = known.map((other) => [ratio(other, name), other]).filter(([score]) => score >= LEAST);
  scored.sort(([a, x], [b, y]) => b - a || (x < y ? 1 : -1));
  const near = scored.slice(0, MOST).map(([, other]) => other);
  const letters = (word) => [...word].sort().join("");
  return near.find((other) => letters(other) === letters(name)) ?? near[0] ?? "";
}

// Twice the letters in matching blocks over all letters (J. Ratcliff, D. Metzener 1988).
function ratio(one, other) {
  const [a, b] = [[...one], [...other]];
  if (!a.length && !b.length) return 1;
  let matches = 0;
  const waiting = [[0, a.length, 0, b.length]];
  while (waiting.length) {
    const [aLow, aHigh, bLow, bHigh] = waiting.pop();
    const { i, j, size } = longestMatch(a, b, aLow, aHigh, bLow, bHigh);
    if (!size) continue;
    matches += size;
    waiting.push([aLow, i, bLow, j], [i + size, aHigh, j + size, bHigh]);
  }
  return (2 * matches) / (a.length + b.length);
}

function longestMatch(a, b, aLow, aHigh, bLow, bHigh) {
  let best = { i: aLow, j: bLow, size: 0 };
  let lengths = new Map();
  for (let i = aLow; i < aHigh; i++) {
    const next = new Map();
    for (let j = bLow; j < bHigh; j++) {
      if (a[i] !== b[j]) continue;
      const size = (lengths.get(j - 1) ?? 0) + 1;
      next.set(j, size);
      if (size > best.size) best = { i: i - size + 1, j: j - size + 1, size };
    }
    lengths = next;
  }
  return best;
}
