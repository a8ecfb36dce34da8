// Strict JSON in, canonical JSON out (sections 2 and 3). The browser's own parser takes doubled keys,
// floats and nulls, and would hide them. Objects become Maps, so that no key is special.

import { Fault } from "./fault.js";

const DEEPEST = 512;
const ESCAPES = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
const FOUR = /^[0-9a-fA-F]{4}$/;
const WHOLE = /(?:0|[1-9][0-9]{0,15})(?![0-9.eE])/y;

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  fail() {
    throw new Fault("E_JSON");
  }

  blanks() {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
      this.at += 1;
    }
  }

  // Steps over one character, with the blanks after it.
  take(character) {
    if (this.text[this.at] !== character) this.fail();
    this.at += 1;
    this.blanks();
  }

  has(character) {
    return this.text[this.at] === character;
  }

  value(depth) {
    if (depth > DEEPEST) this.fail();
    switch (this.text[this.at]) {
      case "{":
        return this.object(depth);
      case "[":
        return this.array(depth);
      case '"':
        return this.string();
      case "t":
        return this.word("true", true);
      case "f":
        return this.word("false", false);
      default:
        return this.number();
    }
  }

  object(depth) {
    const found = new Map();
    this.take("{");
    if (!this.has("}")) {
      for (;;) {
        if (!this.has('"')) this.fail();
        const key = this.string();
        if (found.has(key)) this.fail();
        this.blanks();
        this.take(":");
        found.set(key, this.value(depth + 1));
        this.blanks();
        if (!this.has(",")) break;
        this.take(",");
      }
    }
    if (!this.has("}")) this.fail();
    this.at += 1;
    return found;
  }

  array(depth) {
    const found = [];
    this.take("[");
    if (!this.has("]")) {
      for (;;) {
        found.push(this.value(depth + 1));
        this.blanks();
        if (!this.has(",")) break;
        this.take(",");
      }
    }
    if (!this.has("]")) this.fail();
    this.at += 1;
    return found;
  }

  string() {
    const { text } = this;
    let from = this.at + 1;
    let found = "";
    for (let at = from; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === 34) {
        this.at = at + 1;
        return found + text.slice(from, at);
      }
      if (code < 32) this.fail();
      if (code === 92) {
        found += text.slice(from, at);
        at += 1;
        if (text[at] === "u") {
          const digits = text.slice(at + 1, at + 5);
          if (!FOUR.test(digits)) this.fail();
          found += String.fromCharCode(parseInt(digits, 16));
          at += 4;
        } else {
          if (!Object.hasOwn(ESCAPES, text[at])) this.fail();
          found += ESCAPES[text[at]];
        }
        from = at + 1;
      }
    }
    return this.fail();
  }

  word(word, value) {
    if (!this.text.startsWith(word, this.at)) this.fail();
    this.at += word.length;
    return value;
  }

  number() {
    WHOLE.lastIndex = this.at;
    const match = WHOLE.exec(this.text);
    const number = match ? Number(match[0]) : NaN;
    if (!Number.isSafeInteger(number)) this.fail();
    this.at += match[0].length;
    return number;
  }
}

// Bytes to values; throws E_JSON.
export const parse = (bytes) => {
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Fault("E_JSON");
  }
  const reader = new Reader(text);
  reader.blanks();
  const found = reader.value(0);
  reader.blanks();
  if (reader.at !== text.length) reader.fail();
  return found;
};

// Keys are ASCII and JSON.stringify escapes of a text what RFC 8785 escapes.
export const canonical = (value) => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value === "object") {
    const pairs = value instanceof Map ? [...value] : Object.entries(value);
    const sorted = pairs.sort(([one], [other]) => (one < other ? -1 : 1));
    return `{${sorted.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join(",")}}`;
  }
  return JSON.stringify(value);
};
