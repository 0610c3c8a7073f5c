import type { Decision } from "./decision.ts";
import type { Effect, FinishRun } from "./effects.ts";
import type { Outcome, RunEvent, RunStatus } from "./events.ts";
import type { RunState } from "./state.ts";

/** The end of a run, when nothing is under way and nothing can start any more. */
export const endRun = (decision: Decision): RunEvent[] => {
  const { state } = decision;
  if (state.phase !== "running" || state.busy > 0 || state.landing !== undefined) return [];
  if (state.stopping !== undefined) return stopped(state);
  if (state.effects.size > 0 || canGoOn(state)) return [];
  if (state.policy.finish && !state.finished) {
    return [{ type: "finish.requested", effect: { kind: "finish-run", id: decision.newEffect(), ...keptOf(state) } }];
  }
  return concluded(state);
};

/** What is soon done and leaves the project as people expect it. */
const WRITES: ReadonlySet<Effect["kind"]> = new Set(["write-status", "keep-progress"]);

/** Effects that may be left for the resumed run: it performs them again. */
const stopped = (state: RunState): RunEvent[] => {
  const { stopping } = state;
  if (stopping === undefined || [...state.effects.values()].some(({ kind }) => WRITES.has(kind))) return [];
  return [
    {
      type: "run.ended",
      status: stopping.critical ? "error" : "paused",
      exit: stopping.critical ? 3 : 130,
      reason: stopping.reason,
    },
  ];
};

/** A stop during the first or the last act: that act is done again when the run goes on. */
export const endEarly = (state: RunState): RunEvent[] => stopped(state);

const canGoOn = (state: RunState): boolean => {
  if (state.breaker.open) return false;
  if (state.paused && state.endedCount < state.stories.size) return true;
  if (state.sleeping.size > 0 || state.ready.size > 0) return true;
  return state.parked.size > 0 && state.policy.inbox === "wait";
};

/** Ends whose landing has brought the story's artifacts along. */
const LANDED: ReadonlySet<Outcome | undefined> = new Set(["done", "awaiting-operator"]);

const keptOf = ({ policy, stories }: RunState): Pick<FinishRun, "kept"> => {
  if (!policy.keepsProgress && !policy.agentsKeepProgress) return {};
  const kept = [...stories.values()].filter(({ outcome, attempt }) => attempt > 0 && !LANDED.has(outcome));
  return { kept: kept.map(({ story }) => story.key) };
};

/** The last events of a run: what is parked is counted, and the status says what a script needs to know. */
const concluded = (state: RunState): RunEvent[] => {
  const parked: RunEvent[] = [...state.parked].map((story) => ({ type: "story.ended", story, outcome: "parked" }));
  return [...parked, { type: "run.ended", ...verdict(state) }];
};

const BAD: readonly Outcome[] = ["failed", "blocked", "skipped", "parked", "awaiting-operator"];

const verdict = (state: RunState): { status: RunStatus; exit: number; reason: string } => {
  if (state.breaker.open) {
    return { status: "error", exit: 3, reason: `circuit breaker: ${state.breaker.failures} stories failed in a row` };
  }
  const bad = BAD.map(
    (outcome) => [outcome, state.endedBy[outcome] + (outcome === "parked" ? state.parked.size : 0)] as const,
  )
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => `${count} ${outcome}`);
  if (state.redGates.length > 0) bad.push(`red after all stories: ${state.redGates.join(", ")}`);
  if (bad.length > 0) return { status: "blocked", exit: 1, reason: bad.join(", ") };
  return { status: "completed", exit: 0, reason: "all stories are done" };
};
