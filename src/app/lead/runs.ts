import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readJournal } from "../../core/engine/journal.ts";
import { FORMAT_VERSION, type RunFile } from "../../core/engine/run-file.ts";
import { UserError } from "../../core/model/user-error.ts";
import type { JournaledEvent } from "../../core/scheduler/events.ts";
import { evolve } from "../../core/scheduler/evolve.ts";
import { initialState, type RunState } from "../../core/scheduler/state.ts";

/** Name of the folder of our own in a project. */
export const OWN_FOLDER = ".storyboard";

/** A run as it is on the disk. */
export interface StoredRun {
  readonly file: RunFile;
  /** Absolute. */
  readonly directory: string;
}

/** A run with its state, folded from its journal. */
export interface FoldedRun extends StoredRun {
  readonly state: RunState;
  readonly events: readonly JournaledEvent[];
}

/** The folder of a run. */
export const runDirectory = (project: string, run: string): string => join(project, OWN_FOLDER, "runs", run);

/** Ids of a project's runs, oldest first. An id begins with its time, so that names sort by age. */
export const runIds = (project: string): string[] => {
  try {
    return readdirSync(join(project, OWN_FOLDER, "runs")).sort();
  } catch {
    return [];
  }
};

/** Reads a run's `run.json`; undefined when the start was cut off before it was whole. */
export const readRun = (project: string, run: string): StoredRun | undefined => {
  const directory = runDirectory(project, run);
  let file: RunFile;
  try {
    file = JSON.parse(readFileSync(join(directory, "run.json"), "utf8"));
  } catch {
    return undefined;
  }
  if ((file.v as number) > FORMAT_VERSION) {
    throw new UserError(`${join(directory, "run.json")} was written by a newer storyboard (format ${file.v}).`, [
      "Use that version to go on with it, or start anew with --fresh.",
    ]);
  }
  return { file, directory };
};

/** The newest run that was really started; undefined when there is none. */
export const newestRun = (project: string): StoredRun | undefined => {
  for (const run of runIds(project).reverse()) {
    const stored = readRun(project, run);
    if (stored !== undefined) return stored;
  }
  return undefined;
};

/** Folds events into the state of a run. */
export const foldRun = (stored: StoredRun, events: readonly JournaledEvent[]): RunState => {
  const state = initialState(stored.file.policy, stored.file.stories);
  for (const entry of events) evolve(state, entry);
  return state;
};

/** A run with the state that its journal tells, for looking at it without leading it. */
export const lookAtRun = (stored: StoredRun): FoldedRun => {
  let events: JournaledEvent[] = [];
  try {
    events = readJournal(join(stored.directory, "journal.jsonl"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  return { ...stored, events, state: foldRun(stored, events) };
};

/** Whether a run can be gone on with: it was cut off, stopped, or held up by a breaker or something critical. */
export const isUnfinished = (state: RunState): boolean =>
  state.phase !== "ended" || state.result?.status === "paused" || state.result?.exit === 3;
