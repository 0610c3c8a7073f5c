import type { Line } from "../../components/props.ts";
import { counted } from "../../core/model/counted.ts";
import { plainLine } from "../../core/model/plain-text.ts";
import type { QuestionKind } from "../../core/scheduler/events.ts";
import { inboxOf, type WaitingItem } from "../../core/scheduler/inbox.ts";

import type { ScreenFacts } from "./view-model.ts";
import type { PageContent } from "./view-model-page.ts";
import { cutLine, span, wrapText } from "./view-model-text.ts";

/** Findings, and files of a conflict, that are named. */
const NAMED_MAX = 10;
/** Characters of a question that are shown of one that is not marked. */
const WORDS_MAX = 500;

/** What waits for a person, in the order in which the inbox lists it. */
export const waitingItems = ({ state }: Pick<ScreenFacts, "state">): WaitingItem[] => inboxOf(state);

/** What waits for a person: every item, the marked one in full. */
export const inboxContent = (facts: ScreenFacts, marked: number, columns: number): PageContent => {
  const waiting = waitingItems(facts);
  if (waiting.length === 0) return { title: "Inbox", lines: [[span("Nothing waits for you.", "quiet")]] };
  const at = Math.max(0, Math.min(marked, waiting.length - 1));
  const items = waiting.map((item, index) =>
    index === at ? markedItem(facts, item, columns) : [otherItem(facts, item, columns)],
  );
  return {
    title: `Inbox: ${whoWaits(waiting)} for you`,
    lines: items.flat(),
    keepInSight: [items.slice(0, at + 1).flat().length - 1, items.slice(0, at).flat().length],
  };
};

const whoWaits = (waiting: readonly WaitingItem[]): string => {
  const stories = waiting.filter(({ story }) => story !== null).length;
  if (stories === waiting.length) return counted(stories, "story waits", "stories wait");
  return stories === 0 ? "the run waits" : `the run and ${counted(stories, "story wait", "stories wait")}`;
};

/** What is not to be read off the name of its kind. */
const KIND_WORDS: Readonly<Partial<Record<QuestionKind, string>>> = {
  operator: "your part",
  review: "open findings",
  attached: "session open",
  baseline: "red gates",
};

const kindOf = ({ question: { kind } }: WaitingItem): string => KIND_WORDS[kind] ?? kind;

const nameOf = ({ label, file }: ScreenFacts, { story }: WaitingItem): string =>
  story === null ? plainLine(file.projectName) : label(story);

const otherItem = (facts: ScreenFacts, item: WaitingItem, columns: number): Line =>
  cutLine(
    [
      span(`  ${nameOf(facts, item)}`),
      span(`  ${kindOf(item)}`, "quiet"),
      span(`  ${plainLine(item.question.text.slice(0, WORDS_MAX))}`, "warn"),
    ],
    columns,
  );

const markedItem = (facts: ScreenFacts, item: WaitingItem, columns: number): Line[] => {
  const { story, question } = item;
  const title = story === null ? "before the first story" : (facts.state.stories.get(story)?.story.title ?? "");
  const below = [
    ...(question.findings ?? []).slice(0, NAMED_MAX).map(({ severity, title: what }) => `${severity}: ${what}`),
    ...(question.files ?? []).slice(0, NAMED_MAX),
    ...(question.red ?? []).slice(0, NAMED_MAX).map(({ name, tail }) => `${name}: ${lastWords(tail)}`),
  ];
  return [
    cutLine(
      [
        span("▸ ", "active"),
        span(nameOf(facts, item), "strong"),
        span(`  ${kindOf(item)}`, "quiet"),
        span(`  ${plainLine(title)}`),
      ],
      columns,
    ),
    ...wrapText(question.text, columns - 4).map((line): Line => [span(`    ${line}`, "warn")]),
    ...below.map((line): Line => cutLine([span(`    ${plainLine(line)}`)], columns)),
  ];
};

const lastWords = (tail: readonly string[]): string => tail.findLast((line) => line.trim() !== "") ?? "no output";

/** The last lines of the gates that are red before the first story. */
export const redGatesContent = ({ state }: ScreenFacts, columns: number): PageContent => {
  const red = state.baselineQuestion?.red ?? [];
  if (red.length === 0) return { title: "Red gates", lines: [[span("No gate is red.", "quiet")]] };
  const lines = red.flatMap(({ name, tail }, index): Line[] => [
    ...(index === 0 ? [] : [[]]),
    [span(plainLine(name), "bad")],
    ...(tail.length === 0 ? [[span("it printed nothing", "quiet")] as Line] : []),
    ...tail.flatMap((line) => wrapText(line, columns).map((words): Line => [span(words)])),
  ]);
  return { title: `Red before the first story: ${plainLine(red.map(({ name }) => name).join(", "))}`, lines };
};
