import { findStoryKey, type StoryKey, shortKeyOf } from "../../model/story-key.ts";

/**
 * What an artifact of a story is by its name. `by-content` names are a builder's or a reviewer's: `-apollo.json` is
 * either (formats.md 4.3), and a forged specialist may have any name.
 */
export type ArtifactKind =
  | "progress"
  | "builder"
  | "build-progress"
  | "review"
  | "themis"
  | "reconciler"
  | "should-fix"
  | "mnemosyne"
  | "hermes"
  | "forge"
  | "narrative"
  | "summary"
  | "by-content";

/** A file of the completions folder that is a story's by its name. */
export interface ArtifactFile {
  readonly kind: ArtifactKind;
  /** Its name, without a folder. */
  readonly file: string;
  /** What follows the key: `metis`, `multi-review`. */
  readonly suffix: string;
}

/** Names of builders (formats.md 4.3, the routing by kind of work). */
export const BUILDER_NAMES: readonly string[] = [
  "builder",
  "metis",
  "helios",
  "hephaestus",
  "pythia",
  "gopher",
  "athena",
  "oracle",
  "mercury",
  "atlas",
  "verdant",
];

const REVIEWER_NAMES = [
  "review",
  "multi-review",
  "argus",
  "inspector",
  "requirements",
  "eudaimonia",
  "nemesis",
  "test-quality",
  "cerberus",
  "security-gate",
  "hestia",
  "arete",
  "iris",
];

const KINDS: ReadonlyMap<string, ArtifactKind> = new Map<string, ArtifactKind>([
  ...BUILDER_NAMES.map((name) => [`${name}.json`, "builder"] as const),
  ...REVIEWER_NAMES.map((name) => [`${name}.json`, "review"] as const),
  // Builders in some projects, reviewers in others.
  ["apollo.json", "by-content"],
  ["aletheia.json", "by-content"],
  ["progress.json", "progress"],
  ["build-progress.json", "build-progress"],
  ["themis.json", "themis"],
  ["reconciler.json", "reconciler"],
  ["should-fix.json", "should-fix"],
  ["mnemosyne.json", "mnemosyne"],
  ["hermes.json", "hermes"],
  ["pygmalion.json", "forge"],
  ["narrative.log", "narrative"],
  ["summary.md", "summary"],
]);

/** Artifacts of one story that are looked at. */
const ARTIFACTS_MAX = 200;
/** The name of a forged specialist, with `-verify` after it where it looked again. */
const SPECIALIST = /^[a-z][a-z0-9-]{0,59}\.json$/;

/**
 * The artifacts of a story among the file names of a completions folder, sorted by name: `{key}-<suffix>` with the full
 * key, or with a shorter one that means this story alone by equal leading segments. So `36-2-progress.json` is neither
 * that of `36-20-...`, nor `36-2-progress-bar-metis.json` an artifact of `36-2`, where there is a story `36-2-progress-bar`.
 * @param keys every key of the backlog
 */
export const findArtifacts = (
  names: Iterable<string>,
  key: StoryKey,
  keys: Iterable<StoryKey>,
): readonly ArtifactFile[] => {
  const owners = ownersOf(key, withKey(keys, key));
  const start = `${normalOf(shortKeyOf(key) ?? key)}-`;
  const found: ArtifactFile[] = [];
  for (const name of names) {
    // Nearly all files are other stories': look closer at those only that begin as this one's do.
    if (normalOf(name.slice(0, start.length)) !== start) continue;
    const artifact = artifactOf(name, owners);
    if (artifact !== undefined) found.push(artifact);
  }
  return found.sort((a, b) => (a.file < b.file ? -1 : 1)).slice(0, ARTIFACTS_MAX);
};

/** The key in artifacts that storyboard writes: the short one, as Pantheon does, where it means this story alone. */
export const artifactKeyOf = (key: StoryKey, keys: Iterable<StoryKey>): string => {
  const short = shortKeyOf(key);
  return short !== undefined && findStoryKey(short, withKey(keys, key)) === key ? short : key;
};

