import type { StoryKey } from "../../model/story-key.ts";
import { parseArtifact } from "./artifact-json.ts";
import { type ArtifactFile, type ArtifactKind, statesStory } from "./artifact-names.ts";
import {
  type BuilderArtifact,
  type BuildProgressArtifact,
  looksLikeBuilder,
  readBuilder,
  readBuildProgress,
} from "./builder.ts";
import { type Fields, fieldsOf, wordOf } from "./fields.ts";
import {
  type HermesArtifact,
  looksLikeLessons,
  type MnemosyneArtifact,
  readHermes,
  readMnemosyne,
  readShouldFix,
  type ShouldFixArtifact,
} from "./lessons.ts";
import { type ProgressArtifact, readProgress } from "./progress.ts";
import { type ReconcilerArtifact, readReconciler } from "./reconciler.ts";
import { looksLikeReview, type ReviewArtifact, readReview } from "./review.ts";
import { readThemis, type ThemisArtifact } from "./themis.ts";

/** What was read of an artifact, by kind. */
export interface ArtifactValues {
  progress: ProgressArtifact;
  builder: BuilderArtifact;
  "build-progress": BuildProgressArtifact;
  review: ReviewArtifact;
  themis: ThemisArtifact;
  reconciler: ReconcilerArtifact;
  "should-fix": ShouldFixArtifact;
  mnemosyne: MnemosyneArtifact;
  hermes: HermesArtifact;
}

/** An artifact with its content. */
export type ReadArtifact =
  | {
      [K in keyof ArtifactValues]: {
        readonly kind: K;
        readonly file: string;
        readonly value: ArtifactValues[K];
        /** Equal for two files that say the same, whoever they say wrote it. */
        readonly content: string;
      };
    }[keyof ArtifactValues]
  /** One whose name or content says nothing that storyboard reads. */
  | { readonly kind: "other"; readonly file: string }
  | {
      readonly kind: "unusable";
      /** What it is by its name. */
      readonly named: ArtifactKind;
      readonly file: string;
      /** For people, with the file: `36-2-themis.json: not JSON, line 3`. */
      readonly problem: string;
    };

/** The artifacts of one kind among those read. */
export const artifactsOf = <K extends ReadArtifact["kind"]>(
  artifacts: readonly ReadArtifact[],
  kind: K,
): readonly Extract<ReadArtifact, { kind: K }>[] =>
  artifacts.filter((artifact): artifact is Extract<ReadArtifact, { kind: K }> => artifact.kind === kind);

/**
 * Reads one JSON artifact of a story. Never throws: a text that is no JSON, too long, or states another story's key is
 * `unusable` with what is wrong. Not for the narrative log and the summary, which are no JSON.
 */
export const readArtifact = (
  found: ArtifactFile,
  text: string,
  key: StoryKey,
  keys: Iterable<StoryKey>,
): ReadArtifact => {
  const { file } = found;
  const parsed = parseArtifact(file, text);
  if ("problem" in parsed) return unusable(found, parsed.problem);
  const { value } = parsed;
  const fields = fieldsOf(value);
  if (fields === undefined && !(found.kind === "should-fix" && Array.isArray(value))) {
    return unusable(found, `${file}: not a JSON object`);
  }
  const stated = wordOf(fields?.story_key);
  if (stated !== undefined && !statesStory(stated, key, keys)) {
    return unusable(found, `${file}: artifact copied from another story, its story_key is ${stated}`);
  }
  return { file, content: contentOf(value), ...readValue(found.kind, fields ?? {}, value) } as ReadArtifact;
};

const unusable = ({ kind, file }: ArtifactFile, problem: string): ReadArtifact => ({
  kind: "unusable",
  named: kind,
  file,
  problem,
});

const readValue = (kind: ArtifactKind, fields: Fields, value: unknown): { kind: string; value?: unknown } => {
  switch (kind) {
    case "progress":
      return { kind, value: readProgress(fields) };
    case "builder":
      return { kind, value: readBuilder(fields) };
    case "build-progress":
      return { kind, value: readBuildProgress(fields) };
    case "review":
      return { kind, value: readReview(fields) };
    case "themis":
      return { kind, value: readThemis(fields) };
    case "reconciler":
      return { kind, value: readReconciler(fields) };
    case "should-fix":
      return { kind, value: readShouldFix(value) };
    case "mnemosyne":
      return { kind, value: readMnemosyne(fields) };
    case "hermes":
      return looksLikeLessons(fields)
        ? { kind: "mnemosyne", value: readMnemosyne(fields) }
        : { kind, value: readHermes(fields) };
    case "by-content":
      if (looksLikeBuilder(fields)) return { kind: "builder", value: readBuilder(fields) };
      return looksLikeReview(fields) ? { kind: "review", value: readReview(fields) } : { kind: "other" };
    case "forge":
    case "narrative":
    case "summary":
      return { kind: "other" };
  }
};

/** Names that a copy changes to look like another agent's. */
const WHO = ["agent", "builder_type", "verdict"];

const contentOf = (value: unknown): string => {
  const fields = fieldsOf(value);
  if (fields === undefined) return JSON.stringify(value);
  const names = Object.keys(fields).filter((name) => !WHO.includes(name));
  return JSON.stringify(names.sort().map((name) => [name, fields[name]]));
};
