/** Which file of the project a relative specifier names: for code that is only looked at, so neither packages nor `paths` count. */
import { folderOf } from "./paths.ts";

export function resolveSource(importer: string, specifier: string, isThere: (file: string) => boolean): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  const parts = folderOf(importer).split("/");
  for (const part of specifier.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  const path = parts.join("/");
  const [, stem, kind = "", react = ""] = /^(.*)\.([cm]?)[jt]s(x?)$/.exec(path) ?? [];
  const named = stem === undefined ? [] : [`${stem}.${kind}ts${react}`, ...(kind === "" && react === "" ? [`${stem}.tsx`] : [])];
  return [...named, `${path}.ts`, `${path}.tsx`, `${path}.mts`, `${path}.cts`, `${path}/index.ts`, `${path}/index.tsx`].find(isThere);
}
