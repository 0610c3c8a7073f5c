import type { Finding } from "../../core/model/review.ts";
import type { Question } from "../../core/scheduler/events.ts";
import type { RunState } from "../../core/scheduler/state.ts";
import { type StatusDocument, statusOf } from "../machine-contract/status-document.ts";
import type { StoredRun } from "./runs.ts";

/** What waits for a person. */
export interface InboxItem {
  readonly story: string;
  readonly kind: Question["kind"];
  readonly text: string;
  readonly files: readonly string[];
  readonly findings: readonly Finding[];
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
  inbox: [...state.stories.values()].flatMap(({ story, question }) =>
    question === undefined
      ? []
      : [
          {
            story: story.key,
            kind: question.kind,
            text: question.text,
            files: question.files ?? [],
            findings: question.findings ?? [],
          },
        ],
  ),
});
