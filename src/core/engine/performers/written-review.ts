import { basename, join } from "node:path";
import { readQaGate } from "../../backlog/qa-gate.ts";
import { STORY_FILE_BYTES_MAX } from "../../backlog/read-project.ts";
import { readReviewDocument, readReviewSections, type WrittenReview } from "../../backlog/review-sections.ts";
import { productPaths } from "../../evidence/owned-paths.ts";
import { readPlainFile } from "../../files/read-plain-file.ts";
import type { Verdict } from "../../model/review.ts";
import { type StoryKey, shortNameOf } from "../../model/story-key.ts";
import { pathsBetween } from "../../workspace/restore-worktree.ts";
import { treeOf } from "../../workspace/working-state.ts";
import { type Before, storyTextIn } from "./reader-tree.ts";
import { type Place, storyIn, type World } from "./world.ts";

/** A verdict that was not said but written, and what a person should know of it. */
export interface FoundReview {
  readonly verdict?: Verdict;
  readonly notes: readonly string[];
}

/**
 * The verdict that a reviewer wrote into the project instead of saying it: the story file's review section, a gate file of
 * the test architect, a review document. Only what the turn wrote counts. To be read before the worktree is put back.
 */
export const findWrittenReview = async (
  world: World,
  key: StoryKey,
  place: Place,
  before: Before,
): Promise<FoundReview> => {
  const { file } = storyIn(world, key);
  const now = before.tree === undefined ? undefined : await treeOf(place.path);
  const paths =
    now === undefined || before.tree === undefined ? [] : await pathsBetween(place.path, before.tree.tree, now);
  const found =
    inStory(file, readReviewSections(before.story, await storyTextIn(place, file))) ??
    (await inDocuments(place, key, paths));
  if (found === undefined) return { notes: [] };
  const product = productPaths(paths, world.keptFiles.ownedPaths).filter((path) => !isReview(path));
  return judged(found, product);
};

interface Found extends WrittenReview {
  readonly where: string;
}

const inStory = (file: string | undefined, review: WrittenReview | undefined): Found | undefined =>
  review && { ...review, where: file ?? "" };

const GATE = /(?:^|\/)gates\/[^/]+\.ya?ml$/;
const DOCUMENT = /(?:^|\/)(?:code-)?reviews\/[^/]+\.md$/;

const isReview = (path: string): boolean => GATE.test(path) || DOCUMENT.test(path);

const inDocuments = async (place: Place, key: StoryKey, paths: readonly string[]): Promise<Found | undefined> => {
  for (const path of paths.filter((path) => isReview(path) && isAbout(path, key))) {
    const read = await readPlainFile(join(place.path, path), STORY_FILE_BYTES_MAX);
    const text = read?.bytes.toString("utf8") ?? "";
    const review = GATE.test(path) ? ofGate(readQaGate(text)) : readReviewDocument("", text);
    if (review !== undefined) return { ...review, where: path };
  }
  return undefined;
};

const ofGate = (verdict: Verdict | undefined): WrittenReview | undefined =>
  verdict && { verdict, ticked: [], afterRepairs: false };

/** `1.3-slug.yml` and `code-review-1-3-...md` are about 1-3; `1.30-slug.yml` is not. */
const isAbout = (path: string, key: StoryKey): boolean => {
  const stem = basename(path)
    .replace(/\.\w+$/, "")
    .toLowerCase()
    .replace(/^(?:code-)?review-/, "")
    .replaceAll(".", "-");
  const short = shortNameOf(key).toLowerCase();
  return stem === short || stem.startsWith(`${short}-`);
};

/**
 * A reviewer's own repairs are undone: what it ticked after repairing it is still open, and an approval of the repaired work
 * is none of the work that is there.
 */
const judged = ({ verdict, ticked, afterRepairs, where }: Found, product: readonly string[]): FoundReview => {
  const read = `the reviewer's verdict was read from ${where}`;
  if (product.length === 0 || (ticked.length === 0 && !afterRepairs)) return { verdict, notes: [read] };
  if (ticked.length === 0) {
    return { notes: [`${where} approves the work after the reviewer's own repairs, which are undone: no verdict`] };
  }
  const note = `${read}; what it says to have repaired itself is undone and still open`;
  return { verdict: { ...verdict, findings: [...verdict.findings, ...ticked] }, notes: [note] };
};
