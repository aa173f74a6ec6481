/** One trial of a runtime: what there is to try it with, and what is often looked at. */
import assert from "node:assert/strict";
import type { LoadedModuleInfo, RunFile } from "../../runtime/src/protocol.ts";
import { type Answer, type RawClient, type Target, connect } from "./raw-client.ts";
import type { ProtocolSchema } from "./schema.ts";

export interface Demand {
  /** Heading in `docs/protocol.md`. */
  readonly section: string;
  readonly demand: string;
  /** Left out where it cannot be tried here: why. */
  readonly unless?: string | false;
  readonly check: (trial: Trial) => Promise<void> | void;
}

export interface Trial extends Target {
  readonly file: string;
  readonly run: RunFile;
  readonly schema: ProtocolSchema;
  /** Connected all the time; hears all notifications. */
  readonly client: RawClient;
  /** @throws where the handshake is refused */
  open(): Promise<RawClient>;
}

export function valid(schema: ProtocolSchema, definition: string, value: unknown): void {
  const complaint = schema.complain(definition, value);
  assert.equal(complaint, null, `${complaint}`);
}

export function result({ result: value, error }: Answer): unknown {
  assert.equal(error, undefined, `it was answered with ${error?.code}: ${error?.message}`);
  return value;
}

export async function asked<R>(client: RawClient, schema: ProtocolSchema, method: string, params: object = {}): Promise<R> {
  const value = result(await client.ask(method, params));
  valid(schema, `${method}.result`, value);
  return value as R;
}

export async function shut(client: RawClient | number): Promise<RawClient | number> {
  if (typeof client !== "number") {
    client.socket.close();
    await client.ended();
  }
  return client;
}

export async function refused(trial: Trial, status: number, all: readonly Record<string, string>[]): Promise<void> {
  for (const headers of all) {
    const answer = await shut(await connect(trial, headers));
    assert.equal(typeof answer === "number" ? answer : "let in", status, JSON.stringify(headers).replace(trial.token, "<token>"));
  }
}

export async function provoked(trial: Trial, text: string, code: number): Promise<void> {
  const client = await trial.open();
  const { id, error } = await client.provoke(text);
  assert.deepEqual([id, error?.code], [null, code], text);
  result(await client.ask("runtime/info"));
  await shut(client);
}

export async function closing(trial: Trial, data: Buffer, binary: boolean, code: number): Promise<void> {
  const client = await trial.open();
  client.socket.send(data, { binary });
  assert.equal(await client.ended(), code);
}

export async function refusedUpgrade({ client, schema }: Trial, params: object, code: string): Promise<void> {
  const { outcome, errors } = await asked<{ outcome: string; errors: { code: string }[] }>(client, schema, "upgrade/apply", params);
  assert.deepEqual([outcome, errors[0]?.code], ["refused", code]);
}

/** What an upgrade would change. */
export function loadedIn(list: unknown): unknown {
  return (list as { modules: LoadedModuleInfo[] }).modules.map(({ id, vsn, old }) => [id, vsn, old?.vsn]);
}
