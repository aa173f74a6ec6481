/** Hovers over fields, messages, versions and steps: since when they exist, what they were, what the migration does with them, who lives on what. */
import { type ClientCapabilities, type Hover, type HoverParams, MarkupKind } from "vscode-languageserver";
import type { Project } from "../projects.ts";
import { fromLspPosition, toLspRange } from "../to-lsp.ts";
import { hoverText } from "./hover-text.ts";
import type { LiveModule } from "./code-lenses.ts";
import { markdown, plaintext } from "./markup.ts";

export interface HoverContext {
  readonly project: Project;
  readonly client: ClientCapabilities;
  /** What lives of a module of the project. */
  readonly live: (module: string) => LiveModule | undefined;
  readonly wanted: () => boolean;
}

export async function hover(
  { project, client, live, wanted }: HoverContext,
  file: string,
  { position }: HoverParams,
): Promise<Hover | null> {
  const described = await project.ask((analyzer) => analyzer.describe(file, fromLspPosition(position)), wanted);
  if (described === undefined) return null;
  const [kind = MarkupKind.PlainText] = client.textDocument?.hover?.contentFormat ?? [];
  const markup = kind === MarkupKind.Markdown ? markdown : plaintext;
  const value = hoverText(described, live, markup);
  return { contents: { kind, value }, range: toLspRange(described.range) };
}
