import type { BuildClaim } from "../../core/model/review.ts";
import { barePath, fileLine } from "./card-parts.ts";
import { bounded, CLAIM_MARK } from "./print-lines.ts";
import type { StoryRecord } from "./story-record.ts";

/** Files that a card lists of each kind. */
const LISTED_MAX = 20;

type ClaimedFile = BuildClaim["files"][number];

/**
 * What the work created, modified and deleted: by git where somebody looked, with the reasons that the agent gave; else
 * by the agent's own word, which the mark says. What it says it changed and did not is named.
 */
export const workFiles = ({ files, claim }: StoryRecord): string[] => {
  const claimed = claim?.files ?? [];
  if (files === undefined) return claimedFiles(claimed);
  const reasons = new Map(claimed.map((file) => [barePath(file.path), file]));
  // In the order in which the agent tells of them, the others behind.
  const order = new Map(claimed.map(({ path }, i) => [barePath(path), i]));
  const placeOf = (path: string): number => order.get(barePath(path)) ?? order.size;
  const named = (kind: (typeof files)[number]["kind"]): ClaimedFile[] =>
    files
      .filter((file) => file.kind === kind)
      .sort((a, b) => placeOf(a.path) - placeOf(b.path))
      .map(({ path }) => withReason(path, kind === "modified", reasons.get(barePath(path))));
  const changed = new Set(files.map(({ path }) => barePath(path)));
  const pretended = claimed.filter(({ path }) => !changed.has(barePath(path)));
  return [
    ...fileBlock("Files created:", "+", named("created")),
    ...fileBlock("Files modified:", "~", named("modified")),
    ...fileBlock("Files deleted:", "-", named("deleted")),
    ...fileBlock("Said to be changed, and is not in the work:", "?", pretended),
  ];
};

/** A file with line numbers was there before; one without is new. */
const claimedFiles = (claimed: readonly ClaimedFile[]): string[] => [
  ...fileBlock(
    `Files created${CLAIM_MARK}:`,
    "+",
    claimed.filter((file) => file.lines === undefined),
  ),
  ...fileBlock(
    `Files modified${CLAIM_MARK}:`,
    "~",
    claimed.filter((file) => file.lines !== undefined),
  ),
];

const withReason = (path: string, hasLines: boolean, claimed: ClaimedFile | undefined): ClaimedFile => ({
  path,
  ...(hasLines && claimed?.lines !== undefined ? { lines: claimed.lines } : {}),
  ...(claimed?.why === undefined ? {} : { why: claimed.why }),
});

const fileBlock = (head: string, sign: string, files: readonly ClaimedFile[]): string[] => {
  if (files.length === 0) return [];
  return [
    `  ${head}`,
    ...bounded(
      files.map((file) => `    ${sign} ${fileLine(file)}`),
      LISTED_MAX,
      "    ",
    ),
    "",
  ];
};
