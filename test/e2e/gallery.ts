/** `docs/gallery.md`: one screenshot for each feature, taken by the scenario that tests it, so that none is of something that is gone. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadScenarios } from "./load-scenarios.ts";
import { sections, type Picture, type Scenario } from "./scenario.ts";

const docs = fileURLToPath(new URL("../../docs/", import.meta.url));
const images = join(docs, "images/gallery");

/** Takes the pictures of the scenarios that have run from `out`, and writes the page anew. */
export async function updateGallery(ran: Iterable<string>, out: string): Promise<void> {
  const pictures = picturesOf(await loadScenarios());
  const names = new Set(ran);
  mkdirSync(images, { recursive: true });
  for (const { scenario, label, file } of pictures) {
    if (names.has(scenario)) copyFileSync(join(out, scenario, `${label}.webp`), join(images, file));
  }
  for (const file of readdirSync(images)) if (!pictures.some((picture) => picture.file === file)) rmSync(join(images, file));
  writeFileSync(join(docs, "gallery.md"), galleryPage(pictures));
}

export interface GalleryPicture extends Picture {
  readonly scenario: string;
  readonly label: string;
  /** Its file in `docs/images/gallery/`. */
  readonly file: string;
}

export function picturesOf(scenarios: ReadonlyMap<string, Scenario>): GalleryPicture[] {
  return [...scenarios].flatMap(([scenario, { gallery = {} }]) =>
    Object.entries(gallery).map(([label, picture]) => ({ ...picture, scenario, label, file: `${scenario}-${label}.webp` })),
  );
}

/** The page, with the pictures that have been taken. */
export function galleryPage(pictures: readonly GalleryPicture[]): string {
  const parts = sections.map((section) => {
    const shown = pictures.filter((picture) => picture.section === section && existsSync(join(images, picture.file)));
    if (shown.length === 0) return "";
    const entries = shown.map(({ title, caption, file }) => `### ${title}\n\n${caption}\n\n![${title}](images/gallery/${file})\n`);
    return `\n## ${section}\n\n${entries.join("\n")}`;
  });
  return `# Gallery\n\nWhat Instar looks like in VS Code. The editor test takes these pictures (\`npm run gallery\`), each while it tests what is in it.\n${parts.join("")}`;
}
