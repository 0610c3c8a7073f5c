import type { AgentEvent, AgentParser } from "../../agents/agent.ts";
import { JOB_FILES, type Job, type JobEnd, type StopPlan } from "../../jobs/job.ts";
import { tailTranscript } from "../../jobs/transcript-tail.ts";
import type { CutReason } from "../../model/turn.ts";
import type { ArtifactWatch } from "../artifacts/watch-artifacts.ts";
import type { TurnFeed } from "./turn-feed.ts";
import { inBackground, type World } from "./world.ts";

const MINUTE_MS = 60_000;
/** Share of a limit after which a person is warned. */
const WARN_AT = 0.9;
/** Tools at once that keep a silent agent from being stopped. */
const TOOLS_MAX = 1_000;
const MEGABYTE = 1024 * 1024;

/** A turn that is watched: its output read, its limits kept. */
export interface WatchedTurn {
  /** The job's end, after its whole output was read. */
  readonly ended: Promise<JobEnd>;
  /** The folder of its job. */
  readonly directory: string;
  readonly hasEnded: () => boolean;
  /** Why we cut it off, if we did; the first reason counts. */
  readonly cut: () => CutReason | undefined;
  stop(reason: CutReason, atOnce?: boolean): Promise<void>;
  /** Whether the agent said how it ended and then did not leave, so that we stopped it: what it said counts. */
  readonly stayed: () => boolean;
  /** Whether a part of the output was cut from the transcript. */
  readonly wasCut: () => boolean;
}

/** How the agent's program is stopped, and how long it may stay after its end (`AgentDescription.exitLimitMs`). */
export interface LeavePlan extends StopPlan {
  readonly exitLimitMs?: number | undefined;
}

/** Follows a running job: lines go to the parser and the feed, limits stop it. `besides`: what else is looked at. */
export const watchTurn = (
  world: World,
  job: Job,
  parser: AgentParser,
  feed: TurnFeed,
  plan: LeavePlan,
  besides?: ArtifactWatch,
): WatchedTurn => {
  const { limits } = world.run.config;
  let cut: CutReason | undefined;
  let lastSignMs = world.now();
  let seenBytes = 0;
  let warned = false;
  let saidEnd = false;
  /** It said that it failed, and would go on for ever all the same. */
  let isOver = false;
  let stayed = false;
  const toolsRunning = new Set<string>();
  const stop = (reason: CutReason, atOnce = false): Promise<void> => {
    cut ??= reason;
    return inBackground(world, job.stop(atOnce ? { ...plan, graceMs: 0, killAfterMs: 0 } : plan));
  };
  const take = (event: AgentEvent): void => {
    if (event.t === "tool-start" && toolsRunning.size < TOOLS_MAX) toolsRunning.add(event.id);
    if (event.t === "tool-end") toolsRunning.delete(event.id);
    if (event.t === "finished" || event.t === "failed") saidEnd = true;
    if (event.t === "failed" && event.final === true) isOver = true;
    // Some go on after their word, e.g. when something that they left in the background has ended.
    if (event.t === "text" || event.t === "tool-start" || event.t === "notice") saidEnd = false;
    feed.say(event);
  };
  const tail = tailTranscript(`${job.directory}/${JOB_FILES.transcript}`, {
    transcriptBytesMax: limits.transcript_mb * MEGABYTE,
    stderrFile: `${job.directory}/${JOB_FILES.stderr}`,
    onLines: (lines) => {
      for (const line of lines) {
        for (const event of parser.line(line)) take(event);
      }
    },
    onFlood: () => void stop("transcript-limit"),
  });
  const look = async (): Promise<void> => {
    // Its log tells of the work, its output of the end.
    besides?.look();
    await tail.poll();
    feed.endOfLook();
    if (tail.offset !== seenBytes) lastSignMs = world.now();
    seenBytes = tail.offset;
    const reason = limitReached();
    if (cut !== undefined || stayed) return;
    if (reason !== undefined) void stop(reason);
    else if (isOver || (saidEnd && world.now() - lastSignMs > (plan.exitLimitMs ?? Number.POSITIVE_INFINITY))) {
      stayed = true;
      void inBackground(world, job.stop(plan));
    }
  };
  const limitReached = (): CutReason | undefined => {
    const ranMs = world.now() - job.startedAtMs;
    if (ranMs > limits.turn_minutes * MINUTE_MS) return "timeout";
    if (!warned && ranMs > limits.turn_minutes * MINUTE_MS * WARN_AT) {
      warned = true;
      feed.remark(`this turn is stopped after ${limits.turn_minutes} minutes (limits.turn_minutes)`);
    }
    const silentMs = world.now() - lastSignMs;
    return silentMs > limits.silent_minutes * MINUTE_MS && toolsRunning.size === 0 ? "silent" : undefined;
  };
  const leave = world.pulse.add(() => void look());
  let hasEnded = false;
  const ended = job.ended.then(async (end) => {
    hasEnded = true;
    // The program has ended, but what it started may print on until it is swept: a flood is cut until then.
    if (cut === "transcript-limit") await job.swept;
    leave();
    besides?.finish();
    await tail.finish();
    feed.endOfLook();
    return end;
  });
  return {
    ended,
    directory: job.directory,
    hasEnded: () => hasEnded,
    cut: () => cut,
    stop,
    stayed: () => stayed,
    wasCut: () => tail.wasCut,
  };
};
