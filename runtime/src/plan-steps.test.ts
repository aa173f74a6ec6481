/** Which steps lead from one version to another, or why none do. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { actor, irreversible, supervisor, type CodeChange } from "./index.ts";
import { moduleOf, planSteps, versionOf, type PlanRequest } from "./internal.ts";

interface Plain {
  init(): null;
}

const there = { up: (state: null) => state, down: (state: null) => state };
const oneWay = { up: (state: null) => state, down: irreversible("the text is gone") };
const steps = (...numbers: number[]): CodeChange => Object.fromEntries(numbers.map((n) => [n, there]));

interface Case {
  readonly from: readonly [vsn: number, codeChange?: CodeChange, shape?: string];
  readonly to: readonly [vsn: number, codeChange?: CodeChange, shape?: string];
  readonly compatible?: PlanRequest["compatible"];
  readonly isDraft?: boolean;
  readonly reinstantiated?: boolean;
  /** Kind and steps, or the code of the refusal and what it says. */
  readonly plan: readonly [kind: string, ...labels: string[]] | { readonly code: string; readonly says: RegExp };
}

const yes = (): boolean => true;
const missing = (n: number): Case["plan"] => ({ code: "INSTAR_CODE_CHANGE_MISSING", says: new RegExp(`no codeChange\\[${n}\\]`) });

const cases: Record<string, Case> = {
  "one version up": { from: [1], to: [2, steps(1)], plan: ["convert", "1 up"] },
  "three versions up": { from: [1], to: [4, steps(1, 2, 3)], plan: ["convert", "1 up", "2 up", "3 up"] },
  "steps below the loaded version do not run": { from: [2], to: [3, steps(1, 2)], plan: ["convert", "2 up"] },
  "two versions down, with the loaded code's steps": { from: [3, steps(1, 2)], to: [1], plan: ["convert", "2 down", "1 down"] },
  "a step runs also where the shapes are the same": { from: [1, {}, "A"], to: [2, steps(1), "A"], plan: ["convert", "1 up"] },
  "a missing step": { from: [1], to: [2], plan: missing(1) },
  "a missing step in the middle": { from: [1], to: [4, steps(1, 3)], plan: missing(2) },
  "a missing step down": { from: [3, steps(2)], to: [1], plan: missing(1) },
  "a missing step between equal shapes": { from: [1, {}, "A"], to: [2, {}, "A"], plan: ["swap"] },
  "missing steps between equal shapes, several versions apart": { from: [1, {}, "A"], to: [3, {}, "A"], plan: ["swap"] },
  "equal shapes at the ends say nothing about the middle": { from: [1, {}, "A"], to: [3, steps(2), "A"], plan: missing(1) },
  "a missing step that the caller calls compatible": { from: [1], to: [3, steps(2)], compatible: yes, plan: ["convert", "2 up"] },
  "the caller is asked about the very versions that nothing joins": {
    from: [1, {}, "A"],
    to: [4, steps(2), "D"],
    compatible: (a, b) => (a.vsn === 1 && a.shape === "A" && b.vsn === 2 && b.shape === null) || (a.vsn === 3 && b.shape === "D"),
    plan: ["convert", "2 up"],
  },
  "no way back": { from: [2, { 1: oneWay }], to: [1], plan: { code: "INSTAR_CODE_CHANGE_IRREVERSIBLE", says: /the text is gone/ } },
  "no way back, further down": {
    from: [3, { 1: oneWay, 2: there }],
    to: [1],
    plan: { code: "INSTAR_CODE_CHANGE_IRREVERSIBLE", says: /below version 2/ },
  },
  "same version, same shape": { from: [2, {}, "A"], to: [2, steps(1), "A"], plan: ["swap"] },
  "same version, no shape known": { from: [2], to: [2, steps(1), "A"], plan: ["swap"] },
  "only an import changed": { from: [2, {}, "A"], to: [2, {}, "A"], reinstantiated: true, plan: ["reinstantiate"] },
  "a draft edited again": { from: [2, steps(1), "A"], to: [2, steps(1), "B"], plan: ["draft", "1 down", "1 up"] },
  "a first version edited again": {
    from: [1, {}, "A"],
    to: [1, {}, "B"],
    plan: {
      code: "INSTAR_DRAFT_STUCK",
      says: /still version 1, and version 1 has no earlier release.*raise vsn to 2 with a codeChange\[1\]/,
    },
  },
  "a draft without a way back": {
    from: [2, { 1: oneWay }, "A"],
    to: [2, steps(1), "B"],
    plan: { code: "INSTAR_DRAFT_STUCK", says: /irreversible \(the text is gone\)/ },
  },
  "a draft that lost its step": {
    from: [2, steps(1), "A"],
    to: [2, {}, "B"],
    plan: { code: "INSTAR_DRAFT_STUCK", says: /edited draft has no/ },
  },
  "a draft that never had one": {
    from: [2, {}, "A"],
    to: [2, steps(1), "B"],
    plan: { code: "INSTAR_DRAFT_STUCK", says: /loaded draft has no/ },
  },
  "a draft that was released as it is goes on from there": {
    from: [2, steps(1), "A"],
    to: [3, steps(1, 2), "C"],
    plan: ["convert", "2 up"],
  },
  "a draft that was released otherwise goes back first": {
    from: [2, steps(1), "A"],
    to: [3, steps(1, 2), "C"],
    isDraft: true,
    plan: ["convert", "1 down", "1 up", "2 up"],
  },
  "a draft that was released otherwise, without a way back": {
    from: [2, { 1: oneWay }, "A"],
    to: [3, steps(1, 2), "C"],
    isDraft: true,
    plan: { code: "INSTAR_DRAFT_STUCK", says: /not those of the release.*irreversible/ },
  },
  "a compatible edit of a draft without steps": { from: [1, {}, "A"], to: [1, {}, "B"], compatible: yes, plan: ["draft"] },
};

function version([vsn, codeChange = {}, shape]: Case["from"]) {
  return { handle: actor<Plain>({ vsn, init: () => null, codeChange }), known: { shape: shape ?? null } };
}

describe("planSteps", () => {
  for (const [name, { from, to, compatible, reinstantiated, isDraft = false, plan }] of Object.entries(cases)) {
    test(name, () => {
      const [loaded, next] = [version(from), version(to)];
      const module = moduleOf(loaded.handle);
      module.current = versionOf(loaded.handle, loaded.known);
      const result = planSteps({
        module,
        to: versionOf(next.handle, { ...next.known, load: 2 }),
        ...(compatible && { compatible }),
        isDraft,
        ...(reinstantiated !== undefined && { reinstantiated }),
      });
      if ("code" in plan) {
        assert.equal(result.ok, false);
        const { error } = result;
        assert.deepEqual([error.code, error.module], [plan.code, module.id]);
        assert.match(error.message, plan.says);
      } else {
        assert.ok(result.ok, "refused");
        assert.deepEqual([result.kind, ...result.steps.map(({ label }) => label)], plan);
      }
    });
  }

  test("supervisors are swapped whatever their version, and stay supervisors", () => {
    const module = moduleOf(supervisor({ children: [] }));
    const swapped = planSteps({ module, to: versionOf(supervisor({ vsn: 3, children: [] })) });
    assert.deepEqual(swapped, { ok: true, kind: "swap", steps: [] });
    const other = planSteps({ module, to: versionOf(actor<Plain>({ vsn: 1, init: () => null })) });
    assert.equal(!other.ok && other.error.code, "INSTAR_BAD_UPGRADE");
  });
});
