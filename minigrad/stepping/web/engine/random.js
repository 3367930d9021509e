// Python's random numbers from a seed: the Mersenne Twister (M. Matsumoto, T. Nishimura 1998), and what
// Python's random makes of it. So the lines that a page gives for Python make the same data.

const SIZE = 624;
const MIDDLE = 397;

export class PythonRandom {
  /** @param {number} seed a whole number, as random.Random(seed) takes it */
  constructor(seed) {
    this.state = new Uint32Array(SIZE);
    this.place = SIZE;
    this.nextGauss = null;
    this.seedBy(wordsOf(Math.abs(seed)));
  }

  seedFrom(number) {
    const { state } = this;
    state[0] = number;
    for (let i = 1; i < SIZE; i++) {
      state[i] = Math.imul(1812433253, state[i - 1] ^ (state[i - 1] >>> 30)) + i;
    }
  }

  seedBy(key) {
    const { state } = this;
    this.seedFrom(19650218);
    const mixed = (i, factor) => state[i] ^ Math.imul(state[i - 1] ^ (state[i - 1] >>> 30), factor);
    let i = 1;
    const next = () => {
      if (++i < SIZE) return;
      state[0] = state[SIZE - 1];
      i = 1;
    };
    for (let k = 0, j = 0; k < Math.max(SIZE, key.length); k++, j = (j + 1) % key.length) {
      state[i] = mixed(i, 1664525) + key[j] + j;
      next();
    }
    for (let k = 0; k < SIZE - 1; k++) {
      state[i] = mixed(i, 1566083941) - i;
      next();
    }
    state[0] = 0x80000000;
  }

  /** The next 32 random bits. */
  next() {
    const { state } = this;
    if (this.place === SIZE) {
      for (let i = 0; i < SIZE; i++) {
        const y = (state[i] & 0x80000000) | (state[(i + 1) % SIZE] & 0x7fffffff);
        state[i] = state[(i + MIDDLE) % SIZE] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
      }
      this.place = 0;
    }
    let y = state[this.place++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** A number from 0 to below 1. */
  random() {
    const [high, low] = [this.next() >>> 5, this.next() >>> 6];
    return (high * 67108864 + low) / 9007199254740992;
  }

  uniform(low, high) {
    return low + (high - low) * this.random();
  }

  gauss(mean, deviation) {
    let z = this.nextGauss;
    this.nextGauss = null;
    if (z === null) {
      const angle = this.random() * 2 * Math.PI;
      const radius = Math.sqrt(-2 * Math.log(1 - this.random()));
      z = Math.cos(angle) * radius;
      this.nextGauss = Math.sin(angle) * radius;
    }
    return mean + z * deviation;
  }

  /** A whole number from 0 to below `count`. */
  below(count) {
    const bits = 32 - Math.clz32(count);
    let found;
    do found = this.next() >>> (32 - bits);
    while (found >= count);
    return found;
  }

  shuffle(items) {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [items[i], items[j]] = [items[j], items[i]];
    }
  }
}

// A whole number as words of 32 bits, the lowest first.
function wordsOf(number) {
  const words = [number >>> 0];
  for (let rest = Math.floor(number / 2 ** 32); rest; rest = Math.floor(rest / 2 ** 32)) words.push(rest >>> 0);
  return words;
}
