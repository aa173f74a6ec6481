/** What `instar prove` printed as JSON, as a document for people and as places in files. Knows no `vscode`, so that it is tested by itself. */

/** As `instar prove --format json` prints it; what is not read here is left out. */
export interface ProofJson {
  readonly seed: number;
  readonly runs: number;
  readonly modules: readonly {
    readonly id: string;
    readonly tried: readonly { readonly from: number; readonly to: number; readonly states: number }[];
  }[];
  readonly findings: readonly ProofFinding[];
  readonly summary: { readonly errors: number; readonly warnings: number; readonly infos: number };
}

export interface ProofFinding {
  readonly rule: string;
  readonly severity: "error" | "warning" | "info";
  readonly module: string;
  /** From the project's root. */
  readonly file: string;
  readonly range: {
    readonly start: { readonly line: number; readonly column: number };
    readonly end: { readonly line: number; readonly column: number };
  };
  readonly message: string;
  readonly counterExample: {
    readonly vsn: number;
    readonly state: string;
    readonly steps: readonly { readonly by: string; readonly gives: string }[];
  } | null;
}

/** Undefined where it is something else, such as the words of an error. */
export function parseProof(text: string): ProofJson | undefined {
  try {
    const given = JSON.parse(text) as Partial<ProofJson> | null;
    return Array.isArray(given?.findings) && Array.isArray(given.modules) && given.summary !== undefined ? (given as ProofJson) : undefined;
  } catch {
    return undefined;
  }
}

/** `vscode.l10n.t`, or what stands for it in a test. */
export type Translate = (message: string, ...given: (string | number)[]) => string;

/** A document in Markdown: what was tried, and each finding with the state that shows it. */
export function proofDocument(proof: ProofJson, t: Translate): string {
  const tried = proof.modules.flatMap(({ id, tried: ways }) =>
    ways.map(({ from, to, states }) => `| \`${id}\` | ${from} → ${to} | ${states} |`),
  );
  const findings = proof.findings.map(({ rule, severity, file, range, message, counterExample }) => {
    const example =
      counterExample === null
        ? []
        : [
            "",
            "```ts",
            `// ${t("A state of version {0}", counterExample.vsn)}`,
            counterExample.state,
            ...counterExample.steps.flatMap(({ by, gives }) => [`// ${t("{0} gives", by)}`, gives]),
            "```",
          ];
    return [`## ${severity}: ${rule}`, "", `${file}:${range.start.line}`, "", message, ...example, ""].join("\n");
  });
  return [
    `# ${t("What the proof of the steps found")}`,
    "",
    tried.length === 0
      ? t("No step was tried.")
      : [`| ${t("Module")} | ${t("Versions")} | ${t("States")} |`, "| --- | --- | --- |", ...tried].join("\n"),
    "",
    t("Seed {0}, {1} states each way. The same states again: `instar prove --seed {0}`", proof.seed, proof.runs),
    "",
    ...(findings.length === 0 ? [t("Nothing was found."), ""] : findings),
  ].join("\n");
}

/** Of counter-examples for a hover: the message, and the state that shows it. */
export function findingText({ message, counterExample }: ProofFinding, t: Translate): string {
  if (counterExample === null) return message;
  return [message, t("With {0}", counterExample.state), ...counterExample.steps.map(({ by, gives }) => t("{0} gives {1}", by, gives))].join(
    "\n",
  );
}
