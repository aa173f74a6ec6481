/**
 * A scenario is one thing that a person does from beginning to end, in a window and a project of its own. Each file in `scenarios/` exports
 * one as its default; README.md says how to write them.
 */
import type { Locator } from "playwright-core";
import type { ServerKind } from "./code-server.ts";
import type { Place, Project } from "./project.ts";
import type { Tools } from "./setup.ts";
import type { Workbench } from "./workbench.ts";

export interface Scenario {
  /** Makes the project; the chat example where nothing is said. */
  readonly project?: (place: Place) => Project;
  /** Settings of the workspace, on top of those of the suite. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Where a VS Code of its own is needed, which takes some seconds more. */
  readonly server?: ServerKind;
  /** The screenshots of this scenario that documentation shows, by the name that `shoot` gets. */
  readonly gallery?: Readonly<Record<string, Picture>>;
  run(stage: Stage): Promise<void>;
}

/** A picture in `docs/gallery.md`. */
export interface Picture {
  readonly section: Section;
  /** What it is a picture of, as a heading. */
  readonly title: string;
  /** One or two sentences: what a person sees here, and how they get there. */
  readonly caption: string;
}

/** The parts of the gallery in their order. */
export const sections = [
  "The first five minutes",
  "While you type",
  "Find your way",
  "Compare with a release",
  "Live processes",
  "Carry the change out",
  "When something is wrong",
] as const;
export type Section = (typeof sections)[number];

/** What a scenario works with. */
export interface Stage {
  readonly project: Project;
  readonly tools: Tools;
  /** For temporary files. */
  readonly folder: string;
  /** Opens VS Code on the project, or on another folder or workspace file, and waits until the explorer shows `file`. */
  open(file: string, target?: string): Promise<Workbench>;
  /** Does a part of the scenario, which ends with a screenshot. Where it fails, so does the scenario. */
  step(name: string, action: () => Promise<void>): Promise<void>;
  /** Takes a screenshot of the window, or a part of it. */
  shoot(name: string, part?: Clip | Locator): Promise<void>;
}

/** A part of the window in pixels; the window is 1280 by 960. */
export interface Clip {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
