// Readers of single values; each throws E_SCHEMA for what has another form.

import { demand } from "./fault.js";

export const DRAW_ID = /^[a-z0-9][a-z0-9._-]{0,63}$/;
export const SOURCE_ID = /^[a-z0-9]{1,16}$/;
export const HEX32 = /^[0-9a-f]{64}$/;

const shape = (holds) => demand(holds, "E_SCHEMA");

export const mapping = (value) => {
  shape(value instanceof Map);
  return value;
};

export const record = (value, required, optional = []) => {
  mapping(value);
  let known = required.length;
  for (const key of required) shape(value.has(key));
  for (const key of optional) if (value.has(key)) known += 1;
  shape(value.size === known);
  return value;
};

export const array = (value) => {
  shape(Array.isArray(value));
  return value;
};

export const some = (value) => {
  shape(array(value).length > 0);
  return value;
};

export const string = (value) => {
  shape(typeof value === "string");
  return value;
};

export const matching = (value, pattern) => {
  shape(typeof value === "string" && pattern.test(value));
  return value;
};

export const hash32 = (value) => matching(value, HEX32);

export const whole = (value, least = 0, most = Number.MAX_SAFE_INTEGER) => {
  shape(typeof value === "number" && value >= least && value <= most);
  return value;
};

export const boolean = (value) => {
  shape(typeof value === "boolean");
  return value;
};

export const choice = (value, choices) => {
  shape(choices.includes(string(value)));
  return value;
};

export const distinct = (value, read = string) => {
  const found = array(value).map((each) => read(each));
  shape(new Set(found).size === found.length);
  return found;
};
