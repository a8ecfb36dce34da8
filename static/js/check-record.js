// Verifies one record against the log, in the reader's own browser: RFC 9162 inclusion,
// the salted commitment, and the signature of the checkpoint. Every word shown stands in the page.
"use strict";

const TAG = "dsr-log/1/commit";
const utf8 = new TextEncoder();

const joined = (...parts) => {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
};

const prefixed = (part) => {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, part.length);
  return joined(length, part);
};

const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (text) => {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new Error("hex");
  return Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
};
const base64 = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));

const commitmentOf = async (record, salt) =>
  hex(await sha256(joined(prefixed(utf8.encode(TAG)), prefixed(unhex(salt)), prefixed(utf8.encode(record)))));

const node = (left, right) => sha256(joined(Uint8Array.of(1), left, right));

// RFC 9162, 2.1.3.2; null where the path does not fit the place. Numbers stay below 2^31.
const rootOf = async (entry, index, size, path) => {
  if (!(Number.isInteger(index) && index >= 0 && index < size)) return null;
  let place = index;
  let last = size - 1;
  let found = await sha256(joined(Uint8Array.of(0), utf8.encode(entry)));
  for (const each of path.map(unhex)) {
    if (last === 0) return null;
    if (place % 2 === 1 || place === last) {
      found = await node(each, found);
      while (place !== 0 && place % 2 === 0) {
        place >>= 1;
        last >>= 1;
      }
    } else {
      found = await node(found, each);
    }
    place >>= 1;
    last >>= 1;
  }
  return last === 0 ? hex(found) : null;
};

const split = (note) => {
  const cut = note.lastIndexOf("\n\n");
  const text = note.slice(0, cut + 1);
  const [origin, size, root] = text.split("\n");
  const lines = note.slice(cut + 2).split("\n");
  const signatures = lines.slice(0, -1).map((line) => line.match(/^— (\S+) (\S+)$/));
  // The whole note is shown: a line among the signatures that is none would be read as if it were signed.
  const isNote = lines.at(-1) === "" && !signatures.includes(null);
  return { text, origin, size: Number(size), root: hex(base64(root)), signatures: isNote ? signatures : [] };
};

// True or false; undefined where this browser knows no Ed25519.
const isSigned = async (head, vkey) => {
  const [name, id] = vkey.split("+", 2);
  const key = base64(vkey.slice(name.length + id.length + 2)).slice(1);
  const stated = hex((await sha256(joined(utf8.encode(`${name}\n`), Uint8Array.of(1), key))).slice(0, 4));
  let ready;
  try {
    ready = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
  } catch (error) {
    // What is no key is not the browser's fault: nothing is signed with it.
    return error.name === "NotSupportedError" ? undefined : false;
  }
  for (const [, signer, text] of head.signatures) {
    const raw = base64(text);
    if (signer === name && signer === head.origin && hex(raw.slice(0, 4)) === id && id === stated) {
      return crypto.subtle.verify({ name: "Ed25519" }, ready, raw.slice(4), utf8.encode(head.text));
    }
  }
  return false;
};

const start = () => {
  const place = document.getElementById("check");
  const form = document.getElementById("check-form");
  const words = place.dataset;
  const verdict = place.querySelector("[data-verdict]");
  const steps = place.querySelector("[data-steps]");
  const shown = place.querySelector("[data-shown]");

  const say = (text, mark) => {
    verdict.className = mark ? `notice notice--${mark}` : "notice";
    verdict.firstElementChild.textContent = text;
  };

  const step = (text, outcome) => {
    const line = document.createElement("li");
    const word = outcome === undefined ? words.skipped : outcome ? words.yes : words.no;
    line.textContent = `${word}: ${text}`;
    line.dataset.outcome = outcome === undefined ? "skipped" : String(outcome);
    steps.append(line);
    return outcome;
  };

  const verified = async (proof, kind, id) => {
    const entry = JSON.parse(proof.entry);
    const head = split(proof.checkpoint);
    const record = JSON.parse(proof.record);
    // The newest head is signed by the newest key: what one that has handed over signs counts for nothing.
    const vkey = proof.vkeys.at(-1);
    const told = [
      [words.record, record.id === id && proof.kind === kind],
      [words.commitment, (await commitmentOf(proof.record, proof.salt)) === entry.commitment],
      [words.path, (await rootOf(proof.entry, proof.index, head.size, proof.path)) === head.root],
      [words.signature, await isSigned(head, vkey)],
    ];
    return () => {
      for (const [name, text] of [
        ["text", proof.record], ["entry", proof.entry], ["note", proof.checkpoint], ["key", vkey],
      ]) {
        shown.querySelector(`[data-${name}]`).textContent = text;
      }
      shown.hidden = false;
      const outcomes = told.map(([text, outcome]) => step(text, outcome));
      if (outcomes.includes(false)) say(words.broken, "error");
      else if (outcomes.includes(undefined)) say(words.unsigned, "warn");
      else say(words.all, "ok");
    };
  };

  const answered = async (kind, id) => {
    const answer = await fetch(`${words.proof}?${new URLSearchParams({ kind, id })}`);
    if (answer.status === 404 || answer.status === 410) return () => say(words.gone, "warn");
    if (!answer.ok) throw new Error(String(answer.status));
    return verified(await answer.json(), kind, id);
  };

  let turn = 0;

  const run = async () => {
    turn += 1;
    const mine = turn;
    const [kind, id] = location.hash.slice(1).split("/").map(decodeURIComponent);
    if (!kind || !id) return;
    form.elements.kind.value = kind;
    form.elements.id.value = id;
    steps.replaceChildren();
    shown.hidden = true;
    place.hidden = false;
    if (!globalThis.crypto?.subtle) {
      say(words.insecure, "warn");
      return;
    }
    say(words.busy);
    const tell = await answered(kind, id).catch(() => () => say(words.failed, "error"));
    // What was asked before may be answered last: it says nothing of the record that is asked for now.
    if (mine === turn) tell();
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const wanted = `#${form.elements.kind.value}/${encodeURIComponent(form.elements.id.value.trim())}`;
    if (location.hash === wanted) run();
    else location.hash = wanted;
  });
  globalThis.addEventListener("hashchange", run);
  run();
};

start();
