// A package that breaks a rule; `code` says which.

export class Fault extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

export const demand = (holds, code) => {
  if (!holds) throw new Fault(code);
};
