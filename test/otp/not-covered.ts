/** The scenarios that are not played yet, or have no meaning here, with the reason. `conformance.test.ts` checks that none is missing. */

export const notCovered: Readonly<Record<string, string>> = {
  s11_local_vs_fq_loop:
    "no meaning: a process here has no loop of its own that could stay in old code; every message enters by the current version",
  s12_third_version_purge:
    "a later issue: no process lingers in old code, since an upgrade converts all or none; purging what else holds it comes later",
  s13_soft_purge: "a later issue: purge and soft purge",
  s15_funs_across_versions: "a later issue: function references across versions and mfa()",
  s17_on_load_failure:
    "no meaning: JavaScript has no on_load; a module whose evaluation throws is the code server's, whose tests show that the old one stays",
  s34_rh_dep_order: "no meaning: all modules of an upgrade are swapped in one turn, so they have no order among them",
};
