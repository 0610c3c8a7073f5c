import type { Line } from "../../components/props.ts";
import { firstLine, plainLine, plainText } from "../../core/model/plain-text.ts";
import type { StoryKey } from "../../core/model/story-key.ts";
import { heroName } from "../../core/scheduler/heroes.ts";
import type { StoryState } from "../../core/scheduler/state.ts";
import { criteriaReasons, criteriaWords } from "../headless/criteria-lines.ts";
import { bounded } from "../headless/print-lines.ts";
import { statusMark } from "../headless/status-mark.ts";
import { storyCard } from "../headless/story-card.ts";
import { contractUsage, costWords } from "../machine-contract/contract-words.ts";
import { clockSeconds, durationClock } from "../machine-contract/time-words.ts";
import { waitingFor } from "../machine-contract/waiting-for.ts";
import type { ScreenFacts } from "./view-model.ts";
import type { PageContent } from "./view-model-page.ts";
import { printedLines } from "./view-model-printed.ts";
import { silentMs } from "./view-model-silence.ts";
import { toneOf } from "./view-model-stories.ts";
import { entryLines, justified, span } from "./view-model-text.ts";

/** Room for the names of a card's entries, in cells. */
const INDENT = 12;
/** Last words of the story's agents on its card. */
const LAST_WORDS_MAX = 200;
/** Feed lines that are searched for them. */
const SEARCHED_MAX = 5_000;

/** The card of a story: what came of it, or what it does now; then its place in the run and its agents' last words. */
export const cardContent = (
  facts: ScreenFacts,
  story: StoryKey | undefined,
  { columns, nowMs }: { readonly columns: number; readonly nowMs: number },
): PageContent => {
  const state = story === undefined ? undefined : facts.state.stories.get(story);
  if (state === undefined) return { title: "Story", lines: [[span("No story is selected.", "quiet")]] };
  const record = facts.records.of(state.story.key);
  const head =
    state.stage === "ended"
      ? printedLines(storyCard(state, record, { state: facts.state, columns, label: facts.label }), columns)
      : openCard(facts, state, columns, nowMs);
  return {
    title: facts.label(state.story.key),
    lines: [...head, [], ...placeLines(facts, state, columns), ...lastWords(facts, state, columns)],
  };
};

const openCard = (facts: ScreenFacts, story: StoryState, columns: number, nowMs: number): Line[] => {
  const { mark, word } = statusMark(story, facts.records.of(story.story.key).narrated);
  const tone = toneOf(story);
  const waits = waitingFor(facts.state, story, nowMs);
  const silence = silentMs(facts, story, nowMs);
  const entry = (
    name: string,
    value: string | undefined,
    valueTone: Parameters<typeof entryLines>[2]["tone"] = "plain",
  ): Line[] =>
    value === undefined || value === "" ? [] : entryLines(name, value, { columns, indent: INDENT, tone: valueTone });
  return [
    justified(
      [span(`${mark} `, tone), span(word, tone), span("  "), span(plainLine(story.story.title), "strong")],
      [span(story.startedAtMs === undefined ? "" : durationClock(nowMs - story.startedAtMs), "quiet")],
      columns,
    ),
    [],
    ...entry("Question", plainLine(story.question?.text ?? ""), "warn"),
    ...(story.question?.files ?? []).slice(0, 20).flatMap((file) => entry("In", plainLine(file))),
    ...entry("Worker", workerWords(facts, story)),
    ...entry("Waits for", waits === null ? undefined : plainLine(waits)),
    ...entry("Silent", silence === undefined ? undefined : `for ${durationClock(silence)}`, "warn"),
    ...entry(
      "Attempt",
      story.attempt === 0
        ? "not started"
        : `${story.attempt} of ${facts.state.policy.attemptsMax}, turn ${story.turns}`,
    ),
    ...pastAttempts(facts, story).flatMap(([name, words]) => entry(name, words, "warn")),
    ...entry("Phases", phaseWords(facts, story, nowMs)),
    ...entry("Findings", findingsWords(story)),
    ...entry("Criteria", criteriaLines(story)),
    ...entry("Cost", storyCost(story)),
    ...[...story.flags, ...story.notes].slice(0, 20).flatMap((note) => entry("Note", plainLine(note))),
  ];
};

