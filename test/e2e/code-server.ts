/** Starts and stops one VS Code: code-server with its own user data in a temporary folder, on a free port of loopback. */
import { execFileSync, spawn } from "node:child_process";
import { createWriteStream, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { until } from "./until.ts";
import type { Tools } from "./setup.ts";

export interface CodeServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** How one VS Code differs from another. Those of the same kind can share one. */
export interface ServerKind {
  /** Variables of the extension host, and so of all that it starts; `undefined` takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Opens folders in restricted mode until a person says that they trust them. */
  readonly restricted?: boolean;
  /** Lets a page start tests inside the extension host. It also keeps notifications and dialogs from being shown. */
  readonly driver?: boolean;
}

export interface Places {
  /** For user data. */
  readonly folder: string;
  /** Installed extensions; see `installExtension`. */
  readonly extensions: string;
  /** The file that takes the server's output. */
  readonly log: string;
}

/** Installs a packaged extension into the folder `extensions`. */
export function installExtension(tools: Tools, vsix: string, extensions: string, folder: string): void {
  const places = ["--config", "/dev/null", "--user-data-dir", folder, "--extensions-dir", extensions];
  execFileSync(tools.node, [tools.codeServer, ...places, "--install-extension", vsix], { env: environment(), stdio: "pipe" });
}

export async function startCodeServer(tools: Tools, { folder, extensions, log }: Places, kind: ServerKind = {}): Promise<CodeServer> {
  mkdirSync(join(folder, "User"), { recursive: true });
  const trust = { "security.workspace.trust.enabled": kind.restricted === true, "security.workspace.trust.startupPrompt": "never" };
  writeFileSync(join(folder, "User/settings.json"), JSON.stringify({ ...settings, ...trust }, null, 2));

  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const options = [
    "--config",
    "/dev/null",
    "--user-data-dir",
    folder,
    "--extensions-dir",
    extensions,
    "--disable-telemetry",
    "--disable-update-check",
    "--disable-getting-started-override",
    "--ignore-last-opened",
    ...(kind.restricted === true ? [] : ["--disable-workspace-trust"]),
    ...(kind.driver === true ? ["--vscode-option", "enable-smoke-test-driver"] : []),
  ];
  // Without the grace time the extension host and its servers outlive the browser by three hours.
  const child = spawn(
    tools.node,
    [tools.codeServer, "--bind-addr", `127.0.0.1:${port}`, "--auth", "none", "--reconnection-grace-time", "2", ...options],
    { env: { ...environment(), ...kind.env }, detached: true, stdio: ["ignore", "pipe", "pipe"] },
  );
  const output = createWriteStream(log);
  child.stdout.pipe(output, { end: false });
  child.stderr.pipe(output, { end: false });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  // Also when the test itself is interrupted.
  process.prependOnceListener("exit", () => killGroup(child.pid));

  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
    await exited;
    output.end();
    killGroup(child.pid);
  };
  try {
    await until("code-server to answer", async () => {
      if (child.exitCode !== null) throw new Error(`code-server ended with ${child.exitCode}; its output is in ${log}`);
      const response = await fetch(`${url}/healthz`).catch(() => undefined);
      return response?.ok === true;
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

/** What a person would see with these settings is the same, without the parts that ask the network or move by themselves. */
const settings = {
  "chat.disableAIFeatures": true,
  "editor.codeLens": true,
  "editor.lightbulb.enabled": "on",
  "editor.minimap.enabled": false,
  // What the test types must arrive as typed.
  "editor.acceptSuggestionOnCommitCharacter": false,
  "editor.autoClosingBrackets": "never",
  "editor.autoIndent": "none",
  "editor.quickSuggestions": { other: "off", comments: "off", strings: "off" },
  // Only what the extensions offer, without "Surround With".
  "editor.snippets.codeActions.enabled": false,
  "editor.stickyScroll.enabled": false,
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "files.autoSave": "off",
  "files.hotExit": "off",
  "remote.autoForwardPorts": false,
  "telemetry.telemetryLevel": "off",
  // On a canvas, its text could not be read.
  "terminal.integrated.gpuAcceleration": "off",
  // It would ask the network for types of packages.
  "typescript.disableAutomaticTypeAcquisition": true,
  "typescript.surveys.enabled": false,
  "update.mode": "none",
  "window.confirmBeforeClose": "never",
  "workbench.enableExperiments": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
};

function environment(): NodeJS.ProcessEnv {
  // The test may itself run in a terminal of VS Code, whose variables would make this one a client of that one.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("VSCODE_"));
  // The example's traffic would take a core for itself; the demo is where it runs.
  return { ...Object.fromEntries(inherited), CHAT_TRAFFIC: "off" };
}

/** Ends what is left of a process group; nothing is left when all went well. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // The group is gone.
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (address !== null && typeof address === "object" ? resolve(address.port) : reject(new Error("no port"))));
    });
  });
}
