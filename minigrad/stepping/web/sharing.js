// The page's address keeps what the page shows: written after a pause, read at the start.

import { hashOf, stateOf } from "./engine/share.js";

const PAUSE = 400; // milliseconds: browsers count how often an address changes

const EVERYWHERE = ["kind", "theme", "position", "show", "collapsed", "learningRate", "mistakes"];
const FIELDS = {
  expression: [...EVERYWHERE, "text", "values"],
  circuit: [...EVERYWHERE, "saved"],
  network: [
    ...EVERYWHERE, "sizes", "activations", "cost", "bias", "scheme", "seed", "firstIndex", "parameters", "example", "data", "row",
    "batchSize", "steps",
  ],
};

// What a link keeps of the state.
export function sharedState(app) {
  const { state } = app;
  return Object.fromEntries(FIELDS[state.kind].filter((name) => state[name] !== undefined).map((name) => [name, state[name]]));
}

// Whether the page has an address that opens it: one in a frame of a notebook has none.
export const hasAddress = () => /^(https?|file):/.test(location.protocol);

// The link to a state, or its end alone where the page has no address; empty where that is too large.
export function linkTo(state) {
  const hash = hashOrNone(state);
  return hash && hasAddress() ? location.href.split("#")[0] + hash : hash;
}

function hashOrNone(state) {
  try {
    return hashOf(state);
  } catch {
    return "";
  }
}

let timer;
export function writeHash(app) {
  if (!hasAddress()) return;
  clearTimeout(timer);
  timer = setTimeout(() => {
    const hash = hashOrNone(sharedState(app)); // without one, the address is not that of something else
    if (hash === location.hash) return;
    app.ownHash = hash;
    history.replaceState(null, "", hash || location.href.split("#")[0]);
  }, PAUSE);
}

// What the address says; one that says nothing right gives a message and no state.
export function readHash() {
  if (location.hash.length < 2) return { state: null, error: null };
  try {
    return { state: stateOf(location.hash), error: null };
  } catch (error) {
    return { state: null, error };
  }
}
