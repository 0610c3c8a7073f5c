import { cutToWidth } from "../../core/model/display-width.ts";
import { plainLine } from "../../core/model/plain-text.ts";
import { tableLines } from "../machine-contract/format-status.ts";
import { durationWords } from "../machine-contract/time-words.ts";
import type { Clash } from "./clashes.ts";
import type { PlanDocument, PlanStory } from "./plan-document.ts";

/** A plan for people: every story with the source of each edge, what can start, clashes, the longest path, how long. */
export const formatPlan = (document: PlanDocument, columns: number): string => {
  const { stories } = document;
  const ready = stories.filter((story) => story.ready).map((story) => story.key);
  const lines = [
    `Stories (${stories.length}):`,
    ...stories.flatMap(storyLines),
    "",
    `Can start at once (${ready.length}): ${ready.length === 0 ? "none" : ready.join(", ")}`,
    `Longest path (${document.critical_path.length}): ${document.critical_path.join(" → ")}`,
    ...(document.clashes.length === 0 ? [] : ["", "Never in flight together:", ...document.clashes.map(clashLine)]),
    "",
    ...makespanLines(document),
  ];
  return `${lines.flatMap((line) => wrap(plainLineKeepingIndent(line), columns)).join("\n")}\n`;
};

const storyLines = (story: PlanStory): string[] => [
  `  ${story.key}  ${plainLine(story.title)}`,
  ...story.depends_on.map(({ key, source, where }) => `      after ${key}  (${source}: ${plainLine(where)})`),
  `      ${story.ready ? "ready" : `waits for ${story.waiting_for ?? ""}`}`,
];

const clashLine = (clash: Clash): string =>
  clash.kind === "files"
    ? `  ${clash.stories.join(" and ")}: the same files`
    : `  ${clash.stories.join(", ")}: ${plainLine(clash.resource)}, ${clash.units} at a time`;

const makespanLines = ({ makespan }: PlanDocument): string[] => {
  const isEstimated = makespan.some((row) => row.estimated);
  return [
    `Expected time${isEstimated ? " (guessed: no earlier run timed such stories)" : ""}:`,
    ...tableLines(
      makespan.map((row) => [
        `${row.workers} worker${row.workers === 1 ? "" : "s"}`,
        durationWords(row.seconds),
        `at best ${durationWords(row.lower_bound_seconds)}`,
      ]),
    ),
  ];
};

const plainLineKeepingIndent = (line: string): string => (/^ */.exec(line)?.[0] ?? "") + plainLine(line);

/** Long lists go on in the next line, under the indent; a word that is too long is cut. */
const wrap = (line: string, columns: number): string[] => {
  const indent = `${/^ */.exec(line)?.[0] ?? ""}    `;
  const lines: string[] = [];
  let current = "";
  for (const word of line.split(/(?<= )/)) {
    if (current !== "" && (current + word).trimEnd().length > columns) {
      lines.push(current.trimEnd());
      current = indent;
    }
    current += word;
  }
  return [...lines, current.trimEnd()].map((each) => cutToWidth(each, columns));
};
