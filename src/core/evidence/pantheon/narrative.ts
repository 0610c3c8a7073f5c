import {
  NARRATIVE_LINE_MAX,
  type NarrativeDetail,
  type NarrativeHeader,
  type NarrativeLine,
  readNarrativeLine,
} from "./narrative-line.ts";

/** An entry with what stands below it. */
export interface NarrativeEntry extends NarrativeHeader {
  readonly details: readonly NarrativeDetail[];
}

/** A narrative log that is read as it grows. Its memory is bounded, and a piece costs what is in it. */
export interface Narrative {
  /** Takes the next piece of text, cut anywhere. @returns the lines that it completes, for the feed */
  push(text: string): readonly NarrativeLine[];
  /** Takes what is left of a last line without newline. For after the worker's end. */
  end(): readonly NarrativeLine[];
  /** Forgets everything: the file was begun anew. */
  reset(): void;
  /** The newest entries, oldest first. */
  readonly entries: readonly NarrativeEntry[];
}

/** Entries that are kept; beyond twice as many the oldest go. */
const ENTRIES_KEPT = 1_000;
/** Details that are kept of one entry. */
const DETAILS_MAX = 500;
/** Characters that are kept of an entry's text with the lines that belong to it. */
const TEXT_LENGTH_MAX = 4_000;

/** Reads a narrative log from its beginning (formats.md 4.5). The same text gives the same entries however it is cut. */
export const createNarrative = (): Narrative => {
  let pending = "";
  let entries: { header: NarrativeHeader; text: string; details: NarrativeDetail[] }[] = [];

  const add = (line: NarrativeLine): void => {
    if (line.kind === "header") {
      entries.push({ header: line.header, text: line.header.text, details: [] });
      if (entries.length > ENTRIES_KEPT * 2) entries = entries.slice(-ENTRIES_KEPT);
      return;
    }
    if (entries.length === 0) entries.push({ header: { isDone: false, text: "" }, text: "", details: [] });
    const entry = entries.at(-1);
    if (entry === undefined) return;
    if (line.kind === "text") entry.text = `${entry.text}\n${line.text}`.trim().slice(0, TEXT_LENGTH_MAX);
    else if (entry.details.length < DETAILS_MAX) entry.details.push(line.detail);
  };

  const take = (raw: string): readonly NarrativeLine[] => {
    const line = readNarrativeLine(raw);
    if (line === undefined) return [];
    add(line);
    return [line];
  };

  return {
    push: (text) => {
      const [first = "", ...others] = text.split("\n");
      const whole = (pending + first).slice(0, NARRATIVE_LINE_MAX);
      if (others.length === 0) {
        pending = whole;
        return [];
      }
      pending = (others.pop() ?? "").slice(0, NARRATIVE_LINE_MAX);
      return [whole, ...others].flatMap(take);
    },
    end: () => {
      const last = pending;
      pending = "";
      return take(last);
    },
    reset: () => {
      pending = "";
      entries = [];
    },
    get entries() {
      return entries.map(({ header, text, details }) => ({ ...header, text, details }));
    },
  };
};