/** What storyboard writes, by the ending of the file's name. */
const WRITTEN = {
  progress: "progress.json",
  builder: "builder.json",
  review: "review.json",
  themis: "themis.json",
  reconciler: "reconciler.json",
  narrative: "narrative.log",
} as const;

/** The name under which storyboard writes an artifact; `artifactKey` is `artifactKeyOf`'s. */
export const artifactFileName = (artifactKey: string, kind: keyof typeof WRITTEN): string =>
  `${artifactKey}-${WRITTEN[kind]}`;

/**
 * Whether the `story_key` that an artifact states may mean this story: the full key, or a shorter one with equal leading
 * segments that is not another story's full key. One that means no story at all does not.
 */
export const statesStory = (stated: string, key: StoryKey, keys: Iterable<StoryKey>): boolean => {
  const word = stated.replace(/^story[\s:_-]*/i, "").trim();
  if (word === key) return true;
  if (withKey(keys, key).includes(word)) return false;
  const segments = segmentsOf(word);
  const own = segmentsOf(key);
  return segments.length >= shortestOf(key) && segments.every((segment, i) => own[i] === segment);
};

/** What tells whether the beginning of a name means the story. */
interface Owners {
  readonly key: StoryKey;
  readonly full: ReadonlySet<StoryKey>;
  /** Whether a beginning that is no full key means the story. */
  isShort(stem: string): boolean;
}

/** The same beginning is asked for once an artifact, and each question costs a walk through all keys. */
const ownersOf = (key: StoryKey, keys: readonly StoryKey[]): Owners => {
  const known = new Map<string, boolean>();
  return {
    key,
    full: new Set(keys),
    isShort: (stem) => {
      const isKnown = known.get(stem);
      if (isKnown !== undefined) return isKnown;
      const isOurs = segmentsOf(stem).length >= shortestOf(key) && findStoryKey(stem, keys) === key;
      known.set(stem, isOurs);
      return isOurs;
    },
  };
};

const artifactOf = (name: string, { key, full, isShort }: Owners): ArtifactFile | undefined => {
  const splits = splitsOf(name);
  // A full key is meant before a shorter one, and the longest one of these: another story's name may begin with ours.
  const whole = splits.findLast(({ stem }) => full.has(stem));
  if (whole !== undefined) return whole.stem === key ? toArtifact(name, whole.ending) : undefined;
  const known = splits.find(({ ending }) => KINDS.has(ending.toLowerCase()));
  const short = known ?? splits.find(({ stem }) => normalOf(stem) === shortKeyOf(key));
  return short !== undefined && isShort(short.stem) ? toArtifact(name, short.ending) : undefined;
};

/** A name cut at each of its hyphens, the shortest beginning first. */
const splitsOf = (name: string): readonly { stem: string; ending: string }[] =>
  [...name.matchAll(/-/g)].map(({ index }) => ({ stem: name.slice(0, index), ending: name.slice(index + 1) }));

const toArtifact = (file: string, ending: string): ArtifactFile | undefined => {
  const lower = ending.toLowerCase();
  const kind = KINDS.get(lower) ?? (SPECIALIST.test(lower) ? specialistKind(lower) : undefined);
  return kind === undefined ? undefined : { kind, file, suffix: lower.replace(/\.[a-z]+$/, "") };
};

const specialistKind = (ending: string): ArtifactKind => (ending.endsWith("-verify.json") ? "review" : "by-content");

const withKey = (keys: Iterable<StoryKey>, key: StoryKey): readonly StoryKey[] => {
  const all = [...keys];
  return all.includes(key) ? all : [...all, key];
};

const normalOf = (text: string): string => text.replaceAll(".", "-");
const segmentsOf = (key: string): readonly string[] => normalOf(key).split("-");
/** Segments that a name needs to mean the story: with fewer it would mean its epic. */
const shortestOf = (key: StoryKey): number => segmentsOf(shortKeyOf(key) ?? key).length;
