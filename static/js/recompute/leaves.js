// Handles, leaves and roots (section 4).

import { hex, tagged, unhex, utf8 } from "./bytes.js";
import { canonical } from "./json.js";
import { WITHHELD } from "./schema.js";
import { sha256 } from "./sha256.js";

const ZERO = Uint8Array.of(0);
const ONE = Uint8Array.of(1);

export const handleOf = (kind, drawId, salt, id) =>
  hex(tagged("dsr-draw/1/handle", kind, drawId, unhex(salt), id));

const texts = (list) => (list.length ? `[${list.map((each) => JSON.stringify(each)).join(",")}]` : "[]");

export const objectLeaf = (each) =>
  each.stratum === WITHHELD
    ? `{"handle":"${each.handle}","stratum":"${WITHHELD}"}`
    : `{"excluded":"${each.excluded}","handle":"${each.handle}","need":${texts(each.need)},` +
      `"region":${JSON.stringify(each.region)},"stratum":${JSON.stringify(each.stratum)},` +
      `"unit":${JSON.stringify(each.unit)},"weight":${each.weight}}`;

export const inspectorLeaf = ({ handle, home, max, pools, recuse, regions, skills }) =>
  canonical({ handle, home, max, pools, recuse, regions, skills });

const node = (left, right) => sha256(ONE, left, right);

// MTH of RFC 9162, 2.1.1, with the right edge only in memory.
export const rootOf = (entries, leaf, passed = () => {}) => {
  const ordered = [...entries].sort((one, other) => (one.handle < other.handle ? -1 : 1));
  const peaks = [];
  ordered.forEach((each, place) => {
    let found = sha256(ZERO, utf8(leaf(each)));
    for (let size = place + 1; size % 2 === 0; size /= 2) found = node(peaks.pop(), found);
    peaks.push(found);
    passed(place);
  });
  if (peaks.length === 0) return hex(sha256());
  return hex(peaks.reduceRight((right, left) => node(left, right)));
};
