import type { AgentEvent } from "../agent.ts";
import { type Fields, readObject, textOf, wordOf } from "./fields.ts";

/** Characters kept of a line that is not understood. */
const UNKNOWN_LENGTH_MAX = 65_536;

/** What is particular to one program's stream of JSON objects. */
export interface JsonLinesDescription {
  /** The field of an object that may hold the session's id. */
  readonly sessionOf: (fields: Fields) => unknown;
  /** What an id looks like; anything else must not become an argument. */
  readonly sessionPattern: RegExp;
  /** What an object means; undefined where it is none that is known. */
  readonly understand: (fields: Fields) => readonly AgentEvent[] | undefined;
}

/** Reads a stream of JSON objects, one on each line. Never throws; a line that is not understood is an event, too. */
export interface JsonLines {
  line(line: string): readonly AgentEvent[];
  /** The session that was told last. */
  session(): string | undefined;
  /** The same as a turn's result has it. */
  told(): { readonly session?: string };
  /** The session that was told is not there. */
  forgetSession(): void;
  /** The last line that was not understood, shortened. */
  strayLine(): string;
}

/** Creates a reader that has read nothing. */
export const createJsonLines = ({ sessionOf, sessionPattern, understand }: JsonLinesDescription): JsonLines => {
  let session: string | undefined;
  let strayLine = "";

  const takeSession = (fields: Fields): AgentEvent[] => {
    const id = sessionOf(fields);
    if (typeof id !== "string" || !sessionPattern.test(id) || id === session) return [];
    session = id;
    return [{ t: "session", id }];
  };

  return {
    line(line) {
      if (line.trim() === "") return [];
      const fields = readObject(line);
      // Before the line's own events: it may say that the session it names is gone.
      const begun = fields === undefined ? [] : takeSession(fields);
      const events = fields && understand(fields);
      if (events !== undefined) return [...begun, ...events];
      strayLine = wordOf(line);
      return [...begun, { t: "unknown", line: textOf(line.slice(0, UNKNOWN_LENGTH_MAX)) ?? "" }];
    },
    session: () => session,
    told: () => (session === undefined ? {} : { session }),
    forgetSession() {
      session = undefined;
    },
    strayLine: () => strayLine,
  };
};

/** The form of ids that most programs use. */
export const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
