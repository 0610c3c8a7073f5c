import type { Finding } from "../../core/model/review.ts";
import type { Question, QuestionKind } from "../../core/scheduler/events.ts";
import { choicesOf, inboxOf } from "../../core/scheduler/inbox.ts";
import type { RunState } from "../../core/scheduler/state.ts";
import { type StatusDocument, statusOf } from "../machine-contract/status-document.ts";
import type { StoredRun } from "./runs.ts";

/** What waits for a person. */
export interface InboxItem {
  /** `null` where the run itself asks. */
  readonly story: string | null;
  readonly kind: QuestionKind;
  readonly text: string;
  /** Answers with a meaning of their own; to a story any other text is one too, but to a part of a person. */
  readonly choices: readonly string[];
  readonly files: readonly string[];
  readonly findings: readonly Finding[];
  /** Gates that are red before the first story, with their last lines. */
  readonly red: NonNullable<Question["red"]>;
}

/** What a client of the lead sees at once. */
export interface LeadSnapshot {
  /** The run's id. */
  readonly run: string;
  /** The run's folder, absolute: a client on the same machine reads the past from it. */
  readonly directory: string;
  /** How many events of the journal the state is folded from; the next one that is published follows them. */
  readonly events: number;
  readonly status: StatusDocument;
  readonly inbox: readonly InboxItem[];
}

/** The snapshot of a run right now. */
export const takeSnapshot = (
  stored: StoredRun,
  state: RunState,
  { events, leadAlive }: { readonly events: number; readonly leadAlive: boolean },
): LeadSnapshot => ({
  run: stored.file.run,
  directory: stored.directory,
  events,
  status: statusOf(state, {
    run: stored.file.run,
    startedAtMs: stored.file.startedAtMs,
    nowMs: Date.now(),
    leadAlive,
  }),
  inbox: inboxItems(state),
});

/** All that waits for a person, as clients and scripts see it. */
const inboxItems = (state: RunState): InboxItem[] =>
  inboxOf(state).map(({ story, question }) => ({
    story,
    kind: question.kind,
    text: question.text,
    choices: choicesOf(question),
    files: question.files ?? [],
    findings: question.findings ?? [],
    red: question.red ?? [],
  }));
