// Applies the events that changed a draw afterwards; who comes in is computed (section 10).

import { demand } from "./fault.js";

export const replay = (events, strata, assignment) => {
  const standings = new Map(
    strata.map((each) => [
      each.key,
      { order: each.order, next: each.drawn.length, live: new Set(each.drawn.map((one) => one.handle)) },
    ]),
  );
  const bundles = assignment ? assignment.bundles : [];
  const holding = new Map();
  for (const bundle of bundles) for (const each of bundle.objects) holding.set(each.handle, bundle);

  const objectOut = ({ stratum, out, reason }) => {
    const standing = standings.get(stratum);
    demand(standing !== undefined && standing.live.delete(out), "E_REPLACE");
    const came = standing.order[standing.next];
    if (came) {
      standing.next += 1;
      standing.live.add(came.handle);
    }
    const bundle = holding.get(out);
    if (bundle) {
      holding.delete(out);
      const at = bundle.objects.findIndex((each) => each.handle === out);
      bundle.objects.splice(at, 1, ...(came ? [came] : []));
      if (came) holding.set(came.handle, bundle);
    }
    return { type: "object", stratum, out, in: came ? came.handle : "", reason };
  };

  const memberOut = ({ bundle: number, slot, out, reason }) => {
    const bundle = bundles[number];
    demand(bundle !== undefined, "E_REPLACE");
    const place = assignment.roster.places.get(out);
    const at = bundle.team.findIndex((each) => each.slot === slot && each.inspector === place);
    demand(place !== undefined && at >= 0, "E_REPLACE");
    const { inspector, relaxed } = assignment.replace(bundle, at);
    const came = inspector === null ? "" : assignment.roster.handles[inspector];
    return { type: "member", bundle: number, slot, out, in: came, relaxed, reason };
  };

  return events.map((event, place) => ({
    n: place + 1,
    ...(event.type === "object" ? objectOut(event) : memberOut(event)),
  }));
};
