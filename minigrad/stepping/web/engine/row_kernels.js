// The loops of rows.js as WebAssembly, two rows at a time: the same operations on the same numbers in
// the same order, so the bits are those of the loops in JavaScript. The module is written here.

const GET = 0x20, SET = 0x21, CONST = 0x41, PLUS = 0x6a, AND = 0x71, IS_LESS = 0x49, NOT = 0x45;
const BLOCK = [0x02, 0x40], LOOP = [0x03, 0x40], IF = [0x04, 0x40], END = 0x0b;
const BRANCH = 0x0c, BRANCH_IF = 0x0d;
const [OUT, X, Y, SIZE, STOP] = [0, 1, 2, 3, 4]; // the arguments and one variable: places in bytes

const TWO = { bytes: 16, load: [0xfd, 0, 0, 0], store: [0xfd, 11, 0, 0], add: [0xfd, 0xf0, 1], sub: [0xfd, 0xf1, 1], mul: [0xfd, 0xf2, 1] };
const ONE = { bytes: 8, load: [0x2b, 0, 0], store: [0x39, 0, 0], add: [0xa0], sub: [0xa1], mul: [0xa2] };

const at = (place, { load }) => [GET, place, ...load];

// what stands at `out` afterwards
const KERNELS = {
  mul: (rows) => [...at(X, rows), ...at(Y, rows), ...rows.mul],
  add: (rows) => [...at(X, rows), ...at(Y, rows), ...rows.add],
  sub: (rows) => [...at(X, rows), ...at(Y, rows), ...rows.sub],
  addTo: (rows) => [...at(OUT, rows), ...at(X, rows), ...rows.add],
  takeFrom: (rows) => [...at(OUT, rows), ...at(X, rows), ...rows.sub],
  addProductTo: (rows) => [...at(OUT, rows), ...at(X, rows), ...at(Y, rows), ...rows.mul, ...rows.add],
};

const stored = (value, rows) => [GET, OUT, ...value(rows), ...rows.store];
const advanced = (place) => [GET, place, CONST, TWO.bytes, PLUS, SET, place];

function body(value) {
  const wholePairs = [GET, OUT, GET, SIZE, CONST, 0x70, AND, PLUS, SET, STOP]; // 0x70 is −16
  const isDone = [GET, OUT, GET, STOP, IS_LESS, NOT, BRANCH_IF, 1];
  const pairs = [...isDone, ...stored(value, TWO), ...[OUT, X, Y].flatMap(advanced), BRANCH, 0];
  const last = [GET, SIZE, CONST, ONE.bytes, AND, ...IF, ...stored(value, ONE), END];
  return [1, 1, 0x7f, ...wholePairs, ...BLOCK, ...LOOP, ...pairs, END, END, ...last, END];
}

const sized = (bytes) => {
  const size = bytes.length;
  return size < 128 ? [size, ...bytes] : [(size & 127) | 128, size >> 7, ...bytes];
};
const list = (parts) => [parts.length, ...parts.flat()];
const text = (name) => sized([...name].map((letter) => letter.charCodeAt(0)));
const section = (number, bytes) => [number, ...sized(bytes)];

function moduleBytes() {
  const kernels = Object.entries(KERNELS);
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list([[0x60, 4, 0x7f, 0x7f, 0x7f, 0x7f, 0]])),
    ...section(2, list([[...text("page"), ...text("memory"), 2, 0, 1]])),
    ...section(3, list(kernels.map(() => [0]))),
    ...section(7, list(kernels.map(([name], i) => [...text(name), 0, i]))),
    ...section(10, list(kernels.map(([, value]) => sized(body(value))))),
  ]);
}

let compiled; // the module; null where there is no WebAssembly with vectors

function compile() {
  try {
    return new WebAssembly.Module(moduleBytes());
  } catch {
    return null;
  }
}

/**
 * Memory for so many floats, and the loops on it, which take places and a size in bytes.
 * @returns {{numbers: Float64Array, kernels: Record<string, (out: number, x: number, y: number,
 *   size: number) => void> | null}} no kernels where the engine of the page has no WebAssembly
 */
export function memoryOf(count) {
  compiled = compiled === undefined ? compile() : compiled;
  if (!compiled) return { numbers: new Float64Array(count), kernels: null };
  const memory = new WebAssembly.Memory({ initial: Math.ceil(count / 8192) + 1 });
  const { exports } = new WebAssembly.Instance(compiled, { page: { memory } });
  return { numbers: new Float64Array(memory.buffer, 0, count), kernels: exports };
}

/** As if there were no WebAssembly, for tests; true again for what there is. */
export function useKernels(wanted) {
  compiled = wanted ? undefined : null;
}
