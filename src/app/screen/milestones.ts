import type { FeedLine } from "../../core/engine/feed.ts";
import { counted } from "../../core/model/counted.ts";
import { firstLine, plainLine } from "../../core/model/plain-text.ts";
import type { EvidenceResult } from "../../core/scheduler/effects.ts";
import type { JournaledEvent, RunEvent } from "../../core/scheduler/events.ts";
import { askedFirst } from "../headless/asked-words.ts";
import { refusalWords } from "../headless/notices.ts";

/** What storyboard itself has to say of a story, among what its agents say: what was proven, rejected, landed, asked. */
export const milestoneOf = ({ event, at }: JournaledEvent): FeedLine | undefined => {
  if (!("story" in event) || event.story === undefined) return undefined;
  const words = wordsOf(event);
  if (words === undefined) return undefined;
  const phase = "phase" in event ? event.phase : undefined;
  return { atMs: at, story: event.story, phase, text: `storyboard: ${words}` };
};

const wordsOf = (event: RunEvent): string | undefined => {
  switch (event.type) {
    case "evidence.checked":
      return event.result.ok ? provenWords(event.result) : `rejected: ${firstLine(event.result.missing[0] ?? "–")}`;
    case "turn.ended":
      return verdictWords(event);
    case "landing.ended":
      return event.result.kind === "landed"
        ? `landed${event.result.commit === undefined ? "" : ` as ${event.result.commit.slice(0, 7)}`}`
        : `did not land: ${refusalWords(event.result)}`;
    case "story.requeued":
      return event.reason === "retry" ? `tries again, attempt ${event.attempt}` : undefined;
    case "story.asked":
      return `asks: ${firstLine(event.text)}`;
    case "story.parked":
      return `waits for you: ${askedFirst(event.question)}`;
    case "story.confirmed":
      return "done: its person's part is confirmed";
    case "story.ended":
      return endWords(event);
    case "effect.failed":
      return plainLine(event.error.message);
    default:
      return undefined;
  }
};

const endWords = ({ outcome, failure, question }: Extract<RunEvent, { type: "story.ended" }>): string | undefined => {
  if (outcome === "awaiting-operator") return `left for you: ${firstLine(question?.text ?? "–")}`;
  return outcome === "failed" ? `failed: ${firstLine(failure?.message ?? "–")}` : undefined;
};

const provenWords = ({ gates = [] }: EvidenceResult): string => {
  const green = gates.filter(({ ok }) => ok).map(({ name }) => plainLine(name));
  return `its evidence holds${green.length === 0 ? "" : `, green: ${green.join(", ")}`}`;
};

const verdictWords = ({ result }: Extract<RunEvent, { type: "turn.ended" }>): string | undefined => {
  if (result.end.kind === "failed") return `the turn failed: ${firstLine(result.end.message)}`;
  const { verdict } = result;
  if (verdict === undefined) return undefined;
  const found = verdict.findings.length;
  return found === 0
    ? "approved"
    : `${verdict.verdict === "approved" ? "approved, with" : "sent back with"} ${counted(found, "finding")}`;
};
