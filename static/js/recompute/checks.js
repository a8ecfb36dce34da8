// The checks of plan, lists, commit and seed values, in the order of section 11.

import { hex, tagged, unhex } from "./bytes.js";
import { demand } from "./fault.js";
import { HEX32 } from "./fields.js";
import { canonical } from "./json.js";
import { handleOf, inspectorLeaf, objectLeaf, rootOf } from "./leaves.js";
import { WITHHELD } from "./schema.js";
import { sha256 } from "./sha256.js";
import { checkTexts } from "./texts.js";

const SEALED = ["share", "dice6", "dice10"];
const GROUP = "(?:(?:0|[1-9][0-9]{0,8})\\.)+/";
const FORMS = {
  dice10: /^[0-9]{20,200}$/,
  dice6: /^[1-6]{26,200}$/,
  share: HEX32,
  drand: HEX32,
  nist: /^[0-9a-f]{128}$/,
  lottery: new RegExp(`^(?:${GROUP})+$`),
};
const EVIDENCE = /^(?:[0-9a-f]{2})+$/;

const areDistinct = (values) => new Set(values).size === values.length;

const checkPlan = ({ plan }) => {
  demand(areDistinct(plan.sources.map((each) => each.id)), "E_SOURCES");
  demand(plan.sources.some((each) => each.kind !== "share"), "E_SOURCES");
  demand(!plan.embargo || plan.sources.some((each) => SEALED.includes(each.kind)), "E_EMBARGO");
};

const checkStrata = ({ plan, objects }) => {
  const keys = plan.strata.map((each) => each.key);
  demand(areDistinct(keys) && !keys.slice(0, -1).includes(WITHHELD), "E_STRATUM");
  const known = new Set(keys);
  for (const each of objects) demand(known.has(each.stratum), "E_STRATUM");
  if (!plan.byBalls) for (const each of objects) demand(each.weight === 1, "E_WEIGHT");
};

const checkEntries = ({ objects, inspectors }) => {
  for (const list of [objects, inspectors]) {
    demand(areDistinct(list.map((each) => each.handle)), "E_DUP");
    demand(areDistinct(list.filter((each) => each.salt !== null).map((each) => each.id)), "E_DUP");
  }
};

const checkHandles = ({ plan, objects, inspectors }, passed) => {
  const check = (kind) => (each, place) => {
    passed(place);
    if (each.salt === null) return;
    demand(handleOf(kind, plan.drawId, each.salt, each.id) === each.handle, "E_HANDLE");
  };
  objects.forEach(check("object"));
  inspectors.forEach(check("inspector"));
};

const checkExclusions = ({ plan, objects, earlier }) => {
  const listed = plan.excludeDrawnIn;
  demand(earlier.size === listed.length && listed.every((each) => earlier.has(each)), "E_EXCLUSION");
  const drawn = new Map([...earlier].map(([draw, ids]) => [draw, new Set(ids)]));
  const anywhere = new Set([...earlier.values()].flat());
  for (const { excluded, id } of objects) {
    if (excluded.startsWith("drawn:")) {
      const ids = drawn.get(excluded.slice(6));
      demand(ids !== undefined && (id === null || ids.has(id)), "E_EXCLUSION");
    } else {
      demand(id === null || !anywhere.has(id), "E_EXCLUSION");
    }
  }
};

export const planHash = (plan) => hex(tagged("dsr-draw/1/plan", canonical(plan.written)));
export const commitHash = (commit) => tagged("dsr-draw/1/commit", canonical(commit.written));

const checkCommit = ({ plan, objects, inspectors, commit }, passed) => {
  demand(commit.planHash === planHash(plan), "E_PLAN");
  demand(commit.objectsCount === objects.length, "E_ROOT");
  demand(commit.inspectorsCount === inspectors.length, "E_ROOT");
  demand(commit.objectsRoot === rootOf(objects, objectLeaf, passed), "E_ROOT");
  demand(commit.inspectorsRoot === rootOf(inspectors, inspectorLeaf), "E_ROOT");
};

const isAscending = (value) =>
  value.split("/").slice(0, -1).every((group) => {
    const numbers = group.split(".").slice(0, -1).map(Number);
    return numbers.every((each, place) => place === 0 || numbers[place - 1] <= each);
  });

const isCanonical = ({ kind }, { value, evidence }) => {
  if (!FORMS[kind].test(value)) return false;
  if (kind === "lottery" && !isAscending(value)) return false;
  if (evidence === null) return true;
  return kind === "drand" && EVIDENCE.test(evidence) && hex(sha256(unhex(evidence))) === value;
};

const checkSeedValues = ({ plan, commit, seedValues }) => {
  const { sources } = plan;
  demand(sources.length === seedValues.length, "E_SEED_VALUE");
  sources.forEach((each, place) => demand(each.id === seedValues[place].id, "E_SEED_VALUE"));
  sources.forEach((each, place) => demand(isCanonical(each, seedValues[place]), "E_SEED_VALUE"));
  const opened = sources.flatMap((each, place) => {
    if (each.kind !== "share") return [];
    const share = unhex(seedValues[place].value);
    return [[each.id, hex(tagged("dsr-draw/1/share", plan.drawId, each.id, share))]];
  });
  demand(opened.length === commit.shares.length, "E_SHARE");
  opened.forEach(([id, commitment], place) => {
    const said = commit.shares[place];
    demand(said.id === id && said.commitment === commitment, "E_SHARE");
  });
};

// Throws the first fault. `stage(name)` is told before each part and gives what reports progress.
export const check = (found, stage) => {
  stage("lists");
  checkTexts(found);
  checkPlan(found);
  checkStrata(found);
  checkEntries(found);
  checkHandles(found, stage("handles", found.objects.length));
  checkExclusions(found);
  checkCommit(found, stage("roots", found.objects.length));
  checkSeedValues(found);
};

export const seedOf = ({ plan, commit, seedValues }) =>
  tagged(
    "dsr-draw/1/seed",
    plan.drawId,
    commitHash(commit),
    ...plan.sources.flatMap((each, place) => [each.id, each.kind, seedValues[place].value]),
  );
