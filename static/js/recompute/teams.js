// Draws the inspectors of every bundle (section 8). Candidates come from indices by pool, skill,
// region and home, so that nobody is asked who cannot fit.

import { joined, prefixed, u32, unhex } from "./bytes.js";
import { WITHHELD } from "./schema.js";
import { Keyed } from "./sha256.js";

const KEPT = 64;
const NOBODY = new Set();

const bundled = (strata, size) => {
  const found = [];
  for (const stratum of strata) {
    if (stratum.key === WITHHELD) continue;
    const openOf = new Map();
    for (const subject of stratum.drawn) {
      let bundle = openOf.get(subject.unit);
      if (bundle === undefined || bundle.objects.length >= size) {
        bundle = { unit: subject.unit, first: subject.handle, objects: [], team: [], gone: new Set() };
        openOf.set(subject.unit, bundle);
        found.push(bundle);
      }
      bundle.objects.push(subject);
    }
  }
  return found;
};

const indexed = (inspectors, having) => {
  const found = new Map();
  inspectors.forEach((each, place) => {
    for (const word of having(each)) {
      if (!found.has(word)) found.set(word, new Set());
      found.get(word).add(place);
    }
  });
  return found;
};

class Roster {
  constructor(inspectors) {
    this.inspectors = inspectors;
    this.handles = inspectors.map((each) => each.handle);
    this.raw = this.handles.map((each) => unhex(each));
    this.places = new Map(this.handles.map((each, place) => [each, place]));
    this.loads = new Int32Array(inspectors.length);
    this.pools = indexed(inspectors, (each) => each.pools);
    this.skilled = indexed(inspectors, (each) => each.skills);
    this.within = indexed(inspectors, (each) => each.regions);
    this.atHome = indexed(inspectors, (each) => [each.home]);
    this.recusing = indexed(inspectors, (each) => each.recuse);
    this.answers = new Map();
    this.held = 0;
  }

  fitting(pool, inForce, needs, regions) {
    const skill = inForce.includes("skill") ? needs : NOBODY;
    const region = inForce.includes("region") ? regions : NOBODY;
    const away = inForce.includes("away") ? regions : NOBODY;
    const key = JSON.stringify([pool, ...[skill, region, away].map((each) => [...each].sort())]);
    let found = this.answers.get(key);
    if (found === undefined) {
      found = this.found(pool, skill, region, away);
      this.held += found.length + 1;
      if (this.held > KEPT * (this.handles.length + 1)) {
        this.answers.clear();
        this.held = found.length + 1;
      }
      this.answers.set(key, found);
    }
    return found;
  }

  found(pool, skill, region, away) {
    const of = (index, word) => index.get(word) ?? NOBODY;
    const everywhere = of(this.within, "*");
    let found = [...of(this.pools, pool)];
    for (const each of skill) {
      const having = of(this.skilled, each);
      found = found.filter((place) => having.has(place));
    }
    for (const each of region) {
      const having = of(this.within, each);
      found = found.filter((place) => having.has(place) || everywhere.has(place));
    }
    for (const each of away) {
      const having = of(this.atHome, each);
      found = found.filter((place) => !having.has(place));
    }
    return found;
  }

  barred(bundle) {
    const found = new Set(bundle.gone);
    for (const { inspector } of bundle.team) if (inspector !== null) found.add(inspector);
    if (this.recusing.size) {
      for (const subject of bundle.objects) {
        for (const place of this.recusing.get(subject.handle) ?? NOBODY) found.add(place);
      }
    }
    return found;
  }
}

// Below zero where the eight words of one ticket are below those of another; zero where equal.
const compared = (words, at, best) => {
  for (let word = 0; word < 8; word += 1) {
    const difference = words[at + word] - words[best + word];
    if (difference !== 0) return difference;
  }
  return 0;
};

export class Assignment {
  constructor(teams, inspectors, strata, seed, stage) {
    this.teams = teams;
    this.seed = seed;
    this.roster = new Roster(inspectors);
    this.bundles = bundled(strata, teams.bundle);
    this.tickets = new Uint32Array(8 * inspectors.length);
    this.known = new Int32Array(inspectors.length);
    this.turn = 0;
    const passed = stage("teams", this.bundles.length);
    this.bundles.forEach((bundle, place) => {
      passed(place);
      this.begin(bundle);
      teams.slots.forEach((slot, number) => {
        for (let time = 0; time < slot.n; time += 1) bundle.team.push(this.place(bundle, number));
      });
    });
  }

  // From here on tickets are those of this bundle.
  begin(bundle) {
    this.turn += 1;
    const beginning = joined(prefixed("dsr-draw/1/inspector"), prefixed(unhex(bundle.first)), u32(32));
    this.keyed = new Keyed(this.seed, beginning);
  }

  replace(bundle, at) {
    const { slot, inspector } = bundle.team[at];
    this.roster.loads[inspector] -= 1;
    bundle.gone.add(inspector);
    bundle.team[at] = { slot, inspector: null, relaxed: [] };
    this.begin(bundle);
    bundle.team[at] = this.place(bundle, slot);
    return bundle.team[at];
  }

  place(bundle, number) {
    const { roster, teams } = this;
    const slot = teams.slots[number];
    const barred = roster.barred(bundle);
    const needs = new Set(bundle.objects.flatMap((each) => each.need));
    const regions = new Set(bundle.objects.map((each) => each.region));
    const pool = slot.pool.replaceAll("{unit}", () => bundle.unit);
    for (let level = 0; level <= teams.relax.length; level += 1) {
      const dropped = teams.relax.slice(0, level);
      const inForce = slot.need.filter((each) => !dropped.includes(each));
      const taken = this.smallest(roster.fitting(pool, inForce, needs, regions), barred);
      if (taken !== null) {
        roster.loads[taken] += 1;
        return { slot: number, inspector: taken, relaxed: dropped.filter((each) => slot.need.includes(each)) };
      }
    }
    return { slot: number, inspector: null, relaxed: [] };
  }

  // The candidate smallest by load (if balanced), ticket, handle.
  smallest(fitting, barred) {
    const { loads, inspectors, handles } = this.roster;
    const isFree = (place) => loads[place] < inspectors[place].max && !barred.has(place);
    let least = -1;
    if (this.teams.balance) {
      for (const place of fitting) {
        if (isFree(place) && (least < 0 || loads[place] < least)) least = loads[place];
      }
      if (least < 0) return null;
    }
    let best = null;
    for (const place of fitting) {
      if (!isFree(place) || (least >= 0 && loads[place] !== least)) continue;
      this.know(place);
      const order = best === null ? -1 : compared(this.tickets, 8 * place, 8 * best);
      if (order < 0 || (order === 0 && handles[place] < handles[best])) best = place;
    }
    return best;
  }

  know(place) {
    if (this.known[place] === this.turn) return;
    this.known[place] = this.turn;
    this.tickets.set(this.keyed.words(this.roster.raw[place]).state, 8 * place);
  }
}
