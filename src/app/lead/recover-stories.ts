import { join } from "node:path";
import { namesIn, readFound } from "../../core/engine/artifacts/story-artifacts.ts";
import { namesStory } from "../../core/evidence/commit-subject.ts";
import { findArtifacts } from "../../core/evidence/pantheon/artifact-names.ts";
import type { ProgressArtifact } from "../../core/evidence/pantheon/progress.ts";
import { artifactsOf, readArtifact } from "../../core/evidence/pantheon/read-artifact.ts";
import { type CompleteStory, recoverStories } from "../../core/evidence/pantheon/recovery.ts";
import { plainLine } from "../../core/model/plain-text.ts";
import type { Recovered, Story } from "../../core/model/story.ts";
import type { StoryKey } from "../../core/model/story-key.ts";
import { findLandedCommit } from "../../core/workspace/landed-commit.ts";

/** Where an earlier run's progress artifacts are, and what they are held against. */
export interface RecoveryPlace {
  readonly project: string;
  /** Relative to the project. */
  readonly completions: string;
  /** The commit that the run starts from. */
  readonly target: string;
  readonly commitPattern: string | undefined;
}

/** Stories with what was recovered of them, and what is wrong with artifacts that recover nothing. */
export interface RecoveredStories {
  readonly stories: readonly Story[];
  readonly notes: readonly string[];
}

/**
 * Reads what an earlier run left of the stories in their progress artifacts, where nothing else is left of it
 * (swarm-batch.md, step 3). A story that one says is complete is so only if the commit that it names is the story's and
 * has landed; its tasks and gates are looked at later, as of any story that may be done already.
 */
export const recoverProgress = async (stories: readonly Story[], place: RecoveryPlace): Promise<RecoveredStories> => {
  const keys = stories.map(({ key }) => key);
  const { complete, begun } = recoverStories(await readProgress(keys, place));
  const recovered = new Map<StoryKey, Recovered>(begun.map(({ key, phase }) => [key, { phase: plainLine(phase) }]));
  const notes: string[] = [];
  for (const story of complete) {
    const found = await landedCommit(story, keys, place);
    if ("commit" in found) recovered.set(story.key, found);
    // Nothing is claimed to be in git: its ticked tasks decide, as they would without it.
    else if (!story.isAlreadyDone) notes.push(`${story.key} is not recovered: its progress artifact ${found.problem}`);
  }
  const known = stories.map((story) => {
    const found = recovered.get(story.key);
    return found === undefined ? story : { ...story, recovered: found };
  });
  return { stories: known, notes };
};

const readProgress = async (
  keys: readonly StoryKey[],
  { project, completions }: RecoveryPlace,
): Promise<{ readonly key: StoryKey; readonly progress: ProgressArtifact }[]> => {
  const folder = join(project, completions);
  const names = (await namesIn(folder)).filter((name) => /-progress\.json$/i.test(name));
  const found: { readonly key: StoryKey; readonly progress: ProgressArtifact }[] = [];
  for (const key of keys) {
    const files = await readFound(folder, findArtifacts(names, key, keys));
    const artifacts = files.map((file) => readArtifact(file, Buffer.from(file.bytes).toString("utf8"), key, keys));
    const [progress] = artifactsOf(artifacts, "progress");
    if (progress !== undefined) found.push({ key, progress: progress.value });
  }
  return found;
};

const landedCommit = async (
  { key, commit = "" }: CompleteStory,
  keys: readonly StoryKey[],
  { project, target, commitPattern }: RecoveryPlace,
): Promise<{ readonly commit: string } | { readonly problem: string }> => {
  const hash = /(?<![0-9a-z])[0-9a-f]{7,64}(?![0-9a-z])/i.exec(commit)?.[0];
  if (hash === undefined) return { problem: "names no commit" };
  const found = await findLandedCommit(project, hash, target);
  if (found.kind === "refused") return { problem: `names commit ${hash.slice(0, 10)}, ${found.why}` };
  if (namesStory(key, keys, commitPattern)(found.subject)) return { commit: found.id };
  return {
    problem: `names commit ${hash.slice(0, 10)}, which is not its own: ${plainLine(found.subject).slice(0, 100)}`,
  };
};
