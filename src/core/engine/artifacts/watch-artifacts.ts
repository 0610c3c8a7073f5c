import { lstatSync } from "node:fs";
import { join } from "node:path";
import { artifactFileName, artifactKeyOf } from "../../evidence/pantheon/artifact-names.ts";
import { createNarrative } from "../../evidence/pantheon/narrative.ts";
import type { NarrativeDetail, NarrativeLine } from "../../evidence/pantheon/narrative-line.ts";
import { readPlainFile } from "../../files/read-plain-file.ts";
import { tailText } from "../../jobs/text-tail.ts";
import type { StoryKey } from "../../model/story-key.ts";
import { inBackground, type Place, type World } from "../performers/world.ts";
import { ARTIFACT_BYTES_MAX, completionsIn, keysOf } from "./story-artifacts.ts";
import { writeArtifact } from "./write-artifacts.ts";

/** Reads what a worker leaves while it works. */
export interface ArtifactWatch {
  /** Looks at what is new since the last time. */
  look(): void;
  /** The last look, after the worker's end. */
  finish(): void;
}

/** Pieces of a log that one look reads: the event loop is everybody's. */
const POLLS_A_LOOK_MAX = 4;

/** Hears lines of the narrative log. */
export type Narrate = (phase: string | undefined, text: string) => void;

/**
 * Follows a worker's narrative log for the feed and the phase on the screen, and copies its progress artifact into the
 * user's copy, where another run finds it should this one be lost. What the log held before the turn is not told again;
 * of a turn that was adopted its last words are.
 */
export const watchArtifacts = (
  world: World,
  story: StoryKey,
  place: Place,
  { narrate, isAdopted }: { readonly narrate: Narrate; readonly isAdopted: boolean },
): ArtifactWatch => {
  const folder = completionsIn(world, place.projectPath);
  if (folder === undefined) return { look: () => {}, finish: () => {} };
  const keys = [...new Set([artifactKeyOf(story, keysOf(world)), story])];
  const logs = keys.map((key) => followLog(join(folder, artifactFileName(key, "narrative")), narrate, isAdopted));
  const progress = keys.map((key) => join(folder, artifactFileName(key, "progress")));
  const copies = progress.map((path) => copyWhenChanged(world, story, path));
  const look = (): void => {
    for (const log of logs) log.look();
    if (place.projectPath !== world.run.project) for (const copy of copies) copy();
  };
  return {
    look,
    finish: () => {
      look();
      for (const log of logs) log.end();
    },
  };
};

interface FollowedLog {
  look(): void;
  end(): void;
}

const followLog = (path: string, narrate: Narrate, isAdopted: boolean): FollowedLog => {
  const tail = tailText(path);
  const narrative = createNarrative();
  let phase: string | undefined;
  let isOld = true;
  const tell = (lines: readonly NarrativeLine[]): void => {
    for (const line of lines) {
      if (line.kind === "header") phase = line.header.phase ?? phase;
      if (!isOld) narrate(phase, wordsOf(line));
    }
  };
  /** Reads on; false while there is more than one look reads. */
  const readOn = (): boolean => {
    for (let polls = 0; polls < POLLS_A_LOOK_MAX; polls++) {
      const piece = tail.poll();
      if (piece.isAnew) narrative.reset();
      tell(narrative.push(piece.text));
      if (!piece.hasMore) return true;
    }
    return false;
  };
  const look = (): void => {
    if (!readOn() || !isOld) return;
    // What was there before: words of an earlier turn, or of this one under an earlier lead.
    isOld = false;
    const last = narrative.entries.at(-1);
    if (isAdopted && last !== undefined) narrate(last.phase, last.text.split("\n", 1)[0] ?? "");
  };
  look();
  return { look, end: () => tell(narrative.end()) };
};

const wordsOf = (line: NarrativeLine): string => {
  if (line.kind === "text") return line.text;
  if (line.kind === "detail") return detailWords(line.detail);
  const { isDone, text } = line.header;
  return isDone ? `DONE — ${text}` : text;
};

const SIGNS: Readonly<Record<NarrativeDetail["kind"], string>> = {
  created: "+",
  modified: "~",
  "must-fix": "🔴",
  "should-fix": "🟡",
};

const detailWords = ({ kind, path, lines, text }: NarrativeDetail): string => {
  const where = path === undefined ? "" : `${path}${lines === undefined ? "" : `:${lines}`}${text === "" ? "" : " — "}`;
  return `  ${SIGNS[kind]} ${where}${text}`;
};

const copyWhenChanged = (world: World, story: StoryKey, path: string): (() => void) => {
  let copiedAtMs = -1;
  return () => {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (!stats?.isFile() || stats.mtimeMs === copiedAtMs) return;
    copiedAtMs = stats.mtimeMs;
    const copy = async (): Promise<void> => {
      const read = await readPlainFile(path, ARTIFACT_BYTES_MAX);
      const text = read?.bytes.toString("utf8") ?? "";
      if (read?.isWhole && isComplete(text)) await writeArtifact(world, world.run.project, story, "progress", text);
    };
    // A copy that cannot be made now is made with the next change; the landing carries the last one.
    void inBackground(world, world.keptFiles.alone(copy)).catch(() => {});
  };
};

/** One that is just being written is left for the next look. */
const isComplete = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};
