/** The scenarios that are not played yet, or have no meaning here, with the reason. `conformance.test.ts` checks that none is missing. */

export const notCovered: Readonly<Record<string, string>> = {};
