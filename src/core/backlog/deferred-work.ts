import { type Finding, findingIdentity } from "../model/review.ts";
import type { StoryKey } from "../model/story-key.ts";
import { oneLine } from "./text.ts";

/** Longest title and detail of a deferred finding, in characters. */
const DEFERRED_TITLE_MAX = 200;
const DEFERRED_DETAIL_MAX = 2000;

/**
 * Adds findings to the text of deferred-work.md (formats.md 2.3): one bullet each under
 * `## Deferred from: code review of {key} ({date})`. A finding that the file already has, from whichever review, is not
 * added again. Returns the same text where nothing is new. `dateISO` begins with `YYYY-MM-DD`; line ends stay.
 */
export const addDeferred = (
  text: string,
  storyKey: StoryKey,
  findings: readonly Finding[],
  dateISO: string,
): string => {
  const known = new Set(text.split(/\r?\n/).flatMap((line) => identityOfBullet(line) ?? []));
  const bullets = findings.flatMap((finding) => {
    const bullet = toBullet(finding);
    // What is compared is what a later reading of the file will find.
    const identity = identityOfBullet(bullet) ?? "";
    if (known.has(identity)) return [];
    known.add(identity);
    return [bullet];
  });
  if (bullets.length === 0) return text;
  const end = text.includes("\r\n") ? "\r\n" : "\n";
  const heading = `## Deferred from: code review of ${storyKey} (${dateISO.slice(0, 10)})`;
  const begun = text.trim() === "" ? `# Deferred Work${end}` : text;
  return insert(begun, heading, bullets, end);
};

const insert = (text: string, heading: string, bullets: readonly string[], end: string): string => {
  const lines = text.split(/\r?\n/);
  const at = lines.findIndex((line) => line.trimEnd() === heading);
  if (at === -1) return `${text.trimEnd()}${end}${end}${[heading, "", ...bullets].join(end)}${end}`;
  const next = lines.findIndex((line, i) => i > at && /^#{1,2} /.test(line));
  let last = (next === -1 ? lines.length : next) - 1;
  while (last > at && lines[last]?.trim() === "") last--;
  const added = last === at ? ["", ...bullets] : bullets;
  // Lines are put back as they were, so mixed line ends survive.
  const offset = offsetOfLine(text, last + 1);
  const head = text.slice(0, offset);
  return `${head}${head.endsWith("\n") ? "" : end}${added.join(end)}${end}${text.slice(offset)}`;
};

const offsetOfLine = (text: string, index: number): number => {
  let offset = 0;
  for (let line = 0; line < index; line++) {
    const next = text.indexOf("\n", offset);
    if (next === -1) return text.length;
    offset = next + 1;
  }
  return offset;
};

const toBullet = (finding: Finding): string => {
  const title = harmless(finding.title, DEFERRED_TITLE_MAX).replaceAll("**", "");
  const line = finding.line === undefined ? "" : `:${finding.line}`;
  const file =
    finding.file === undefined
      ? ""
      : ` [${harmless(finding.file, DEFERRED_TITLE_MAX).replaceAll(/[[\]]/g, "")}${line}]`;
  const detail = finding.detail === undefined ? "" : harmless(finding.detail, DEFERRED_DETAIL_MAX);
  return `- **${title}**${file} (${finding.severity})${detail === "" ? "" : ` — ${detail}`}`;
};

/** One line that opens no comment: text of an agent must not swallow what follows it. */
const harmless = (text: string, lengthMax: number): string => oneLine(text, lengthMax).replaceAll("<!--", "&lt;!--");

/** The identity of the finding that a bullet of the file states, ours or BMAD's (`- T [file:line] — detail`). */
const identityOfBullet = (line: string): string | undefined => {
  const bullet = /^\s*[-*]\s+(?:\[.\]\s+)?(?:\[Review\]\[Defer\]\s+)?(.*)$/u.exec(line)?.[1];
  if (bullet === undefined) return undefined;
  const match =
    /^(?:\*\*(.+?)\*\*|(.+?))\s*(?:\[([^\]]+)\])?\s*(?:\((?:low|medium|high|critical)\))?\s*(?:[—–].*)?$/u.exec(bullet);
  if (match === null) return undefined;
  const title = match[1] ?? match[2] ?? "";
  const file = match[3]?.replace(/:\d+(?:-\d+)?$/, "");
  return findingIdentity({ title, ...(file === undefined ? {} : { file }) });
};
