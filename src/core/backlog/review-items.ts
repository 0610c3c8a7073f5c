import { plainLine } from "../model/plain-text.ts";
import { type Finding, type Severity, severityNamed } from "../model/review.ts";
import type { MarkdownLine } from "./markdown-lines.ts";

/** Longest title and detail of a finding, in characters. */
const TITLE_LENGTH_MAX = 300;
const DETAIL_LENGTH_MAX = 4_000;

/** A finding as a review in Markdown lists it, and whether its box says that it is settled. */
export interface ReviewItem {
  readonly finding: Finding;
  readonly isTicked: boolean;
  /** Put off by the reviewer itself: it never sends the story back. */
  readonly isDeferred: boolean;
}

const BOX = /^[\s>]*(?:[-*+]|\d{1,4}[.)])[ \t]+\[([^\]\r\n])\][ \t]+(.*)$/u;
const BULLET = /^[\s>]*(?:[-*+]|\d{1,4}[.)])[ \t]+(?!\[.\][ \t])(.*)$/u;
const TAGS = /^(?:[*_]{0,3}\[[^\]\r\n]{1,40}\][*_:]{0,4}[ \t]*)+/u;

/** Headings under which a box without any tag is a finding, too. */
const FINDINGS = /\b(?:findings|follow-?ups|action items)\b/u;
const SETTLED = /\b(?:resolved|fixed|closed)\b/u;

/**
 * The finding in a line of a review, or undefined where it holds none: `- [ ] [AI-Review][High] T [file:line]`,
 * `- [ ] [Review][Patch] T [file:line] - why`, `- [ ] [High] T (AC #1) [file: path:line]` (formats.md 3.2). Tagged boxes
 * count wherever they are; others only where `isInReview`. One whose severity is not said counts as high.
 */
export const readReviewBox = (line: MarkdownLine, isInReview: boolean): ReviewItem | undefined => {
  const box = BOX.exec(line.text);
  if (box === null) return undefined;
  const [, mark = "", text = ""] = box;
  const tags = tagsOf(text);
  const kind = tags.find((tag) => ["decision", "patch", "defer", "dismiss"].includes(tag));
  const isTagged = tags.includes("ai review") || (tags.includes("review") && kind !== undefined);
  const severity = severityIn(tags);
  const isUnderFindings = isInReview && (severity !== undefined || line.path.some(({ plain }) => FINDINGS.test(plain)));
  if (!isTagged && !isUnderFindings) return undefined;
  const isDeferred = kind === "defer" || kind === "dismiss";
  const finding = toFinding(text, severity ?? (isDeferred ? "low" : "high"));
  return finding && { finding, isTicked: /^[xX✓✔☑]$/u.test(mark), isDeferred };
};

/** The finding in a bullet without a box, for a review that lists its findings so: its severity must be said. */
export const readReviewBullet = (line: MarkdownLine): ReviewItem | undefined => {
  const text = BULLET.exec(line.text)?.[1];
  if (text === undefined || line.path.some(({ plain }) => SETTLED.test(plain))) return undefined;
  const severity = severityIn(tagsOf(text));
  const finding = severity && toFinding(text, severity);
  return finding && { finding, isTicked: false, isDeferred: false };
};

const tagsOf = (text: string): readonly string[] =>
  [...(TAGS.exec(text)?.[0] ?? "").matchAll(/\[([^\]]+)\]/gu)].map(([, tag = ""]) =>
    tag
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
      .trim(),
  );

const severityIn = (tags: readonly string[]): Severity | undefined => {
  for (const tag of tags) {
    const severity = severityNamed(tag) ?? severityNamed(tag.replace(/ (?:severity|priority)$/, ""));
    if (severity !== undefined) return severity;
  }
  return undefined;
};

/** `[src/a.ts:12]`, `[file: src/a.ts:12-14]`; of several files in one bracket the first. No link: `[text](address)`. */
const PLACE =
  /\[(?:files?:\s*)?`?([^\s\]`,:[]*[./][^\s\]`,:[]*)(?::(\d{1,7})(?:-\d+)?)?(?::[^\]\s]{1,80})?`?(?:,[^\]]*)?\](?!\()/iu;

const toFinding = (text: string, severity: Severity): Finding | undefined => {
  const bare = plainLine(text.replace(TAGS, ""));
  const place = PLACE.exec(bare);
  const said =
    place === null ? bare : `${bare.slice(0, place.index).trimEnd()} ${bare.slice(place.index + place[0].length)}`;
  const [head = "", ...rest] = said.split(/\s+[—–]\s+|\s+--?\s+/u);
  const title = head
    .replaceAll("**", "")
    .replace(/[\s:—–-]+$/u, "")
    .trim()
    .slice(0, TITLE_LENGTH_MAX);
  if (title === "") return undefined;
  const detail = rest.join(" — ").trim().slice(0, DETAIL_LENGTH_MAX);
  const line = Number(place?.[2] ?? 0);
  return {
    severity,
    title,
    ...(place?.[1] === undefined ? {} : { file: place[1] }),
    ...(line > 0 ? { line } : {}),
    ...(detail === "" ? {} : { detail }),
  };
};
