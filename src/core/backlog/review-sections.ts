import { plainText } from "../model/plain-text.ts";
import { type Finding, findingIdentity, isBlocking, type Verdict, withoutDoubles } from "../model/review.ts";
import { readStatus } from "../model/status.ts";
import { type MarkdownLine, markdownLines } from "./markdown-lines.ts";
import { type ReviewItem, readReviewBox, readReviewBullet } from "./review-items.ts";
import { type ReviewOutcome, readOutcome } from "./review-outcome.ts";
import { readStoryStatus } from "./story-status.ts";

/** Most findings that one review has, and how much of its text stands in for findings, in characters. */
const FINDINGS_MAX = 200;
const TEXT_MAX = 4_000;

/** A review as a document says it. */
export interface WrittenReview {
  readonly verdict: Verdict;
  /** Findings that the reviewer listed and ticked in one: it says that it repaired them itself. */
  readonly ticked: readonly Finding[];
  /** Whether it speaks of repairs: what it approves may not be what it was given. */
  readonly afterRepairs: boolean;
}

const REVIEW =
  /^(?:senior developer (?:code )?review|senior developer|(?:ai |adversarial |code )?review(?:$|[ :(])|qa (?:results|review)|gate status)/u;

/**
 * The verdict that a reviewer wrote into a story file: BMAD's three generations of review output (formats.md 3.2). Only
 * what is new in `after` counts, line by line, so an earlier review says nothing. Undefined where the outcome is not
 * clear: neither an outcome, nor a status that the reviewer set, nor an open finding of medium severity or above.
 * Never throws; line ends make no difference.
 */
export const readReviewSections = (before: string, after: string): WrittenReview | undefined => {
  const lines = newLines(before, after);
  const isInReview = (line: MarkdownLine): boolean =>
    line.path.some(({ level, plain }) => level > 1 && REVIEW.test(plain));
  return judge(lines, isInReview, statusOutcome(before, after));
};

/** The same for a document that is a review as a whole (`code-reviews/code-review-...md`). */
export const readReviewDocument = (before: string, after: string): WrittenReview | undefined =>
  judge(newLines(before, after), () => true, undefined);

/** Lines of text and headings that `after` has more often than `before`. */
const newLines = (before: string, after: string): readonly MarkdownLine[] => {
  const old = new Map<string, number>();
  for (const { text } of markdownLines(before)) old.set(text.trim(), (old.get(text.trim()) ?? 0) + 1);
  return markdownLines(after).filter((line) => {
    const text = line.text.trim();
    const left = old.get(text) ?? 0;
    old.set(text, left - 1);
    return left <= 0 && text !== "" && (line.kind === "text" || line.kind === "heading");
  });
};

/** `done` and `in-progress` are what a review leads to; any other word says nothing. */
const statusOutcome = (before: string, after: string): ReviewOutcome | undefined => {
  const [old, now] = [before, after].map((text) => readStatus(readStoryStatus(Buffer.from(text)) ?? ""));
  if (now === old || old === "other") return undefined;
  if (now === "done") return "approved";
  return now === "in-progress" ? "changes" : undefined;
};

const judge = (
  lines: readonly MarkdownLine[],
  isInReview: (line: MarkdownLine) => boolean,
  status: ReviewOutcome | undefined,
): WrittenReview | undefined => {
  const review = lines.filter(isInReview);
  const items = itemsOf(lines, review, isInReview);
  const open = items.filter(({ isTicked, isDeferred }) => !isTicked || isDeferred).map(({ finding }) => finding);
  const ticked = items.filter(({ isTicked, isDeferred }) => isTicked && !isDeferred).map(({ finding }) => finding);
  const outcome = agreed(readOutcome(review), status, open);
  if (outcome === undefined || outcome === "unclear") return undefined;
  const asWhole = outcome === "blocked" || (outcome === "changes" && open.length === 0);
  const findings = [...(asWhole ? wholeOf(outcome, review) : []), ...open].slice(0, FINDINGS_MAX);
  if (outcome === "changes" && findings.length === 0) return undefined;
  const verdict = outcome === "changes" || outcome === "blocked" ? "changes" : "approved";
  return { verdict: { verdict, findings }, ticked, afterRepairs: outcome === "approved-after-repairs" };
};

const itemsOf = (
  lines: readonly MarkdownLine[],
  review: readonly MarkdownLine[],
  isInReview: (line: MarkdownLine) => boolean,
): readonly ReviewItem[] => {
  const boxes = lines.flatMap((line) => readReviewBox(line, isInReview(line)) ?? []);
  const items = boxes.length > 0 ? boxes : review.flatMap((line) => readReviewBullet(line) ?? []);
  // One finding is often listed twice: as an action item, and without its place as a task.
  const placed = new Set(items.flatMap(({ finding }) => (finding.file === undefined ? [] : [titleOf(finding)])));
  const kept = new Set(withoutDoubles(items.map(({ finding }) => finding)));
  return items.filter(
    ({ finding }) => kept.has(finding) && (finding.file !== undefined || !placed.has(titleOf(finding))),
  );
};

const titleOf = ({ title }: Finding): string => findingIdentity({ title });

/** What is said in words holds; where it is not, the status says it, and where that is not changed, what is open. */
const agreed = (
  said: ReviewOutcome | undefined,
  status: ReviewOutcome | undefined,
  open: readonly Finding[],
): ReviewOutcome | undefined => {
  if (status === "changes" && (said === "approved" || said === "approved-after-repairs")) return "unclear";
  const isOpen = open.some(({ severity }) => isBlocking(severity, "medium"));
  return said ?? status ?? (isOpen ? "changes" : undefined);
};

/** The review itself as the one thing to do, where it lists nothing: its text is all that its builder gets. */
const wholeOf = (outcome: ReviewOutcome, review: readonly MarkdownLine[]): readonly Finding[] => {
  const detail = plainText(review.map(({ text }) => text).join("\n")).slice(0, TEXT_MAX);
  if (detail.trim() === "") return [];
  const title = outcome === "blocked" ? "The review's outcome is Blocked" : "The review requests changes";
  return [{ severity: "high", title, detail }];
};
