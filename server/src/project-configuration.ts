/** A project's configuration as the disk has it, for whoever has to know it before the project is opened. */
import type { Configuration } from "./analysis/configuration.ts";
import { readConfiguration } from "./analysis/read-configuration.ts";
import { Disk } from "./disk.ts";

export function projectConfiguration(root: string): Configuration {
  return readConfiguration(new Disk(), root);
}
