/** The scenarios that are not played yet, or have no meaning here, with the reason. `conformance.test.ts` checks that none is missing. */

export const notCovered: Readonly<Record<string, string>> = {
  s34_rh_dep_order: "no meaning: all modules of an upgrade are swapped in one turn, so they have no order among them",
};