/** Criteria that a card of a story under way gives the reasons of. */
const REASONS_MAX = 10;

const criteriaLines = ({ criteria }: StoryState): string | undefined =>
  criteria?.ledger === undefined
    ? undefined
    : [criteriaWords(criteria.ledger), ...bounded(criteriaReasons(criteria.ledger), REASONS_MAX, "")].join("\n");

/** Earlier attempts with the reason of their failure. */
const pastAttempts = ({ records }: ScreenFacts, { story }: StoryState): (readonly [string, string])[] =>
  records
    .of(story.key)
    .attempts.flatMap(({ attempt, failure }) =>
      failure === undefined ? [] : [[`Attempt ${attempt}`, plainText(failure.message)] as const],
    );

/** `BUILD ok 07:00 → VERIFY 1 finding 01:00 → REFINE now`: the phases of the last attempt. */
const phaseWords = ({ records }: ScreenFacts, story: StoryState, nowMs: number): string => {
  const phases = records.of(story.story.key).attempts.at(-1)?.phases ?? [];
  return phases
    .map(({ phase, outcome, durationMs, remark }, index) => {
      const isLast = index === phases.length - 1;
      if (isLast && outcome === undefined)
        return `${phase} for ${durationClock(nowMs - (story.phaseStartedAtMs ?? nowMs))}`;
      const words = remark === "" ? (outcome ?? "") : firstLine(remark);
      return [phase, words, durationMs === 0 ? "" : durationClock(durationMs)].filter((word) => word !== "").join(" ");
    })
    .join(" → ");
};

const workerWords = ({ state }: ScreenFacts, story: StoryState): string | undefined => {
  if (story.slot === undefined) return undefined;
  const effect = story.busyWith === undefined ? undefined : state.effects.get(story.busyWith);
  const agent = effect?.kind === "run-turn" ? `, ${effect.agent}` : "";
  return plainLine(`${heroName(story.slot)}${agent}`);
};

const findingsWords = ({ openFindings, deferredFindings }: StoryState): string | undefined => {
  if (openFindings.length + deferredFindings.length === 0) return undefined;
  const first = openFindings.slice(0, 5).map(({ severity, title }) => `${severity}: ${plainLine(title)}`);
  return [`${openFindings.length} open, ${deferredFindings.length} left for later`, ...first].join("\n");
};

const storyCost = (story: StoryState): string => {
  const usage = contractUsage(story.usage);
  const { tokens, usd } = usage;
  if (usd === null && tokens === null) return "–";
  return `${costWords(usage)}, ${tokens ?? "–"} tokens`;
};

/** Where the story stands in the backlog and among the others. */
const placeLines = ({ state, label }: ScreenFacts, { story }: StoryState, columns: number): Line[] => {
  const named = (keys: readonly StoryKey[]): string =>
    keys
      .flatMap((key) => {
        const other = state.stories.get(key);
        return other === undefined ? [] : [`${label(key)} ${statusMark(other).word.toLowerCase()}`];
      })
      .join(", ");
  const entries: readonly (readonly [string, string])[] = [
    ["Key", story.key],
    ["File", story.file ?? ""],
    ["After", named(state.graph.dependencies.get(story.key) ?? [])],
    ["Before", named(state.graph.dependents.get(story.key) ?? [])],
    ["Needs", story.needs.join(", ")],
    ["Touches", story.touches.join(", ")],
  ];
  return entries.flatMap(([name, value]) =>
    value === "" ? [] : entryLines(name, plainLine(value), { columns, indent: INDENT }),
  );
};

const lastWords = ({ feed }: ScreenFacts, { story }: StoryState, columns: number): Line[] => {
  const found: Line[] = [];
  const from = Math.max(feed.start, feed.end - SEARCHED_MAX);
  for (let number = feed.end - 1; number >= from && found.length < LAST_WORDS_MAX; number--) {
    const line = feed.at(number);
    if (line?.story === story.key)
      found.push([span(`${clockSeconds(line.atMs)} `, "quiet"), span(plainLine(line.text))]);
  }
  if (found.length === 0) return [];
  return [[], [span("─".repeat(Math.min(columns, 3)), "quiet"), span(" Last words, newest first", "quiet")], ...found];
};
