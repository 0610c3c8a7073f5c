import type { Direction } from "./dependency-phrases.ts";
import type { Heading, MarkdownLine } from "./markdown-lines.ts";

/** Sections that record what was done or said about a story; what they name is no dependency. */
const RECORDS =
  /^(?:change ?log|dev agent record|completion notes|debug log|agent model|file list|files? list|senior developer|review|code review|qa results|previous story|learnings|lessons|git intelligence|out of scope|deferred|future)/u;
const FORWARD =
  /^(?:(?:story|epic|internal|upstream) )?(?:dependencies|depends on|prerequisites?(?: stories)?|blocked by|dépendances|abhängigkeiten|dipendenze|dependencias|依赖(?:关系)?|前置条件)(?:\s*[(（].*)?$/u;
const REVERSE =
  /^(?:enables|blocks|unblocks|required by|dependents|downstream(?: dependencies| stories)?|blocked stories)(?:\s*[(（].*)?$/u;
const FOREIGN = /^(?:external|package|library|npm|technical|new|runtime|dev) dependencies/u;

/** Sections in which even a plain "Depends on:" is quoted rather than stated. */
const REVIEWS = /^(?:change ?log|senior developer|review|code review|qa results)/u;

/** Whether a line is in a change log or a review. */
export const isReview = (line: MarkdownLine): boolean => line.path.some((heading) => under(heading, REVIEWS));

/** Whether a line is in a section that only records (change log, reviews, what earlier stories taught). */
export const isRecord = (line: MarkdownLine): boolean => line.path.some((heading) => under(heading, RECORDS));

/** Which way a line's section points, if it is one about dependencies between stories. The innermost heading decides. */
export const dependencySection = (line: MarkdownLine): Direction | undefined => {
  for (const heading of line.path.toReversed()) {
    if (under(heading, FOREIGN)) return undefined;
    if (under(heading, REVERSE)) return "reverse";
    if (under(heading, FORWARD)) return "forward";
  }
  return undefined;
};

const under = (heading: Heading, section: RegExp): boolean => heading.level > 1 && section.test(heading.plain);
