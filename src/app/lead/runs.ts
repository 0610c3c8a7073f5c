import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readJournal } from "../../core/engine/journal.ts";
import { checkFormat, type RunFile } from "../../core/engine/run-file.ts";
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

/** The project of a turn's folder (`.storyboard/runs/<run>/jobs/<turn>` in it); undefined where the path is none. */
export const projectOfTurn = (turnDirectory: string): string | undefined =>
  /^(\/.+)\/\.storyboard\/runs\/[^/]+\/jobs\/[^/]+$/.exec(turnDirectory)?.[1];

/** Ids of a project's runs, oldest first. An id begins with its time, so that names sort by age. */
export const runIds = (project: string): string[] => {
  try {
    return readdirSync(join(project, OWN_FOLDER, "runs")).sort();
  } catch {
    return [];
  }
};

/** Reads a run's `run.json`; undefined when the start was cut off before it was whole. */
export const readRun = (project: string, run: string): StoredRun | undefined => readRunIn(runDirectory(project, run));

/** The same for a run whose folder is known. */
export const readRunIn = (directory: string): StoredRun | undefined => {
  let file: RunFile;
  try {
    file = JSON.parse(readFileSync(join(directory, "run.json"), "utf8"));
  } catch {
    return undefined;
  }
  checkFormat(join(directory, "run.json"), file.v);
  return { file: movedTo(join(directory, "../../.."), file), directory };
};

/** A project's folder may be moved between two leads; what is absolute in its runs goes with it. */
const movedTo = (project: string, file: RunFile): RunFile => {
  if (file.project === project) return file;
  const isInside = file.worktreeRoot.startsWith(`${file.project}/`);
  const worktreeRoot = isInside ? project + file.worktreeRoot.slice(file.project.length) : file.worktreeRoot;
  return { ...file, project, worktreeRoot };
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

/**
 * An earlier run as far as it can be read: damage, or a newer format, is no reason for a new run not to start.
 * Undefined then, and for a start that was cut off.
 */
export const recallRun = (project: string, run: string): FoldedRun | undefined => {
  try {
    const stored = readRun(project, run);
    return stored === undefined ? undefined : lookAtRun(stored);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
};

/** Whether a run can be gone on with: it was cut off, stopped, or held up by a breaker or something critical. */
export const isUnfinished = (state: RunState): boolean =>
  state.phase !== "ended" || state.result?.status === "paused" || state.result?.exit === 3;
