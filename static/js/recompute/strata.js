// Draws the objects, stratum by stratum (section 7).

import { hex, joined, prefixed, u32, unhex } from "./bytes.js";
import { Keyed, Sha256 } from "./sha256.js";

const LENGTH = u32(32);

class Drum {
  constructor(seed) {
    this.keyed = new Keyed(seed, joined(prefixed("dsr-draw/1/ticket"), u32(32)));
    this.asked = new Uint8Array(36);
  }

  ball(handle, number) {
    unhex(handle, this.asked.subarray(0, 32));
    this.asked.set(u32(number), 32);
    return hex(this.keyed.digest(this.asked));
  }

  // The smallest of an object's balls.
  ticket({ handle, weight }) {
    let smallest = this.ball(handle, 1);
    for (let number = 2; number <= weight; number += 1) {
      const ball = this.ball(handle, number);
      if (ball < smallest) smallest = ball;
    }
    return smallest;
  }
}

const quotaOf = ({ kind, num, den, n }, base, eligible) => {
  if (kind === "ratio") return Math.floor((base * num + den - 1) / den);
  return kind === "count" ? n : eligible;
};

const smaller = (one, other) => {
  if (one.ticket !== other.ticket) return one.ticket < other.ticket ? -1 : 1;
  return one.subject.handle < other.subject.handle ? -1 : 1;
};

export const drawStrata = ({ plan, objects }, seed, passed) => {
  const drum = new Drum(seed);
  const members = new Map(plan.strata.map((each) => [each.key, []]));
  const frames = new Map(plan.strata.map((each) => [each.key, 0]));
  objects.forEach((subject, place) => {
    passed(place);
    frames.set(subject.stratum, frames.get(subject.stratum) + 1);
    if (subject.excluded === "") members.get(subject.stratum).push({ ticket: drum.ticket(subject), subject });
  });
  return plan.strata.map(({ key, quota, ofFrame }) => {
    const order = members.get(key).sort(smaller).map((each) => each.subject);
    const frame = frames.get(key);
    const wanted = quotaOf(quota, ofFrame ? frame : order.length, order.length);
    const drawn = order.slice(0, wanted);
    return { key, frame, quota: wanted, order, drawn, shortage: wanted - drawn.length };
  });
};

// A tagged hash of as many parts as there are objects: fed one by one.
export const orderHash = ({ order }) => {
  const hash = new Sha256().update(prefixed("dsr-draw/1/order"));
  const handle = new Uint8Array(32);
  for (const each of order) hash.update(LENGTH).update(unhex(each.handle, handle));
  return hex(hash.digest());
};
