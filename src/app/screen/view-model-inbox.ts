import type { Line } from "../../components/props.ts";
import { counted } from "../../core/model/counted.ts";
import { plainLine } from "../../core/model/plain-text.ts";
import type { StoryState } from "../../core/scheduler/state.ts";

import type { ScreenFacts } from "./view-model.ts";
import type { PageContent } from "./view-model-page.ts";
import { cutLine, span, wrapText } from "./view-model-text.ts";

/** Findings, and files of a conflict, that are named. */
const NAMED_MAX = 10;
/** Characters of a question that are shown of one that is not marked. */
const WORDS_MAX = 500;

/** The stories that wait for a person, in the order in which the inbox lists them. */
export const waitingStories = ({ state }: Pick<ScreenFacts, "state">): StoryState[] =>
  [...state.stories.values()].filter(
    (story) => story.question !== undefined && (story.stage === "parked" || story.outcome === "parked"),
  );

/** What waits for a person: every parked story, the marked one in full. */
export const inboxContent = (facts: ScreenFacts, marked: number, columns: number): PageContent => {
  const waiting = waitingStories(facts);
  if (waiting.length === 0) return { title: "Inbox", lines: [[span("Nothing waits for you.", "quiet")]] };
  const at = Math.max(0, Math.min(marked, waiting.length - 1));
  const items = waiting.map((story, index) =>
    index === at ? markedItem(facts, story, columns) : [otherItem(facts, story, columns)],
  );
  return {
    title: `Inbox: ${counted(waiting.length, "story waits", "stories wait")} for you`,
    lines: items.flat(),
    keepInSight: [items.slice(0, at + 1).flat().length - 1, items.slice(0, at).flat().length],
  };
};

const otherItem = ({ label }: ScreenFacts, { story, question }: StoryState, columns: number): Line =>
  cutLine(
    [
      span(`  ${label(story.key)}`),
      span(`  ${question?.kind ?? ""}`, "quiet"),
      span(`  ${plainLine(question?.text.slice(0, WORDS_MAX) ?? "")}`, "warn"),
    ],
    columns,
  );

const markedItem = ({ label }: ScreenFacts, { story, question }: StoryState, columns: number): Line[] => {
  const below = [
    ...(question?.findings ?? []).slice(0, NAMED_MAX).map(({ severity, title }) => `${severity}: ${title}`),
    ...(question?.files ?? []).slice(0, NAMED_MAX),
  ];
  return [
    cutLine(
      [
        span("▸ ", "active"),
        span(label(story.key), "strong"),
        span(`  ${question?.kind ?? ""}`, "quiet"),
        span(`  ${plainLine(story.title)}`),
      ],
      columns,
    ),
    ...wrapText(question?.text ?? "", columns - 4).map((line): Line => [span(`    ${line}`, "warn")]),
    ...below.map((line): Line => cutLine([span(`    ${plainLine(line)}`)], columns)),
  ];
};
