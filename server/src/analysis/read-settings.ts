/** Reads out of the compiler's options what they mean for the analysis. */
import { mapsRuntime } from "./runtime-names.ts";
import type { Settings } from "./settings.ts";
import type { TsConfig } from "./tsconfigs.ts";
import { ts } from "./typescript.ts";

export function settingsOf({ options, problem }: TsConfig): Settings {
  const { paths = {}, baseUrl, rootDirs, moduleSuffixes, lib, target = ts.ScriptTarget.ES5, moduleResolution, module } = options;
  const modern =
    lib === undefined ? target >= ts.ScriptTarget.ES2015 : lib.some((each) => /^lib\.(es6|es20\d\d|esnext)(\.full)?\.d\.ts$/.test(each));
  const node =
    moduleResolution === undefined
      ? (module ?? 0) >= ts.ModuleKind.Node16 && module !== ts.ModuleKind.Preserve
      : moduleResolution === ts.ModuleResolutionKind.Node16 || moduleResolution === ts.ModuleResolutionKind.NodeNext;
  return {
    exact: options.exactOptionalPropertyTypes === true,
    names: modern && rootDirs === undefined && moduleSuffixes === undefined,
    packages: baseUrl === undefined && !Object.keys(paths).some(mapsRuntime),
    extensions: node,
    problem,
  };
}
