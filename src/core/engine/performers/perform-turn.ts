import { join } from "node:path";
import { describeAgent } from "../../agents/agents.ts";
import { JOB_FILES } from "../../jobs/job.ts";
import { isDiscounted } from "../../jobs/keeper-record.ts";
import { tailTranscript } from "../../jobs/transcript-tail.ts";
import type { CutReason, TurnEnd, TurnResult } from "../../model/turn.ts";
import { NO_USAGE } from "../../model/usage.ts";
import type { EffectResult, RunTurn, StopTurn } from "../../scheduler/effects.ts";
import { watchArtifacts } from "../artifacts/watch-artifacts.ts";
import { withWorkerReport } from "../artifacts/worker-report.ts";
import { closeReading } from "./close-reading.ts";
import { commitLeftovers } from "./commit-leftovers.ts";
import { type FoundJob, findOrStartJob, wasJobMade } from "./find-job.ts";
import { judgeTurn } from "./judge-turn.ts";
import { tellSaid } from "./perform-message.ts";
import { placeOf } from "./perform-workspace.ts";
import { createTurnFeed } from "./turn-feed.ts";
import { turnJob, turnJobName } from "./turn-job.ts";
import { keepLessons } from "./turn-lessons.ts";
import { isReader, isWorker } from "./turn-permission.ts";
import { removeTurnTmp } from "./turn-tmp.ts";
import { type LeavePlan, watchTurn } from "./turn-watch.ts";
import { type Place, profileIn, type World } from "./world.ts";

/** Runs a turn, or takes over the one that an earlier lead started. */
export const performTurn = async (world: World, effect: RunTurn): Promise<EffectResult> => {
  // A stop may come while the turn is still being prepared.
  let asked: CutReason | undefined;
  world.turns.set(effect.id, {
    stop: async (reason) => {
      asked ??= reason;
    },
  });
  try {
    const place = await placeOf(world, effect.story);
    // What an earlier lead started may live: it is taken over, and stopped then.
    const isNew = !wasJobMade(world, turnJobName(effect));
    if (asked !== undefined && isNew) return turnResult(without({ kind: "cut", reason: asked }));
    if (isNew && isElsewhere(world, effect, place)) return turnResult(without(SESSION_ELSEWHERE));
    const found = await findOrStartJob(world, turnJobName(effect), (directory) =>
      turnJob(world, effect, place, directory),
    );
    const result = await withWorkerReport(world, effect, place, await followJob(world, effect, place, found, asked));
    await Promise.all(world.messages.get(effect.id) ?? []);
    if (!isReader(world, effect) && result.end.kind === "finished") {
      const problem = await commitLeftovers(world, effect.story, place);
      if (problem !== undefined) {
        return turnResult({ ...result, end: { kind: "failed", cause: "other", message: problem } });
      }
    }
    const closed = await closeReading(world, effect, place, result);
    const learnt = await keepLessons(world, effect, closed);
    return turnResult({ ...closed, notes: [...(closed.notes ?? []), ...learnt] });
  } finally {
    world.turns.delete(effect.id);
    world.messages.delete(effect.id);
  }
};

const turnResult = (result: TurnResult): EffectResult => ({ kind: "turn", result });

/** The result of a turn that was never started: nobody heard what it was about. */
const without = (end: TurnEnd): TurnResult => ({
  end,
  usage: NO_USAGE,
  reportsUsage: true,
  wasIdle: true,
  durationMs: 0,
  lastLines: [],
});

/** Some agents know a session in the folder alone that it was begun in, and would work in that one. */
const isElsewhere = (world: World, effect: RunTurn, place: Place): boolean =>
  effect.sessionFolder !== undefined &&
  effect.sessionFolder !== place.projectPath &&
  describeAgent(profileIn(world, effect.agent).cli).sessionsStayInFolder === true;

const SESSION_ELSEWHERE: TurnEnd = {
  kind: "failed",
  cause: "session-lost",
  message: "the session belongs to a worktree that is gone",
};

const followJob = async (
  world: World,
  effect: RunTurn,
  place: Place,
  found: FoundJob,
  asked: CutReason | undefined,
): Promise<TurnResult> => {
  const parser = describeAgent(profileIn(world, effect.agent).cli).createParser();
  const feed = createTurnFeed(world, effect.story, effect.phase);
  if (found.kind === "over") {
    // A message on its way to it is to learn that nobody is there any more.
    world.turns.set(effect.id, { stop: async () => {}, directory: found.directory, hasEnded: () => true });
    const tail = tailTranscript(join(found.directory, JOB_FILES.transcript), {
      onLines: (lines) => {
        for (const line of lines) for (const event of parser.line(line)) feed.say(event);
      },
    });
    await tail.finish();
    feed.endOfLook();
    await removeTurnTmp(found.directory);
    return judgeTurn(world, effect, place, parser, found.end, {
      directory: found.directory,
      durationMs: 0,
      cut: stopBefore(found.directory),
      hasBegun: feed.hasBegun(),
    });
  }
  const { job } = found;
  if (found.adopted) feed.remark("the agent kept working while storyboard was away");
  else if (effect.prompt.kind === "merge") feed.remark("it did not land; its builder merges what landed meanwhile");
  if (!found.adopted) for (const text of effect.messages ?? []) tellSaid(world, effect.story, text);
  const besides = isWorker(world, effect)
    ? watchArtifacts(world, effect.story, place, { narrate: feed.narrate, isAdopted: found.adopted })
    : undefined;
  const turn = watchTurn(world, job, parser, feed, leavePlan(world, effect), besides);
  world.turns.set(effect.id, turn);
  world.sweeps.set(
    effect.story,
    job.swept.then(() => removeTurnTmp(job.directory)),
  );
  if (asked !== undefined) void turn.stop(asked);
  const end = await turn.ended;
  // A worktree must be quiet before its evidence is looked at; the shared copy belongs to others, too.
  if (world.run.config.isolation === "worktree") await job.swept;
  return judgeTurn(world, effect, place, parser, end, {
    directory: job.directory,
    durationMs: world.now() - job.startedAtMs,
    cut: turn.cut() ?? (turn.stayed() ? undefined : stopBefore(job.directory)),
    stayed: turn.stayed(),
    wasCut: turn.wasCut(),
    hasBegun: feed.hasBegun(),
  });
};

/** What an earlier lead stopped did not end by itself, even if it left no word about it but this. */
const stopBefore = (directory: string): CutReason | undefined => (isDiscounted(directory) ? "stop" : undefined);

const leavePlan = (world: World, effect: RunTurn): LeavePlan => {
  const { stopSignal, exitLimitMs } = describeAgent(profileIn(world, effect.agent).cli);
  return { signal: stopSignal, graceMs: 3_000, killAfterMs: 2_000, exitLimitMs };
};

/** Stops a turn; harmless when it has ended. */
export const performStop = async (world: World, effect: StopTurn): Promise<EffectResult> => {
  await world.turns.get(effect.turn)?.stop(effect.reason);
  return { kind: "done" };
};
