/** *Compare with Release* and *Compare Releases*: VS Code's diff editor on two snapshots of a module. */
import * as vscode from "vscode";
import type { ComparedVersion } from "../../server/src/protocol.ts";
import type { InstarClient } from "./language-client.ts";
import { pickModule, targetOf } from "./pick-module.ts";
import { createRegister, offer } from "./register-command.ts";

interface Compare {
  readonly client: InstarClient;
  readonly output: vscode.LogOutputChannel;
}

/** What a row of the view *Releases* says of itself. */
interface Release {
  readonly root: string;
  readonly module: string;
  readonly vsn: number;
}

export function registerCompare({ client, output }: Compare): vscode.Disposable {
  const register = createRegister(output);
  return vscode.Disposable.from(
    register("instar.compareWithRelease", (argument) => compareWithRelease(client, argument)),
    register("instar.compareReleases", (one, all) => compareReleases(client, one, all)),
  );
}

async function compareWithRelease(client: InstarClient, argument: unknown): Promise<void> {
  const title = vscode.l10n.t("Instar: Compare with Release");
  const { root, module } = targetOf(argument) ?? (await pickModule(client, title, { one: true })) ?? {};
  if (module === undefined) return;
  // A row of the view of releases means its own version.
  const [release] = releasesOf([argument]);
  await show(client, root, module, release?.vsn ?? "baseline", "source");
}

/** @param all every row that is selected, as VS Code gives them. */
async function compareReleases(client: InstarClient, one: unknown, all: unknown): Promise<void> {
  const selected = releasesOf(Array.isArray(all) && all.length > 1 ? all : [one]);
  if (selected.length === 2 && selected[0]!.module === selected[1]!.module && selected[0]!.root === selected[1]!.root) {
    const [older, newer] = selected.toSorted((left, right) => left.vsn - right.vsn);
    return show(client, older!.root, older!.module, older!.vsn, newer!.vsn);
  }
  if (selected.length > 1) {
    void vscode.window.showInformationMessage(vscode.l10n.t("Select two releases of one module to compare them."));
    return;
  }
  await compareWithOther(client, selected[0]);
}

/** Asks for what is not said yet. */
async function compareWithOther(client: InstarClient, first: Release | undefined): Promise<void> {
  const title = vscode.l10n.t("Instar: Compare Releases");
  const all = (await client.request("instar/releases", {})).flatMap(({ root, module, releases }) =>
    releases.map(({ vsn, date }) => ({ root, module, vsn, day: date.slice(0, 10) })),
  );
  const pick = async (releases: typeof all, placeHolder: string): Promise<Release | undefined> =>
    vscode.window.showQuickPick(
      releases.map((release) => ({
        label: vscode.l10n.t("{0} version {1}", release.module, release.vsn),
        description: release.day,
        ...release,
      })),
      { title, placeHolder },
    );
  const comparable = all.filter((each) => all.filter(({ root, module }) => root === each.root && module === each.module).length > 1);
  if (comparable.length === 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t("No module has two releases yet. A version is released once its snapshot is written."),
    );
    return;
  }
  const one = first ?? (await pick(comparable, vscode.l10n.t("Release")));
  if (one === undefined) return;
  const others = comparable.filter(({ root, module, vsn }) => root === one.root && module === one.module && vsn !== one.vsn);
  if (others.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t("{0} has no other release to compare this one with.", one.module));
    return;
  }
  const other = await pick(others, vscode.l10n.t("Release to compare it with"));
  if (other === undefined) return;
  const [older, newer] = [one, other].toSorted((left, right) => left.vsn - right.vsn);
  await show(client, one.root, one.module, older!.vsn, newer!.vsn);
}

async function show(
  client: InstarClient,
  root: string | undefined,
  module: string,
  left: ComparedVersion,
  right: ComparedVersion,
): Promise<void> {
  const compared = await client.request("instar/compare", { ...(root === undefined ? {} : { root }), module, left, right });
  if ("problem" in compared) {
    void offer(vscode.window.showInformationMessage, compared.problem, {
      [vscode.l10n.t("Write Release Snapshots")]: () => vscode.commands.executeCommand("instar.release"),
    });
    return;
  }
  await vscode.commands.executeCommand("vscode.diff", vscode.Uri.parse(compared.left), vscode.Uri.parse(compared.right), compared.title);
}

function releasesOf(items: readonly unknown[]): Release[] {
  return items.filter((item): item is Release => typeof item === "object" && item !== null && "vsn" in item && "module" in item);
}
