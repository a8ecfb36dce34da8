// Reads a whole package: plan, lists, commit, seed values and events (sections 3, 5, 6 and 10).

import { demand, Fault } from "./fault.js";
import {
  array, boolean, choice, distinct, DRAW_ID, hash32, mapping, matching, record, some, SOURCE_ID, string, whole,
} from "./fields.js";

export const SCHEME = "dsr-draw/1";
export const WITHHELD = "WITHHELD";

const CONSTRAINTS = ["skill", "region", "away"];
const KINDS = ["dice10", "dice6", "share", "drand", "nist", "lottery"];
const REASONS = [
  "closed", "moved", "not_found", "suspended", "merged", "force_majeure", "recused", "unavailable",
];
const TIME = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\+08:00$/;
const EXCLUDED = /^(?:|drawn:[a-z0-9][a-z0-9._-]{0,63}|other:[a-z_]{1,32})$/;
const DESCRIPTION = /^[a-z0-9_]{1,32}$/;
const MASKED = ["handle", "stratum", "unit", "region", "need", "weight", "excluded"];
const OPEN = [...MASKED, "salt", "object_id"];
const INSPECTOR = ["handle", "pools", "skills", "regions", "home", "max", "recuse"];
const OPENED = [...INSPECTOR, "salt", "inspector_id"];
const NOTHING = [];

const drawId = (value) => matching(value, DRAW_ID);
const scheme = (value) => choice(value, [SCHEME]);
const constraints = (value) => distinct(value, (each) => choice(each, CONSTRAINTS));

const quota = (value) => {
  switch (mapping(value).get("kind")) {
    case "ratio": {
      record(value, ["kind", "num", "den"]);
      const den = whole(value.get("den"), 1, 1_000_000);
      return { kind: "ratio", den, num: whole(value.get("num"), 0, den) };
    }
    case "count":
      record(value, ["kind", "n"]);
      return { kind: "count", n: whole(value.get("n"), 0, 10_000_000) };
    case "all":
      record(value, ["kind"]);
      return { kind: "all" };
    default:
      throw new Fault("E_SCHEMA");
  }
};

const stratum = (value) => {
  record(value, ["key", "quota", "base"]);
  return {
    key: string(value.get("key")),
    quota: quota(value.get("quota")),
    ofFrame: choice(value.get("base"), ["frame", "eligible"]) === "frame",
  };
};

const source = (value) => {
  record(value, ["id", "kind", "ref"]);
  return {
    id: matching(value.get("id"), SOURCE_ID),
    kind: choice(value.get("kind"), KINDS),
    ref: string(value.get("ref")),
  };
};

const slot = (value) => {
  record(value, ["pool", "n", "need"]);
  return {
    pool: string(value.get("pool")),
    n: whole(value.get("n"), 1, 20),
    need: constraints(value.get("need")),
  };
};

const teams = (value) => {
  record(value, ["bundle", "balance", "slots", "relax"]);
  return {
    bundle: whole(value.get("bundle"), 1, 1000),
    balance: boolean(value.get("balance")),
    slots: some(value.get("slots")).map(slot),
    relax: constraints(value.get("relax")),
  };
};

const plan = (value) => {
  record(
    value,
    ["scheme", "draw_id", "round", "info", "strata", "weighting", "sources", "exclude_drawn_in", "embargo"],
    ["teams"],
  );
  scheme(value.get("scheme"));
  whole(value.get("round"), 1);
  for (const key of mapping(value.get("info")).keys()) matching(key, DESCRIPTION);
  return {
    drawId: drawId(value.get("draw_id")),
    descriptions: [...value.get("info").values()].map(string),
    strata: some(value.get("strata")).map(stratum),
    byBalls: choice(value.get("weighting"), ["none", "balls"]) === "balls",
    sources: array(value.get("sources")).map(source),
    excludeDrawnIn: distinct(value.get("exclude_drawn_in"), drawId),
    embargo: boolean(value.get("embargo")),
    teams: value.has("teams") ? teams(value.get("teams")) : null,
    written: value,
  };
};

const strings = (value) => (array(value).length ? distinct(value) : NOTHING);

