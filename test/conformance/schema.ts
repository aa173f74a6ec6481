/** The protocol's published JSON schema as checks, by the names of its definitions, for example `runtime/info.result`. */
import { readFileSync } from "node:fs";
import { Ajv } from "ajv";

export interface ProtocolSchema {
  /** What is wrong with a value; null where nothing is. */
  readonly complain: (definition: string, value: unknown) => string | null;
  readonly definitions: readonly string[];
  readonly version: number;
}

export function readSchema(): ProtocolSchema {
  const file = new URL("../../schemas/protocol-1.schema.json", import.meta.url);
  const schema = JSON.parse(readFileSync(file, "utf8")) as { $id: string; definitions: Record<string, unknown> };
  const ajv = new Ajv({ strict: true, strictRequired: false, strictTypes: false, allErrors: true });
  ajv.addFormat("date-time", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);
  ajv.addSchema(schema);
  return {
    definitions: Object.keys(schema.definitions),
    version: Number(/\d+$/.exec(schema.$id)?.[0]),
    complain(definition, value) {
      const validate = ajv.getSchema(`${schema.$id}#/definitions/${definition.replaceAll("/", "~1")}`);
      if (validate === undefined) throw new Error(`The schema has no definition ${definition}.`);
      return validate(value) === true ? null : ajv.errorsText(validate.errors, { dataVar: definition });
    },
  };
}
