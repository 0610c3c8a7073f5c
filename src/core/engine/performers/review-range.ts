import { devNull } from "node:os";
import { namesStory } from "../../evidence/commit-subject.ts";
import type { RunTurn } from "../../scheduler/effects.ts";
import { git } from "../../workspace/git.ts";
import { isJudge } from "./turn-permission.ts";
import { type Place, storyIn, type World } from "./world.ts";

/** Commits of the history that are looked through for a story's own. */
const HISTORY_MAX = 5_000;
/** Commits that are named to the reviewer. */
const NAMED_MAX = 10;

/** What a reviewer looks at where the story's work was there before the run, and what it has to know of it. */
export interface ReviewRange {
  readonly diffRange?: string;
  readonly flags: readonly string[];
}

/**
 * A story that was in `review` before the run has its work in the history of the target: the range from before the first
 * commit with its name. Where there is none, the reviewer is told so. Nothing for work that this run has built.
 */
export const reviewRange = async (world: World, effect: RunTurn, place: Place): Promise<ReviewRange> => {
  const { key, status } = storyIn(world, effect.story);
  const { baseline } = effect;
  if (status !== "review" || baseline === undefined || !isJudge(world, effect)) return { flags: [] };
  const history = await subjects(place.path, baseline);
  const keys = world.run.stories.map((story) => story.key);
  const isOurs = namesStory(key, keys, world.run.config.evidence.commit_pattern);
  const ours = history.filter(({ subject }) => isOurs(subject));
  const first = ours.at(-1);
  if (first === undefined) {
    const flag = `the story was in review before this run, and none of the last ${history.length} commits is named for it: judge the code as it stands, and say so where its work is not there`;
    return { flags: [flag] };
  }
  const from = first.parent ?? (await git(["hash-object", "-t", "tree", devNull], { cwd: place.path })).stdout;
  const head = (await git(["rev-parse", "HEAD"], { cwd: place.path })).stdout;
  // What was repaired in this run lies on top, and with it what others landed in between.
  const to = head === baseline ? (ours[0]?.id ?? baseline) : "HEAD";
  const named = ours.slice(0, NAMED_MAX).map(({ id }) => id.slice(0, 10));
  const flag = `the story was in review before this run; its commits: ${named.join(", ")}${ours.length > NAMED_MAX ? ", ..." : ""}. Other stories' commits may lie between them`;
  return { diffRange: `${from}..${to}`, flags: [flag] };
};

interface Subject {
  readonly id: string;
  /** First parent; unset for the first commit of all. */
  readonly parent?: string | undefined;
  readonly subject: string;
}

/** Newest first. */
const subjects = async (cwd: string, from: string): Promise<readonly Subject[]> => {
  const args = ["log", "-z", "--format=%H %P%n%s", "--no-show-signature", "--no-color", `--max-count=${HISTORY_MAX}`];
  const { stdout } = await git([...args, from, "--"], { cwd });
  return stdout.split("\0").flatMap((record) => {
    const [ids = "", subject = ""] = record.split("\n");
    const [id = "", parent] = ids.split(" ");
    return id === "" ? [] : [{ id, parent: parent === "" ? undefined : parent, subject }];
  });
};
