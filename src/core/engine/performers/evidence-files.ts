import type { ChangedFile, Flag } from "../../evidence/evidence.ts";
import { productPaths } from "../../evidence/owned-paths.ts";
import { findTampering } from "../../evidence/tampering.ts";
import type { WorkFile } from "../../model/review.ts";
import { listChanges, type PathChange } from "../../workspace/commit-list.ts";
import { diffText } from "../../workspace/story-diff.ts";
import { fromProject, type Place, type World } from "./world.ts";

const DIFF_BYTES_MAX = 4 * 1024 * 1024;
/** Changed files that a card can name. */
const FILES_MAX = 100;

/** What the work changed, and what of that makes green easier than it should be. */
export const lookAtFiles = async (
  world: World,
  place: Place,
  baseline: string,
): Promise<{ readonly flags: readonly Flag[]; readonly files: readonly WorkFile[] }> => {
  const [listed, diff] = await Promise.all([
    listChanges(baseline, "HEAD", { cwd: place.path }),
    diffText(place.path, baseline, DIFF_BYTES_MAX),
  ]);
  const files = listed.map((change): ChangedFile => ({ path: change.path, status: statusOf(change) }));
  const flags = findTampering({
    files,
    diff: diff.text,
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

const statusOf = ({ status }: PathChange): ChangedFile["status"] => {
  if (status === "D") return "deleted";
  return status === "A" ? "added" : "modified";
};
