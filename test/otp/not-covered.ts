/** The scenarios that are not played yet, or have no meaning here, with the reason. `conformance.test.ts` checks that none is missing. */

export const notCovered: Readonly<Record<string, string>> = {
  s04_change_code_not_suspended:
    "a later issue: suspend and resume are not offered one by one yet; an upgrade suspends and resumes by itself",
  s10_gs_timeout_suspend: "a later issue: handlers have no timeout result yet; sendAfter is there",
  s11_local_vs_fq_loop:
    "no meaning: a process here has no loop of its own that could stay in old code; every message enters by the current version",
  s12_third_version_purge:
    "a later issue: no process lingers in old code, since an upgrade converts all or none; purging what else holds it comes later",
  s13_soft_purge: "a later issue: purge and soft purge",
  s15_funs_across_versions: "a later issue: function references across versions and mfa()",
  s17_on_load_failure:
    "no meaning: JavaScript has no on_load; a module whose evaluation throws is the code server's, whose tests show that the old one stays",
  s27_links_monitors: "a later issue: links and monitors",
  s29_statem_code_change: "a later issue: state machines",
  s34_rh_dep_order: "no meaning: all modules of an upgrade are swapped in one turn, so they have no order among them",
};
