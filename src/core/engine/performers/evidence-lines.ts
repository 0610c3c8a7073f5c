import { inline } from "../../agents/prompts/quote.ts";
import type { CheckName } from "../../evidence/evidence.ts";
import { artifactFileName, artifactKeyOf } from "../../evidence/pantheon/artifact-names.ts";
import { checksOf, type EvidencePart, evidenceProfile } from "../../evidence/profiles.ts";
import { assertNever } from "../../model/assert.ts";
import type { Config } from "../../model/config.ts";
import { type TurnPhase, workPhase } from "../../model/pipeline.ts";
import { type StoryKey, shortNameOf } from "../../model/story-key.ts";
import type { RunFile } from "../run-file.ts";
import { evidencePartOf } from "./evidence-part.ts";

/** Whose checks are told. */
export interface ToldStory {
  readonly key: StoryKey;
  /** The story file; unset where the story has none, and with it no tasks. */
  readonly file?: string | undefined;
  /** Who makes the story's commit: with `storyboard` nobody is told of commits. */
  readonly commits: "agent" | "storyboard";
}

/**
 * What is checked besides the gates when a phase has ended, one sentence a check, for its prompt. A phase before the work
 * is told what the work will be held to; one that judges, or comes after it, nothing.
 */
export const evidenceLines = (run: RunFile, phase: TurnPhase, story: ToldStory): readonly string[] => {
  const { pipeline } = run.policy;
  const isAsked = phase.evidence === "work" || phase.evidence === "story";
  const asked = isAsked ? phase : workPhase(pipeline);
  const places = pipeline.phases.map(({ name }) => name);
  if (!run.policy.evidence || phase.evidence === "verdict") return [];
  if (!isAsked && places.indexOf(phase.name) > places.indexOf(asked.name)) return [];
  const part = evidencePartOf(pipeline, asked.name);
  const { evidence } = run.config;
  return [
    ...checksOf(evidenceProfile(evidence), part).flatMap((check) => describe(check, story, evidence, part)),
    ...artifactLines(run, asked, story),
  ];
};

const describe = (
  check: CheckName,
  { key, file, commits }: ToldStory,
  settings: Config["evidence"],
  part: EvidencePart,
): readonly string[] => {
  switch (check) {
    case "work":
      return [
        part === "story"
          ? "nothing but the story's own file changed since its work was checked"
          : "the branch grew from the baseline commit, and its commits change something of the product",
      ];
    case "committed":
      return commits === "agent" ? ["nothing of the product is left uncommitted"] : [];
    case "commit":
      return commits === "agent" ? [describeCommit(key, settings.commit_pattern)] : [];
    case "tasks":
      return file === undefined ? [] : [describeTasks(settings)];
    case "gates":
      // Each is named with its command.
      return [];
    default:
      return assertNever(check);
  }
};

const describeCommit = (key: StoryKey, pattern: string | undefined): string =>
  pattern === undefined
    ? `one commit that is not empty has a subject of the form ${inline(`feat(${shortNameOf(key)}): ...`)}`
    : `one commit that is not empty has a subject that matches ${inline(pattern)}, where \`{key}\` is ${inline(shortNameOf(key))}`;

const describeTasks = (settings: Config["evidence"]): string => {
  const { review, done } = settings.thresholds;
  const kept = "and none was taken out";
  if (evidenceProfile(settings).tasks === "all") return `every task of the story file is ticked, ${kept}`;
  const least = review > 0 ? `at least ${review} % of the story file's tasks are` : "a task of the story file is";
  return `${least} ticked, ${kept}${done > review ? `; below ${done} % the story stays in review` : ""}`;
};

const BUILDER_SHAPE = `{"agent": "builder", "story_key": "<key>", "status": "SUCCESS|PARTIAL|FAILED", "files_created": [<paths>], "files_modified": [<paths>], "tests_added": {"total": <number>, "passing": <number>}, "tasks_addressed": [{"task": "<task>", "evidence": "path/to/file.ts:42 <what stands there>", "action": "verified|fixed|implemented"}], "tasks_remaining": ["<task, and the reason>"]}`;

/** The artifacts that the agent itself has to leave (formats.md 4.4): a worker's prompt shows their shapes already. */
const artifactLines = (run: RunFile, asked: TurnPhase, { key }: ToldStory): readonly string[] => {
  const { completions } = run;
  if (completions === undefined || asked.evidence !== "work") return [];
  if (asked.prompt === "worker") {
    return [
      "the artifacts progress, builder, review, themis and reconciler are there, each in the form above, and every cited line exists",
    ];
  }
  const short = artifactKeyOf(
    key,
    run.stories.map((story) => story.key),
  );
  const path = inline(`${completions}/${artifactFileName(short, "builder")}`);
  return [
    `the builder artifact ${path} is there, JSON of the form \`${BUILDER_SHAPE}\` with the story key ${inline(short)}; at least one of \`tasks_addressed\` has a \`file:line\` in its evidence, and every cited line exists. It need not be committed`,
  ];
};
