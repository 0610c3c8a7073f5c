import { plainText } from "../../model/plain-text.ts";
import { present } from "./fields.ts";

/** What a worker says at its end (formats.md 4.7). A claim: `complete` most of all. */
export interface WorkerMessage {
  readonly kind: "complete" | "failed" | "blocked" | "already-done" | "idle";
  /** The story as the message names it, full or short; none for `idle`. */
  readonly key?: string;
  /** Upper case, for `failed`. */
  readonly phase?: string;
  /** Why it failed, what blocks it, or what was found to be done. */
  readonly reason?: string;
  /** The checkpoint that was not met. */
  readonly missing?: string;
  /** What the worker recommends, or needs. */
  readonly advice?: string;
}

/** The end of a text that is looked at, in characters. */
const TEXT_LENGTH_MAX = 100_000;
/** Lines after the first that belong to a message. */
const LINES_MAX = 40;
/** Characters of a line that are looked at. */
const LINE_LENGTH_MAX = 2_000;

const KEY = String.raw`([\p{L}\p{N}][\p{L}\p{N}._-]*)`;
const START = String.raw`^[\s*_#]*(?:(?:✅|❌|⚠|⏭)️?\s*(?:Story\s+)?|Story\s+)\**${KEY}\**\s+\**`;
const REST = String.raw`\**(?:\s*(?:—|–|--?|:)\s*(.*)|\s*)$`;
const FORMS: readonly { readonly kind: WorkerMessage["kind"]; readonly form: RegExp }[] = [
  { kind: "complete", form: new RegExp(`${START}COMPLETED?${REST}`, "u") },
  {
    kind: "failed",
    form: new RegExp(String.raw`${START}FAILED(?:\s+at\s+(?:Phase\s+)?(?:\d+\s+)?([A-Za-z]+))?${REST}`, "u"),
  },
  { kind: "blocked", form: new RegExp(`${START}BLOCKED${REST}`, "u") },
  { kind: "already-done", form: new RegExp(`${START}ALREADY[ _-](?:DONE|IMPLEMENTED)${REST}`, "u") },
];
const IDLE = /^[\s*_#]*Idle\s*(?:—|–|--?|:)\s*(no unblocked tasks?\b.*)$/iu;

/**
 * The last message of a worker's final text that is about its own story (`isOwn` is asked for the key as it is named), or
 * undefined where there is none. Fenced blocks, quotations and lines that only mention a message are none: it begins its
 * line with its sign or with `Story`.
 */
export const readWorkerMessage = (text: string, isOwn: (key: string) => boolean): WorkerMessage | undefined => {
  const whole = plainText(text.slice(-TEXT_LENGTH_MAX)).split("\n");
  const lines = withoutQuotations(whole.map((line) => line.slice(0, LINE_LENGTH_MAX)));
  for (let i = lines.length - 1; i >= 0; i--) {
    const message = messageAt(lines, i);
    if (message !== undefined && (message.key === undefined || isOwn(message.key))) return message;
  }
  return undefined;
};

const messageAt = (lines: readonly string[], at: number): WorkerMessage | undefined => {
  const line = lines[at] ?? "";
  const idle = IDLE.exec(line)?.[1];
  if (idle !== undefined) return { kind: "idle", reason: idle.trim() };
  for (const { kind, form } of FORMS) {
    const match = form.exec(line);
    if (match !== null) return toMessage(kind, match, fieldsBelow(lines.slice(at + 1, at + 1 + LINES_MAX)));
  }
  return undefined;
};

const toMessage = (
  kind: WorkerMessage["kind"],
  match: RegExpExecArray,
  named: ReadonlyMap<string, string>,
): WorkerMessage => {
  const rest = match.at(-1)?.trim() ?? "";
  const firstNamed = (...names: readonly string[]): string | undefined =>
    names.map((name) => named.get(name)).find((value) => value !== undefined);
  return present({
    kind,
    key: match[1] ?? "",
    phase: kind === "failed" ? match[2]?.toUpperCase() : undefined,
    reason: firstNamed("reason", "issue") ?? (kind === "complete" || rest === "" ? undefined : rest),
    missing: firstNamed("missing checkpoint", "missing checkpoints", "missing artifacts"),
    advice: firstNamed("recommendation", "need"),
  });
};

/** `Name: value` lines up to the next message. */
const fieldsBelow = (lines: readonly string[]): ReadonlyMap<string, string> => {
  const end = lines.findIndex((line) => FORMS.some(({ form }) => form.test(line)) || IDLE.test(line));
  return new Map(
    lines.slice(0, end < 0 ? lines.length : end).flatMap((line) => {
      const match = /^[\s*_-]*([A-Za-z][A-Za-z ]{1,30}?)[*_]*:[*_]*\s*(\S.*)$/.exec(line);
      return match === null ? [] : [[(match[1] ?? "").toLowerCase(), (match[2] ?? "").trim()] as const];
    }),
  );
};

/** The lines outside of fences, with quoted ones made empty. */
const withoutQuotations = (lines: readonly string[]): readonly string[] => {
  let fence: string | undefined;
  return lines.map((line) => {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence !== undefined) {
      if (mark?.startsWith(fence) === true) fence = undefined;
      return "";
    }
    if (mark !== undefined) fence = mark;
    return mark !== undefined || /^\s*>/.test(line) ? "" : line;
  });
};
