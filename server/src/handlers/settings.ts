/** What the person has set in their editor, as far as the server is concerned. An editor that has no settings gets what most people want. */
import { type ClientCapabilities, ConfigurationRequest, type Connection, DidChangeConfigurationNotification } from "vscode-languageserver";

export interface Settings {
  readonly diagnostics: {
    /** Whose findings are shown. */
    readonly scope: "openFiles" | "workspace";
  };
  /** Of those that were asked for: an editor without this setting asks only where somebody wants them. */
  readonly inlayHints: { readonly enabled: boolean };
}

export const defaultSettings: Settings = { diagnostics: { scope: "workspace" }, inlayHints: { enabled: true } };

/** Reads them now and whenever they change. */
export async function followSettings(
  connection: Connection,
  client: ClientCapabilities,
  onSettings: (settings: Settings) => void,
): Promise<void> {
  const asks = client.workspace?.configuration === true;
  const ask = async () =>
    onSettings(settingsIn(await connection.sendRequest(ConfigurationRequest.type, { items: [{ section: "instar" }] })));
  // Some clients send them along, under the name of the section or without it; the others are asked.
  connection.onDidChangeConfiguration(({ settings }: { settings: unknown }) => {
    if (asks) ask().catch(() => {});
    else onSettings(settingsIn([isObject(settings) && isObject(settings["instar"]) ? settings["instar"] : settings]));
  });
  if (client.workspace?.didChangeConfiguration?.dynamicRegistration === true)
    void connection.client.register(DidChangeConfigurationNotification.type, { section: "instar" }).catch(() => {});
  if (asks) await ask();
}

function settingsIn([given]: readonly unknown[]): Settings {
  const section = (name: string) => (isObject(given) && isObject(given[name]) ? given[name] : {});
  return {
    diagnostics: { scope: section("diagnostics")["scope"] === "openFiles" ? "openFiles" : "workspace" },
    inlayHints: { enabled: section("inlayHints")["enabled"] !== false },
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
