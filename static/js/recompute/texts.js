// The rules for texts: what looks alike must be alike (section 3.1).

import { utf8 } from "./bytes.js";
import { demand } from "./fault.js";

const PLAIN = /^[!-~]{1,256}$/;
const FORBIDDEN =
  /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/u;
const EDGE = /^[ \u3000]|[ \u3000]$/;

export const isText = (text) =>
  PLAIN.test(text) ||
  (text !== "" &&
    text.length <= 256 &&
    !FORBIDDEN.test(text) &&
    utf8(text).length <= 256 &&
    !EDGE.test(text) &&
    text.normalize("NFC") === text);

export const checkTexts = ({ plan, objects, inspectors, earlier }) => {
  const good = new Set();
  const check = (text) => {
    if (good.has(text)) return;
    demand(isText(text), "E_TEXT");
    good.add(text);
  };
  const orEmpty = (text) => text === "" || check(text);
  plan.descriptions.forEach(orEmpty);
  plan.strata.forEach((each) => check(each.key));
  plan.sources.forEach((each) => check(each.ref));
  if (plan.teams) plan.teams.slots.forEach((each) => check(each.pool));
  for (const each of objects) {
    check(each.stratum);
    orEmpty(each.unit);
    orEmpty(each.region);
    each.need.forEach(check);
    if (each.id !== null) demand(isText(each.id), "E_TEXT");
  }
  for (const each of inspectors) {
    for (const texts of [each.pools, each.skills, each.regions]) texts.forEach(check);
    orEmpty(each.home);
    if (each.id !== null) demand(isText(each.id), "E_TEXT");
  }
  for (const ids of earlier.values()) for (const id of ids) demand(isText(id), "E_TEXT");
};
