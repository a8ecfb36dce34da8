// Recomputes a draw from its package (DSR-DRAW/1): the same line as `portal-site recompute`, and what
// happened on the way. No library, no network, no clock, no chance.

import { hex, tagged } from "./bytes.js";
import { check, commitHash, seedOf } from "./checks.js";
import { demand, Fault } from "./fault.js";
import { canonical, parse } from "./json.js";
import { compare } from "./published.js";
import { replay } from "./replacements.js";
import { read, SCHEME } from "./schema.js";
import { drawStrata, orderHash } from "./strata.js";
import { Assignment } from "./teams.js";

const EVERY = 1024;

const written = (bundle, { handles }) => ({
  objects: bundle.objects.map((each) => each.handle),
  members: bundle.team.map(({ slot, inspector, relaxed }) => ({
    slot,
    handle: inspector === null ? "" : handles[inspector],
    relaxed,
  })),
});

const resultOf = (found, seed, strata, assignment) => ({
  scheme: SCHEME,
  draw_id: found.plan.drawId,
  commit_hash: hex(commitHash(found.commit)),
  seed: hex(seed),
  strata: strata.map((each) => ({
    key: each.key,
    frame: each.frame,
    eligible: each.order.length,
    quota: each.quota,
    shortage: each.shortage,
    drawn: each.drawn.map((one) => one.handle),
    order_hash: orderHash(each),
  })),
  teams: assignment ? assignment.bundles.map((each) => written(each, assignment.roster)) : [],
});

const teamFigures = (teams) => {
  const members = teams.flatMap((each) => each.members);
  return {
    bundles: teams.length,
    places: members.length,
    unfilled: members.filter((each) => each.handle === "").length,
    relaxed: members.filter((each) => each.relaxed.length > 0).length,
  };
};

const compute = (bytes, stage, trace, record) => {
  stage("read");
  const found = read(parse(bytes));
  const { plan, commit, seedValues } = found;
  trace.package = {
    bytes: bytes.length,
    drawId: plan.drawId,
    committedAt: commit.committedAt,
    objects: found.objects.length,
    open: found.objects.filter((each) => each.salt !== null).length,
    withheld: found.objects.filter((each) => each.stratum === "WITHHELD").length,
    excluded: found.objects.filter((each) => each.excluded !== "").length,
    inspectors: found.inspectors.length,
  };
  check(found, stage);
  trace.commit = { hash: hex(commitHash(commit)), root: commit.objectsRoot };
  const seed = seedOf(found);
  trace.seed = {
    seed: hex(seed),
    sources: plan.sources.map((each, place) => ({ ...each, value: seedValues[place].value })),
  };
  const strata = drawStrata(found, seed, stage("tickets", found.objects.length));
  const assignment = plan.teams ? new Assignment(plan.teams, found.inspectors, strata, seed, stage) : null;
  stage("result");
  const result = resultOf(found, seed, strata, assignment);
  trace.strata = result.strata;
  trace.teams = plan.teams ? teamFigures(result.teams) : null;
  const rows = replay(found.replacements, strata, assignment);
  trace.replacements = rows;
  const resultHash = hex(tagged("dsr-draw/1/result", canonical(result)));
  trace.result = { hash: resultHash, claimed: found.claimed };
  demand(found.claimed === null || found.claimed === resultHash, "E_RESULT");
  const outcome = { commit_hash: result.commit_hash, result, result_hash: resultHash, replacements: rows };
  trace.published = record && compare(record, found, outcome);
  return outcome;
};

// Bytes of a package to {line, ok, trace}; `tell(stage, done, total)` hears how far it is. `record`: the draw as it was
// published, to be compared with the package; null for none.
export const recompute = (bytes, tell = () => {}, record = null) => {
  const trace = { stage: "" };
  const stage = (name, total = 0) => {
    trace.stage = name;
    tell(name, 0, total);
    return (done) => {
      if (done % EVERY === 0) tell(name, done, total);
    };
  };
  try {
    return { ok: true, line: `${canonical(compute(bytes, stage, trace, record))}\n`, trace };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    trace.error = error.code;
    return { ok: false, line: `${canonical({ error: error.code })}\n`, trace };
  }
};
