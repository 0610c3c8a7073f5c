import { type FSWatcher, mkdirSync, readdirSync, readFileSync, renameSync, statSync, watch } from "node:fs";
import { join } from "node:path";

/** What a person sent to the agent of a turn. */
export interface TurnMessage {
  readonly id: string;
  readonly text: string;
}

/** The messages of one turn, as they wait in its folder (`AgentDescription.takesMessages`). */
export interface TurnMessages {
  /** Those that wait, in the order of their names. Never throws. */
  waiting(): readonly TurnMessage[];
  /** The agent was given it: it is marked in the folder, and never waits again. */
  taken(message: TurnMessage): void;
  close(): void;
}

const FOLDER = "messages";
const NAME = /^([\w.-]{1,200})\.json$/;
/** Longest message file, in bytes. */
const MESSAGE_BYTES_MAX = 1024 * 1024;
/** Messages that one turn takes. */
const MESSAGES_MAX = 1_000;
/** From look to look where the system tells of no change: network folders, too many watchers. */
const LOOK_PERIOD_MS = 2_000;

/**
 * Opens the folder of messages in a turn's folder; whoever comes first makes it. `onArrival` is called when there may be
 * new ones, at first too. Without a folder there are never any.
 */
export const openTurnMessages = (turnDirectory: string | undefined, onArrival: () => void): TurnMessages => {
  const folder = turnDirectory === undefined ? undefined : join(turnDirectory, FOLDER);
  const given = new Set<string>();
  const watcher = folder === undefined ? undefined : watchFolder(folder, onArrival);
  const looks = folder === undefined ? undefined : setInterval(onArrival, LOOK_PERIOD_MS).unref();
  if (folder !== undefined) setImmediate(onArrival);

  const settle = (id: string): void => {
    given.add(id);
    try {
      if (folder !== undefined) renameSync(join(folder, `${id}.json`), join(folder, `${id}.taken`));
    } catch {
      // It is remembered; the mark is for others.
    }
  };

  /** A name that was given once, by us or by a bridge before us, is never given again. */
  const read = (dir: string, id: string, names: readonly string[]): readonly TurnMessage[] => {
    const text = names.includes(`${id}.taken`) ? undefined : readText(join(dir, `${id}.json`));
    if (text !== undefined) return [{ id, text }];
    settle(id);
    return [];
  };

  return {
    waiting() {
      if (folder === undefined || given.size >= MESSAGES_MAX) return [];
      const names = namesIn(folder);
      const ids = names.toSorted().flatMap((name) => NAME.exec(name)?.[1] ?? []);
      return ids.filter((id) => !given.has(id)).flatMap((id) => read(folder, id, names));
    },
    taken: ({ id }) => settle(id),
    close() {
      watcher?.close();
      clearInterval(looks);
    },
  };
};

const watchFolder = (folder: string, onChange: () => void): FSWatcher | undefined => {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return watch(folder, { persistent: false }, onChange).on("error", () => undefined);
  } catch {
    return undefined;
  }
};

const namesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

/** A file is put there whole: what cannot be read is no message and never will be one. */
const readText = (file: string): string | undefined => {
  try {
    if (statSync(file).size > MESSAGE_BYTES_MAX) return undefined;
    const parsed: unknown = JSON.parse(readFileSync(file, "utf8"));
    const text = typeof parsed === "object" && parsed !== null && "text" in parsed ? parsed.text : undefined;
    return typeof text === "string" && text.trim() !== "" ? text : undefined;
  } catch {
    return undefined;
  }
};
