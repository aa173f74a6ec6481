/**
 * What a configuration may say: the one source of its checks, of the published JSON schema, and with it of completion in editors. Only the part
 * of JSON Schema is used that `check-json.ts` knows.
 */
import { type Schema } from "./check-json.ts";
import * as rules from "./rules/all.ts";

const ids = Object.values(rules)
  .map(({ id }) => id)
  .toSorted();

const severity: Schema = {
  type: "string",
  enum: ["off", "info", "warning", "error"],
  description: "How much what the rule finds weighs. The command line fails at errors; `off` finds nothing.",
};

const text: Schema = { type: "string", minLength: 1 };
const globs: Schema = { type: "array", items: text };

export const configurationSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Configuration of Instar",
  description: "instar.config.json, or the section `instar` of a package.json.",
  allowComments: true,
  allowTrailingCommas: true,
  type: "object",
  additionalProperties: false,
  properties: {
    $schema: { type: "string", description: "Where this schema lies; for editors." },
    include: {
      ...globs,
      description:
        "Globs from the project root: the files in which actor modules are looked for. A folder means all that is in it. Everything, if left out.",
    },
    exclude: {
      ...globs,
      description: "Globs from the project root: files in which no actor modules are looked for, though others may import them.",
    },
    baseline: {
      ...text,
      description: "A git branch, tag or commit to compare with in place of the newest snapshots, as --against takes it.",
    },
    preset: {
      type: "string",
      enum: ["recommended", "rolling", "rollback"],
      default: "recommended",
      description:
        "rolling: old and new versions run side by side, so what new ones send to old ones weighs as errors. rollback: a way back is needed, so what stands in the way of `down` does.",
    },
    rules: {
      type: "object",
      additionalProperties: false,
      description: "By rule: a severity, or an object with a severity and the files that the rule passes over.",
      properties: Object.fromEntries(
        Object.values(rules)
          .toSorted((one, other) => (one.id < other.id ? -1 : 1))
          .map(({ id, description }) => [id, { description, allOf: [{ $ref: "#/definitions/rule" }] }]),
      ),
    },
    upgradableFrom: {
      type: "object",
      additionalProperties: false,
      description:
        "Which released versions may still run somewhere, so that it has to be possible to upgrade from them. All of them, if left out.",
      properties: {
        releases: { type: "integer", minimum: 1, description: "So many of the newest releases of each module." },
        modules: {
          type: "object",
          description: "By module id: the oldest version.",
          additionalProperties: { type: "integer", minimum: 1 },
        },
      },
    },
    acceptedBreaks: {
      type: "array",
      description:
        "Findings about modules that are known and accepted, each with its reason. One that nothing is found for any more is a finding itself.",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["rule", "module", "reason"],
        properties: {
          rule: { type: "string", enum: ids, description: "The id of the rule." },
          module: { ...text, description: "The id of the module, such as src/room.actor." },
          item: {
            ...text,
            description:
              "What of the module: the path of a change such as State.title, or the name of a message. All that the rule finds in it, if left out.",
          },
          reason: { ...text, description: "Why it is accepted." },
        },
      },
    },
    redact: {
      ...text,
      description:
        "A file, from the project root, whose export `redact(state, { module, version })` returns what is saved of each live state. As they are, if left out.",
    },
    strategy: {
      type: "string",
      enum: ["hot", "restart", "window", "blue-green"],
      description: "How changes are rolled out here. A change that cannot be rolled out in this way is a finding.",
    },
  },
  definitions: {
    rule: {
      anyOf: [
        severity,
        {
          type: "object",
          additionalProperties: false,
          properties: {
            severity,
            ignore: { ...globs, description: "Globs from the project root: files in which the rule finds nothing." },
          },
        },
      ],
    },
  },
} as const satisfies Schema;
