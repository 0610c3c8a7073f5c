import type { ChangedFile, Flag } from "../../evidence/evidence.ts";
import { productPaths } from "../../evidence/owned-paths.ts";
import { findTampering } from "../../evidence/tampering.ts";
import type { WorkFile } from "../../model/review.ts";
import { diffText, type StoryChanges } from "../../workspace/story-diff.ts";
import { fromProject, type Place, type World } from "./world.ts";

const DIFF_BYTES_MAX = 4 * 1024 * 1024;
/** Changed files that a card can name. */
const FILES_MAX = 100;

/** The text of the work, as far as it is looked at. */
export const diffOfWork = async (place: Place, baseline: string): Promise<string> =>
  (await diffText(place.path, baseline, DIFF_BYTES_MAX)).text;

/** What the work changed, and what of that makes green easier than it should be. */
export const lookAtFiles = (
  world: World,
  listed: StoryChanges["changes"],
  diff: string,
): { readonly flags: readonly Flag[]; readonly files: readonly WorkFile[] } => {
  const files = listed.map((change): ChangedFile => ({ path: change.path, status: statusOf(change) }));
  const flags = findTampering({
    files,
    diff,
    gates: Object.fromEntries(world.run.gates.map((gate) => [gate.name, gate.run])),
  });
  const product = new Set(
    productPaths(
      listed.map(({ path }) => path),
      world.keptFiles.ownedPaths,
    ),
  );
  const shown = files.filter(({ path }) => product.has(path)).slice(0, FILES_MAX);
  return { flags, files: shown.map(({ path, status }) => ({ path: fromProject(world, path), kind: KINDS[status] })) };
};

const KINDS: Readonly<Record<ChangedFile["status"], WorkFile["kind"]>> = {
  added: "created",
  modified: "modified",
  renamed: "created",
  deleted: "deleted",
};

const statusOf = ({ status }: StoryChanges["changes"][number]): ChangedFile["status"] => {
  if (status === "D") return "deleted";
  return status === "A" ? "added" : "modified";
};
