// SHA-256 and HMAC-SHA256 (FIPS 180-4, RFC 2104), synchronous: WebCrypto answers each call with a
// promise, which is slow for millions of short texts. A test holds them against WebCrypto.

const isPrime = (number) => {
  for (let by = 2; by * by <= number; by += 1) if (number % by === 0) return false;
  return true;
};

// The first 32 bits of the fractional part of a root of each of the first primes.
const fractions = (count, root) => {
  const found = new Int32Array(count);
  let number = 2;
  for (let at = 0; at < count; number += 1) {
    if (isPrime(number)) {
      const value = number ** root;
      found[at] = ((value - Math.floor(value)) * 2 ** 32) | 0;
      at += 1;
    }
  }
  return found;
};

const START = fractions(8, 1 / 2);
const ROUND = fractions(64, 1 / 3);
const SCHEDULE = new Int32Array(64);

const compress = (state, block, offset) => {
  const w = SCHEDULE;
  for (let at = 0, from = offset; at < 16; at += 1, from += 4) {
    w[at] = (block[from] << 24) | (block[from + 1] << 16) | (block[from + 2] << 8) | block[from + 3];
  }
  for (let at = 16; at < 64; at += 1) {
    const x = w[at - 15];
    const y = w[at - 2];
    const low = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const high = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[at] = (w[at - 16] + low + w[at - 7] + high) | 0;
  }
  let [a, b, c, d, e, f, g, h] = [
    state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7],
  ];
  for (let at = 0; at < 64; at += 1) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const first = (h + s1 + ((e & f) ^ (~e & g)) + ROUND[at] + w[at]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const second = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
};

export class Sha256 {
  constructor() {
    this.state = new Int32Array(START);
    this.block = new Uint8Array(64);
    this.filled = 0;
    this.length = 0;
  }

  reset() {
    this.state.set(START);
    this.filled = 0;
    this.length = 0;
    return this;
  }

  become(other) {
    this.state.set(other.state);
    this.block.set(other.block);
    this.filled = other.filled;
    this.length = other.length;
    return this;
  }

  update(bytes, end = bytes.length) {
    let at = 0;
    this.length += end;
    if (this.filled) {
      while (at < end && this.filled < 64) {
        this.block[this.filled] = bytes[at];
        this.filled += 1;
        at += 1;
      }
      if (this.filled < 64) return this;
      compress(this.state, this.block, 0);
      this.filled = 0;
    }
    for (; at + 64 <= end; at += 64) compress(this.state, bytes, at);
    for (; at < end; at += 1) {
      this.block[this.filled] = bytes[at];
      this.filled += 1;
    }
    return this;
  }

  // Pads and leaves the digest in `state`, as eight words.
  finish() {
    const { block, state, length } = this;
    block[this.filled] = 0x80;
    block.fill(0, this.filled + 1);
    if (this.filled >= 56) {
      compress(state, block, 0);
      block.fill(0);
    }
    const high = Math.floor(length / 2 ** 29);
    const low = (length << 3) >>> 0;
    for (let at = 0; at < 4; at += 1) {
      block[56 + at] = high >>> (24 - 8 * at);
      block[60 + at] = low >>> (24 - 8 * at);
    }
    compress(state, block, 0);
    return this;
  }

  digest(into = new Uint8Array(32)) {
    this.finish();
    for (let at = 0; at < 8; at += 1) {
      const word = this.state[at];
      into[4 * at] = word >>> 24;
      into[4 * at + 1] = word >>> 16;
      into[4 * at + 2] = word >>> 8;
      into[4 * at + 3] = word;
    }
    return into;
  }
}

export const sha256 = (...parts) => {
  const hash = new Sha256();
  for (const part of parts) hash.update(part);
  return hash.digest();
};

// HMAC under a key of at most 64 bytes; key and beginning of the text are absorbed once.
export class Keyed {
  constructor(key, beginning = new Uint8Array(0)) {
    const padded = new Uint8Array(64);
    padded.set(key);
    this.inner = new Sha256().update(padded.map((byte) => byte ^ 0x36)).update(beginning);
    this.outer = new Sha256().update(padded.map((byte) => byte ^ 0x5c));
    this.work = new Sha256();
    this.between = new Uint8Array(32);
  }

  // The object whose `state` holds the eight words of the HMAC until the next call.
  words(rest) {
    this.work.become(this.inner).update(rest).digest(this.between);
    return this.work.become(this.outer).update(this.between).finish();
  }

  digest(rest) {
    this.work.become(this.inner).update(rest).digest(this.between);
    return this.work.become(this.outer).update(this.between).digest();
  }
}
