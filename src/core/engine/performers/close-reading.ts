import { productPaths } from "../../evidence/owned-paths.ts";
import { type Finding, isAbout, type Verdict } from "../../model/review.ts";
import type { TurnResult } from "../../model/turn.ts";
import type { RunTurn } from "../../scheduler/effects.ts";
import { pathsBetween } from "../../workspace/restore-worktree.ts";
import { artifactVerdict, keepVerdict } from "../artifacts/review-artifacts.ts";
import { type Before, recallBefore, undoReading } from "./reader-tree.ts";
import { snapshotPath } from "./turn-job.ts";
import { isJudge, isReader } from "./turn-permission.ts";
import type { Place, World } from "./world.ts";
import { type FoundReview, findWrittenReview } from "./written-review.ts";

/**
 * The end of a turn that may only read, or that judges: what it wrote as its verdict is read, what it changed is undone,
 * and it is said what the verdict is about. Any other turn's result stays as it is.
 */
export const closeReading = async (
  world: World,
  effect: RunTurn,
  place: Place,
  result: TurnResult,
): Promise<TurnResult> => {
  const reads = isReader(world, effect);
  const judges = isJudge(world, effect);
  if (!reads && !judges) return result;
  const before = await recallBefore(world, snapshotPath(world, effect));
  if (before === undefined || (reads && before.tree === undefined)) return unchecked(effect, result, reads);
  const isSilent = judges && result.end.kind === "finished" && result.verdict === undefined;
  const written = isSilent ? await findWritten(world, effect, place, before) : { notes: [] };
  const notes = await undoReading(world, place, before, effect.role);
  const verdict = result.verdict ?? written.verdict;
  if (verdict !== undefined) await keepVerdict(world, effect, place, verdict);
  const about = judges && before.tree ? await reviewedWork(world, effect, place, before.tree.tree, verdict) : {};
  return {
    ...result,
    ...(verdict === undefined ? {} : { verdict }),
    ...about,
    notes: [...(result.notes ?? []), ...written.notes, ...notes, ...(reads ? [] : [inSharedCopy(effect)])],
  };
};

/** What a judge wrote down instead of saying it: a review in the story file, or an artifact. */
const findWritten = async (world: World, effect: RunTurn, place: Place, before: Before): Promise<FoundReview> => {
  const written = await findWrittenReview(world, effect.story, place, before);
  // In a copy where others work, too, nobody knows who left an artifact.
  if (written.verdict !== undefined || before.tree === undefined) return written;
  const since = { commit: before.tree.tree, left: before.artifacts ?? {} };
  const verdict = await artifactVerdict(world, effect, place, since);
  return verdict === undefined ? written : { ...written, verdict };
};

const inSharedCopy = ({ phase, role }: RunTurn): string =>
  `${phase} ran in the copy where others work, too: nobody could check whether the ${role} changed anything`;

/** Nobody knows what such a reader did, so its word is not taken. */
const unchecked = (effect: RunTurn, result: TurnResult, reads: boolean): TurnResult => {
  const { verdict, ...rest } = result;
  if (!reads && verdict !== undefined) return { ...result, notes: [...(result.notes ?? []), inSharedCopy(effect)] };
  const { phase, role } = effect;
  const note = `what was noted before ${phase} is gone, so nobody could check whether the ${role} changed anything`;
  return { ...rest, notes: [...(result.notes ?? []), note] };
};

/**
 * Which tree the verdict is about, and which of its files did not change since the last review. Where nothing of the product
 * changed since (statuses do), it is the same tree.
 */
const reviewedWork = async (
  world: World,
  { lastReviewed }: RunTurn,
  place: Place,
  tree: string,
  verdict: Verdict | undefined,
): Promise<Pick<TurnResult, "reviewed" | "unchangedFiles">> => {
  if (verdict === undefined) return {};
  if (lastReviewed === undefined) return { reviewed: tree };
  const changed = await pathsBetween(place.path, lastReviewed, tree).catch(() => undefined);
  if (changed === undefined) return { reviewed: tree };
  const isSame = productPaths(changed, world.keptFiles.ownedPaths).length === 0;
  return { reviewed: isSame ? lastReviewed : tree, unchangedFiles: unchanged(verdict.findings, changed) };
};

const unchanged = (findings: readonly Finding[], changed: readonly string[]): readonly string[] => [
  ...new Set(findings.flatMap(({ file }) => (file === undefined || isAbout(file, changed) ? [] : [file]))),
];
