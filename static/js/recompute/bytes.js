// Bytes, hexadecimal digits, lengths and tagged hashes (section 2 of the specification).

import { Sha256 } from "./sha256.js";

const encoder = new TextEncoder();
const PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

export const utf8 = (text) => encoder.encode(text);

export const hex = (bytes) => {
  let found = "";
  for (let at = 0; at < bytes.length; at += 1) found += PAIRS[bytes[at]];
  return found;
};

const digit = (code) => (code < 58 ? code - 48 : code - 87);

// Digits have been checked by whoever read them.
export const unhex = (text, into = new Uint8Array(text.length / 2)) => {
  for (let at = 0; at < into.length; at += 1) {
    into[at] = (digit(text.charCodeAt(2 * at)) << 4) | digit(text.charCodeAt(2 * at + 1));
  }
  return into;
};

export const u32 = (number) =>
  Uint8Array.of(number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255);

export const joined = (...parts) => {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
};

const asBytes = (part) => (typeof part === "string" ? utf8(part) : part);

export const prefixed = (part) => {
  const bytes = asBytes(part);
  return joined(u32(bytes.length), bytes);
};

export const tagged = (tag, ...parts) => {
  const hash = new Sha256().update(prefixed(tag));
  for (const part of parts) {
    const bytes = asBytes(part);
    hash.update(u32(bytes.length)).update(bytes);
  }
  return hash.digest();
};
