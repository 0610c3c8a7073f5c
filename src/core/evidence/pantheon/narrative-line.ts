import { plainLine } from "../../model/plain-text.ts";

/** A file or a finding below an entry of a narrative log. */
export interface NarrativeDetail {
  readonly kind: "created" | "modified" | "must-fix" | "should-fix";
  /** Of a file. Untrusted text: for showing, never for opening. */
  readonly path?: string;
  /** `45-78` or `45`. */
  readonly lines?: string;
  /** Why the file, or what the finding is. */
  readonly text: string;
}

/** The first line of an entry. */
export interface NarrativeHeader {
  /** `14:32`, local time without a date: it may go backwards at midnight. */
  readonly time?: string;
  /** Upper case: `BUILD`. Undefined only for what stands before the first header. */
  readonly phase?: string;
  /** Whether the phase has ended. */
  readonly isDone: boolean;
  readonly text: string;
  /** The commit that a COMMIT line ends with. */
  readonly commit?: string;
}

/** One line of a narrative log (formats.md 4.5). */
export type NarrativeLine =
  | { readonly kind: "header"; readonly header: NarrativeHeader }
  | { readonly kind: "detail"; readonly detail: NarrativeDetail }
  /** Belongs to the entry before it. */
  | { readonly kind: "text"; readonly text: string };

/** Longest line that is kept, in characters. */
export const NARRATIVE_LINE_MAX = 2_000;

const DASH = "(?:—|–|--?)";
const TIMED = new RegExp(
  String.raw`^[*_#\s]*\[(?:\d{4}-\d\d-\d\d[T ])?(\d{1,2}:\d\d)(?::\d\d)?\][*_\s]*([A-Z][A-Z0-9_-]+)((?:\s+DONE)?)\**(?:\s*(?:${DASH}|:)\s*(.*)|\s*)$`,
  "u",
);
const KNOWN_PHASES = "PREPARE|FORGE|BUILD|VERIFY|ASSESS|REFINE|COMMIT|REFLECT|COMPLETE|FAILED|STARTING";
const UNTIMED = new RegExp(String.raw`^(${KNOWN_PHASES})((?:\s+DONE)?)\s+${DASH}\s+(.*)$`, "u");
const DETAIL = /^\s*([+~]\s|🔴|🟡)\s*(\S.*)$/u;
const FILE = new RegExp(String.raw`^(.*?)(?::(\d+(?:[-–]\d+)?))?(?:\s+${DASH}\s+(.*))?$`, "u");
const COMMIT = /(?:^|[\s`:(])([0-9a-f]{7,40})[`).\s]*$/i;

/** Reads one line, without its newline; undefined for an empty one. Never throws. */
export const readNarrativeLine = (raw: string): NarrativeLine | undefined => {
  const line = plainLine(raw.slice(0, NARRATIVE_LINE_MAX)).replaceAll(/ {2,}/g, " ");
  if (line === "") return undefined;
  const header = readHeader(line);
  if (header !== undefined) return { kind: "header", header };
  const detail = DETAIL.exec(line);
  return detail === null ? { kind: "text", text: line } : { kind: "detail", detail: readDetail(detail) };
};

const readHeader = (line: string): NarrativeHeader | undefined => {
  const timed = TIMED.exec(line);
  const [phase, done = "", text = ""] = (timed?.slice(2) ?? UNTIMED.exec(line)?.slice(1) ?? []) as readonly (
    | string
    | undefined
  )[];
  if (phase === undefined) return undefined;
  const commit = phase === "COMMIT" ? COMMIT.exec(text)?.[1]?.toLowerCase() : undefined;
  return {
    ...(timed?.[1] === undefined ? {} : { time: timed[1].padStart(5, "0") }),
    phase,
    isDone: done !== "",
    text: text.trim(),
    ...(commit === undefined ? {} : { commit }),
  };
};

const readDetail = ([, mark = "", rest = ""]: RegExpExecArray): NarrativeDetail => {
  if (mark === "🔴") return { kind: "must-fix", text: rest };
  if (mark === "🟡") return { kind: "should-fix", text: rest };
  const kind = mark.startsWith("+") ? "created" : "modified";
  const [, path = "", lines, why = ""] = FILE.exec(rest) ?? [];
  // A sentence is no path.
  if (path === "" || (/\s/.test(path) && !/[./]/.test(path))) return { kind, text: rest };
  return { kind, path, ...(lines === undefined ? {} : { lines: lines.replace("–", "-") }), text: why };
};
