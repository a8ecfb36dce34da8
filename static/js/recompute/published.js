// Holds a package against what was published of its draw (portal/domain/sortition/stated.py in Python): "same",
// "other", or "unsaid" where nothing to compare with is public, or not yet. `record` is a draw as the API answers it.

import { hex, tagged, unhex } from "./bytes.js";
import { canonical } from "./json.js";

const told = (published, computed) => {
  if (published === null) return "unsaid";
  return published === computed ? "same" : "other";
};

const sealed = ({ sealed_nonce: nonce }, result) =>
  nonce === null ? null : hex(tagged("dsr-draw/1/sealed", unhex(nonce), canonical(result)));

const opened = (salt, drawId, number, event) =>
  hex(tagged("dsr-draw/1/replacement", unhex(salt), drawId, String(number), canonical(event)));

const replaced = ({ replacements }, { plan, replacements: events }) => {
  if (events.length !== replacements.length) return "other";
  const each = events.map((event, place) => {
    const { digest, salt } = replacements[place];
    return salt === null ? "unsaid" : told(digest, opened(salt, plan.drawId, place + 1, event));
  });
  return ["other", "unsaid"].find((one) => each.includes(one)) ?? "same";
};

// found: the package as read; result: what it yields.
export const compare = (record, found, { result, result_hash: resultHash }) => {
  const isOut = record.result_hash !== null;
  return {
    commit: told(record.commitment, canonical(found.commit.written)),
    sealed: isOut ? told(record.sealed, sealed(record, result)) : "unsaid",
    result: told(record.result_hash, resultHash),
    replacements: isOut ? replaced(record, found) : "unsaid",
  };
};