const subject = (value) => {
  if (mapping(value).get("stratum") === WITHHELD) {
    record(value, ["handle", "stratum"]);
    return {
      handle: hash32(value.get("handle")), stratum: WITHHELD, unit: "", region: "", need: NOTHING,
      weight: 1, excluded: "", salt: null, id: null,
    };
  }
  const isOpen = value.has("salt");
  record(value, isOpen ? OPEN : MASKED);
  return {
    handle: hash32(value.get("handle")),
    stratum: string(value.get("stratum")),
    unit: string(value.get("unit")),
    region: string(value.get("region")),
    need: strings(value.get("need")),
    weight: whole(value.get("weight"), 1, 64),
    excluded: matching(value.get("excluded"), EXCLUDED),
    salt: isOpen ? hash32(value.get("salt")) : null,
    id: isOpen ? string(value.get("object_id")) : null,
  };
};

const inspector = (value) => {
  const isOpen = mapping(value).has("salt");
  record(value, isOpen ? OPENED : INSPECTOR);
  return {
    handle: hash32(value.get("handle")),
    pools: strings(value.get("pools")),
    skills: strings(value.get("skills")),
    regions: strings(value.get("regions")),
    home: string(value.get("home")),
    max: whole(value.get("max"), 0, 10_000),
    recuse: distinct(value.get("recuse"), hash32),
    salt: isOpen ? hash32(value.get("salt")) : null,
    id: isOpen ? string(value.get("inspector_id")) : null,
  };
};

const commit = (value) => {
  record(value, [
    "scheme", "draw_id", "plan_hash", "objects_root", "objects_count", "inspectors_root",
    "inspectors_count", "shares", "committed_at",
  ]);
  scheme(value.get("scheme"));
  return {
    drawId: drawId(value.get("draw_id")),
    planHash: hash32(value.get("plan_hash")),
    objectsRoot: hash32(value.get("objects_root")),
    objectsCount: whole(value.get("objects_count")),
    inspectorsRoot: hash32(value.get("inspectors_root")),
    inspectorsCount: whole(value.get("inspectors_count")),
    shares: array(value.get("shares")).map((each) => {
      record(each, ["id", "commitment"]);
      return { id: string(each.get("id")), commitment: hash32(each.get("commitment")) };
    }),
    committedAt: matching(value.get("committed_at"), TIME),
    written: value,
  };
};

const seedValue = (value) => {
  record(value, ["id", "value"], ["evidence"]);
  return {
    id: string(value.get("id")),
    value: string(value.get("value")),
    evidence: value.has("evidence") ? string(value.get("evidence")) : null,
  };
};

const event = (value) => {
  if (mapping(value).get("type") === "member") {
    record(value, ["type", "bundle", "slot", "out", "reason"]);
    return {
      type: "member",
      bundle: whole(value.get("bundle")),
      slot: whole(value.get("slot")),
      out: hash32(value.get("out")),
      reason: choice(value.get("reason"), REASONS),
    };
  }
  record(value, ["type", "stratum", "out", "reason"]);
  return {
    type: choice(value.get("type"), ["object"]),
    stratum: string(value.get("stratum")),
    out: hash32(value.get("out")),
    reason: choice(value.get("reason"), REASONS),
  };
};

const earlier = (value) =>
  new Map([...mapping(value)].map(([each, ids]) => [drawId(each), array(ids).map(string)]));

// A parsed value to a package; throws E_SCHEMA.
export const read = (top) => {
  record(
    top,
    ["scheme", "draw_id", "plan", "objects", "inspectors", "commit", "seed_values"],
    ["earlier", "replacements", "claimed"],
  );
  scheme(top.get("scheme"));
  const found = {
    plan: plan(top.get("plan")),
    objects: array(top.get("objects")).map(subject),
    inspectors: array(top.get("inspectors")).map(inspector),
    earlier: earlier(top.has("earlier") ? top.get("earlier") : new Map()),
    commit: commit(top.get("commit")),
    seedValues: array(top.get("seed_values")).map(seedValue),
    replacements: array(top.has("replacements") ? top.get("replacements") : []).map(event),
    claimed: top.has("claimed") ? hash32(record(top.get("claimed"), ["result_hash"]).get("result_hash")) : null,
  };
  demand(found.plan.teams !== null || found.inspectors.length === 0, "E_SCHEMA");
  const id = top.get("draw_id");
  demand(id === found.plan.drawId && id === found.commit.drawId, "E_SCHEMA");
  return found;
};
