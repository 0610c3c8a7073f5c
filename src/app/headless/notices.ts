import { counted } from "../../core/model/counted.ts";
import { firstLine, plainLine } from "../../core/model/plain-text.ts";
import type { Finding } from "../../core/model/review.ts";
import type { StoryKey } from "../../core/model/story-key.ts";
import type { BaselineChoice, Question, RunEvent } from "../../core/scheduler/events.ts";
import { answerCommand } from "../../core/scheduler/inbox.ts";
import { type LandingRefusal, redWords } from "../../core/scheduler/landing-result.ts";
import { type RunState, storyOf } from "../../core/scheduler/state.ts";
import { clockMinutes } from "../machine-contract/time-words.ts";
import { bounded, paragraph } from "./print-lines.ts";

/** Lines of a question, findings and files that are printed. */
const QUESTION_LINES_MAX = 20;
/** Last lines of a gate that is red before the first story. */
const GATE_LINES_MAX = 10;

type Label = (key: StoryKey) => string;

/** The lines of what happens between two cards: retries, questions, limits, the breaker, pause and stop. Often none. */
export const noticeLines = (event: RunEvent, state: RunState, label: Label): string[] => {
  switch (event.type) {
    case "story.requeued":
      return requeued(event, state, label);
    case "story.asked":
      return [`❓ ${label(event.story)} asks, and waits for you once its turn has ended`];
    case "story.parked":
      return questionLines(event.story, event.question, storyOf(state, event.story).story.title, label);
    case "story.confirmed":
      return [`✅ ${label(event.story)} is done: its person's part is confirmed`];
    case "landing.ended":
      return event.result.kind === "landed"
        ? []
        : [`⚠ ${label(event.story)} did not land: ${refusalWords(event.result)}`];
    case "phase.due":
      return event.next.prompt.kind === "merge"
        ? [`🔧 ${label(event.story)} goes back to its builder, to be merged with what landed meanwhile`]
        : [];
    case "effect.failed": {
      const whose = event.story === undefined ? "" : `${label(event.story)}: `;
      return [`⚠ ${whose}${plainLine(event.error.message)}`];
    }
    default:
      return runNotice(event, state);
  }
};

/** Why a landing was refused, in a few words. */
export const refusalWords = (refusal: LandingRefusal): string =>
  refusal.kind === "gate-red"
    ? redWords(refusal)
    : `conflict${refusal.files.length === 0 ? "" : ` in ${plainLine(refusal.files.join(", "))}`}`;

const runNotice = (event: RunEvent, state: RunState): string[] => {
  switch (event.type) {
    case "breaker.opened":
      return [
        `🛑 CIRCUIT BREAKER — ${event.failures} consecutive failures. Nothing new starts; what runs may end.`,
        "   storyboard ctl resume closes it.",
      ];
    case "breaker.closed":
      return ["The circuit breaker is closed: stories start again."];
    case "limit.waiting":
      return [`⏳ ${plainLine(event.provider)} is at its limit: its stories wait until ${clockMinutes(event.untilMs)}`];
    case "provider.slowed":
      return [
        `⏳ ${plainLine(event.provider)} is overloaded: ${counted(event.workers, "turn")} of it at a time for now`,
      ];
    case "provider.eased":
      return [`⏳ ${plainLine(event.provider)} answers as usual again`];
    case "provider.barred":
      return [
        `⚠ ${plainLine(event.provider)} cannot be used: ${firstLine(event.reason)}`,
        "   Its stories wait. Put it right, then: storyboard ctl resume",
      ];
    case "limit.lifted":
      return [`⏳ ${plainLine(event.provider)} may work again`];
    case "workers.changed":
      return [`Workers: ${event.max} at most from now on`];
    case "run.paused":
      return ["Paused: nothing new starts. storyboard ctl resume goes on."];
    case "run.unpaused":
      return ["Resumed."];
    case "run.resumed":
      return [
        `Resumed: ${state.endedCount} of ${state.stories.size} stories have ended already.`,
        ...(state.paused ? ["It is paused still: nothing new starts. storyboard ctl resume goes on."] : []),
      ];
    case "run.stopping":
      return [`Stopping: ${plainLine(event.reason)}. Agents are told to stop; everything is saved.`];
    case "baseline.requested":
      return ["Gates run on the baseline before the first story ..."];
    case "baseline.checked":
      return event.result.red.length === 0
        ? ["Gates on the baseline: green"]
        : event.result.red.flatMap(({ name, tail }) => [
            `⚠ Red on the baseline: ${plainLine(name)}`,
            ...paragraph(tail.slice(-GATE_LINES_MAX).join("\n"), "    │ ", GATE_LINES_MAX),
          ]);
    case "baseline.asked":
      return [
        "❓ THE RUN WAITS FOR YOU",
        `   ${plainLine(event.question.text)}`,
        `   ${answerCommand(null, event.question)}`,
      ];
    case "baseline.decided":
      return decidedWords(event.choice, state);
    case "finish.requested":
      return ["All stories have ended; bookkeeping ..."];
    default:
      return [];
  }
};

const decidedWords = (choice: BaselineChoice, { leftOutGates }: RunState): string[] => {
  if (choice === "accept") return ["What is red is accepted: that is not held against a story."];
  return choice === "quit" ? [] : [`This run does without ${plainLine(leftOutGates.join(", "))}.`];
};

const requeued = (event: Extract<RunEvent, { type: "story.requeued" }>, state: RunState, label: Label): string[] => {
  const name = label(event.story);
  const last = storyOf(state, event.story).failures.at(-1);
  switch (event.reason) {
    case "retry": {
      const tries = `attempt ${event.attempt} of ${state.policy.attemptsMax}`;
      const why = firstLine(event.failure?.message ?? "–").replace(/^Completion rejected, (?=missing: )/, "");
      return [`⚠ ${name} rejected — ${why}. Re-queued (${tries})`];
    }
    case "reopened":
      return [`⚠ ${name} is tried again${last === undefined ? "" : ` after: ${firstLine(last.message)}`}`];
    case "environment":
      return [
        `⚠ ${name} waits for its environment and tries again; the attempt is not counted${event.why === undefined ? "" : ` (${plainLine(event.why)})`}`,
      ];
    case "answered":
      return [`${name} goes on with the answer.`];
    case "unblocked":
      return [`${name} is no longer blocked.`];
    case "limit":
    case "stopped":
      return [];
  }
};

/** A question that waits for a person, with the line to type. */
export const questionLines = (story: StoryKey, question: Question, title: string, label: Label): string[] => [
  `❓ ${label(story)} WAITS FOR YOU — ${plainLine(title)}`,
  ...paragraph(question.text, "   ", QUESTION_LINES_MAX),
  ...bounded((question.findings ?? []).map(findingLine), QUESTION_LINES_MAX, "   "),
  ...bounded(
    (question.files ?? []).map((file) => `   ~ ${plainLine(file)}`),
    QUESTION_LINES_MAX,
    "   ",
  ),
  `   ${answerCommand(story, question)}`,
];

/** A finding as one line: severity, place, title. */
export const findingLine = ({ severity, file, line, title }: Finding): string => {
  const place = file === undefined ? "" : ` ${file}${line === undefined ? "" : `:${line}`}`;
  return `   ${plainLine(`[${severity}]${place} ${title}`)}`;
};
