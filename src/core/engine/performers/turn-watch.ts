import type { AgentParser } from "../../agents/agent.ts";
import { JOB_FILES, type Job, type JobEnd, type StopPlan } from "../../jobs/job.ts";
import { tailTranscript } from "../../jobs/transcript-tail.ts";
import type { CutReason } from "../../model/turn.ts";
import type { TurnFeed } from "./turn-feed.ts";
import { inBackground, type World } from "./world.ts";

const MINUTE_MS = 60_000;
/** Share of a limit after which a person is warned. */
const WARN_AT = 0.9;
const MEGABYTE = 1024 * 1024;

/** A turn that is watched: its output read, its limits kept. */
export interface WatchedTurn {
  /** The job's end, after its whole output was read. */
  readonly ended: Promise<JobEnd>;
  /** Why we cut it off, if we did; the first reason counts. */
  readonly cut: () => CutReason | undefined;
  stop(reason: CutReason): Promise<void>;
  /** Whether a part of the output was cut from the transcript. */
  readonly wasCut: () => boolean;
}

/** Follows a running job: lines go to the parser and the feed, limits stop it. */
export const watchTurn = (world: World, job: Job, parser: AgentParser, feed: TurnFeed, plan: StopPlan): WatchedTurn => {
  const { limits } = world.run.config;
  let cut: CutReason | undefined;
  let lastSignMs = world.now();
  let seenBytes = 0;
  let warned = false;
  const toolsRunning = new Set<string>();
  const stop = (reason: CutReason): Promise<void> => {
    cut ??= reason;
    return inBackground(world, job.stop(plan));
  };
  const tail = tailTranscript(`${job.directory}/${JOB_FILES.transcript}`, {
    transcriptBytesMax: limits.transcript_mb * MEGABYTE,
    stderrFile: `${job.directory}/${JOB_FILES.stderr}`,
    onLines: (lines) => {
      for (const line of lines) {
        for (const event of parser.line(line)) {
          if (event.t === "tool-start") toolsRunning.add(event.id);
          if (event.t === "tool-end") toolsRunning.delete(event.id);
          feed.say(event);
        }
      }
    },
    onFlood: () => void stop("transcript-limit"),
  });
  const look = async (): Promise<void> => {
    await tail.poll();
    feed.endOfLook();
    if (tail.offset !== seenBytes) lastSignMs = world.now();
    seenBytes = tail.offset;
    const reason = limitReached();
    if (reason !== undefined && cut === undefined) void stop(reason);
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
  const ended = job.ended.then(async (end) => {
    leave();
    await tail.finish();
    feed.endOfLook();
    return end;
  });
  return { ended, cut: () => cut, stop, wasCut: () => tail.wasCut };
};
