import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AgentParser } from "../../agents/agent.ts";
import { describeAgent } from "../../agents/agents.ts";
import { readBuildClaim, readVerdict } from "../../agents/reading/closing-block.ts";
import { lastBytes } from "../../jobs/bounded-file.ts";
import { JOB_FILES, type JobEnd, type JobSpec } from "../../jobs/job.ts";
import { isDiscounted } from "../../jobs/keeper-record.ts";
import { tailTranscript } from "../../jobs/transcript-tail.ts";
import { type Permission, phaseNamed } from "../../model/pipeline.ts";
import { plainText } from "../../model/plain-text.ts";
import type { CutReason, TurnEnd, TurnFailureCause, TurnResult } from "../../model/turn.ts";
import type { EffectResult, RunTurn, StopTurn } from "../../scheduler/effects.ts";
import { resetTo, type Snapshot, takeSnapshot } from "../../workspace/restore-worktree.ts";
import { commitLeftovers } from "./commit-leftovers.ts";
import { type FoundJob, findOrStartJob, wasJobMade } from "./find-job.ts";
import { environmentFor } from "./job-environment.ts";
import { placeOf } from "./perform-workspace.ts";
import { mergeLanded } from "./refused-landing.ts";
import { createTurnFeed } from "./turn-feed.ts";
import { promptOf } from "./turn-prompt.ts";
import { chosenSession, newSessionOf } from "./turn-session.ts";
import { type LeavePlan, watchTurn } from "./turn-watch.ts";
import { type Place, profileIn, storyIn, type World } from "./world.ts";

const STDERR_BYTES_MAX = 8 * 1024;
const LAST_LINES_MAX = 20;

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
    if (asked !== undefined && !wasJobMade(world, jobName(effect))) return turnResult(cutShort(asked));
    const found = await findOrStartJob(world, jobName(effect), (directory) => jobSpec(world, effect, place, directory));
    const result = await followJob(world, effect, found, asked);
    if (effect.role === "builder" && result.end.kind === "finished") {
      const problem = await commitLeftovers(world, effect.story, place);
      if (problem !== undefined) {
        return turnResult({ ...result, end: { kind: "failed", cause: "other", message: problem } });
      }
    }
    const notes = await undoReading(world, effect, place);
    return turnResult({ ...result, notes: [...(result.notes ?? []), ...notes] });
  } finally {
    world.turns.delete(effect.id);
  }
};

const jobName = (effect: RunTurn): string => `${effect.story}.${effect.attempt}.${effect.phase}-${effect.turn}`;

const turnResult = (result: TurnResult): EffectResult => ({ kind: "turn", result });

const cutShort = (reason: CutReason): TurnResult => ({
  end: { kind: "cut", reason },
  usage: { inputTokens: null, outputTokens: null, cachedTokens: null, usd: null },
  reportsUsage: false,
  durationMs: 0,
  lastLines: [],
});

const jobSpec = async (
  world: World,
  effect: RunTurn,
  place: Place,
  directory: string,
): Promise<Omit<JobSpec, "directory" | "mark">> => {
  const profile = profileIn(world, effect.agent);
  const story = storyIn(world, effect.story);
  const phase = phaseNamed(world.run.policy.pipeline, effect.phase);
  if (effect.role === "builder" && effect.conflict !== undefined)
    await mergeLanded(world, place, effect.story, effect.conflict);
  if (phase.kind === "turn" && world.run.config.isolation === "worktree") {
    await world.keptFiles.enterWorktree(place.projectPath, story, phase.startStatus, false);
  }
  // Its ticks must not meet a status that we are just writing into the same file.
  if (world.run.config.isolation === "shared") await world.keptFiles.settled();
  if (isReader(world, effect)) await rememberTree(world, effect, place);
  const call = describeAgent(profile.cli).call({
    profile,
    prompt: promptOf(world, effect),
    permission: permissionOf(world, effect),
    gateCommands: world.run.gates.map((gate) => gate.run),
    newSession: newSessionOf(world, directory),
    ...(effect.session === undefined ? {} : { session: effect.session }),
    ...(effect.model === undefined ? {} : { model: effect.model }),
  });
  const [program = "", ...rest] = call.command;
  const environment = environmentFor(world, {
    profile,
    story: story.key,
    phase: effect.phase,
    attempt: effect.attempt,
    directory,
    leases: effect.leases,
    ...(story.file === undefined ? {} : { storyFile: join(place.projectPath, story.file) }),
    ...(effect.session === undefined ? {} : { session: effect.session }),
  });
  return {
    command: [program, ...rest],
    cwd: place.projectPath,
    env: { ...environment, ...call.env },
    input: call.input,
    ...(world.run.config.isolation === "worktree" ? { ownFolder: place.path } : {}),
  };
};

const permissionOf = (world: World, effect: RunTurn): Permission => {
  const phase = phaseNamed(world.run.policy.pipeline, effect.phase);
  const wanted = phase.kind === "turn" ? phase.permission : "profile";
  return wanted === "profile" ? profileIn(world, effect.agent).permissions : wanted;
};

const followJob = async (
  world: World,
  effect: RunTurn,
  found: FoundJob,
  asked: CutReason | undefined,
): Promise<TurnResult> => {
  const parser = describeAgent(profileIn(world, effect.agent).cli).createParser();
  const feed = createTurnFeed(world, effect.story, effect.phase);
  if (found.kind === "over") {
    const tail = tailTranscript(join(found.directory, JOB_FILES.transcript), {
      onLines: (lines) => {
        for (const line of lines) for (const event of parser.line(line)) feed.say(event);
      },
    });
    await tail.finish();
    feed.endOfLook();
    return judge(world, effect, parser, found.end, {
      directory: found.directory,
      durationMs: 0,
      cut: stopBefore(found.directory),
    });
  }
  const { job } = found;
  if (found.adopted) feed.remark("the agent kept working while storyboard was away");
  else if (effect.prompt.kind === "merge") feed.remark("it did not land; its builder merges what landed meanwhile");
  const turn = watchTurn(world, job, parser, feed, leavePlan(world, effect));
  world.turns.set(effect.id, turn);
  world.sweeps.set(effect.story, job.swept);
  if (asked !== undefined) void turn.stop(asked);
  const end = await turn.ended;
  // A worktree must be quiet before its evidence is looked at; the shared copy belongs to others, too.
  if (world.run.config.isolation === "worktree") await job.swept;
  return judge(world, effect, parser, end, {
    directory: job.directory,
    durationMs: world.now() - job.startedAtMs,
    cut: turn.cut() ?? (turn.stayed() ? undefined : stopBefore(job.directory)),
    stayed: turn.stayed(),
    wasCut: turn.wasCut(),
  });
};

/** What an earlier lead stopped did not end by itself, even if it left no word about it but this. */
const stopBefore = (directory: string): CutReason | undefined => (isDiscounted(directory) ? "stop" : undefined);

const leavePlan = (world: World, effect: RunTurn): LeavePlan => {
  const profile = profileIn(world, effect.agent);
  const { stopSignal, exitLimitMs } = describeAgent(profile.cli);
  return { signal: stopSignal, graceMs: 3_000, killAfterMs: 2_000, exitLimitMs };
};

interface JobFacts {
  readonly directory: string;
  readonly durationMs: number;
  readonly cut?: CutReason | undefined;
  readonly stayed?: boolean;
  readonly wasCut?: boolean;
}

const judge = (world: World, effect: RunTurn, parser: AgentParser, end: JobEnd, facts: JobFacts): TurnResult => {
  const stderr = plainText(lastBytes(join(facts.directory, JOB_FILES.stderr), STDERR_BYTES_MAX));
  const parsed = parser.end({ ...(facts.stayed ? { status: 0 } : exitOf(end)), stderr });
  const turnEnd = endOf(end, facts.cut, parsed.end);
  const session =
    parsed.session ?? (turnEnd.kind === "cut" ? chosenSession(world, effect, facts.directory) : undefined);
  const verdict = readVerdict(parsed.closingText);
  const claim = readBuildClaim(parsed.closingText);
  const spoken = parsed.lastLines.length > 0 ? parsed.lastLines : stderr.split("\n").filter((line) => line !== "");
  return {
    end: turnEnd,
    usage: parsed.usage,
    reportsUsage: describeAgent(profileIn(world, effect.agent).cli).reportsUsage,
    durationMs: facts.durationMs,
    lastLines: spoken.slice(-LAST_LINES_MAX).map(world.mask),
    ...(session === undefined ? {} : { session }),
    ...(verdict === undefined ? {} : { verdict }),
    ...(claim === undefined ? {} : { claim }),
    notes: [
      ...(parsed.notes ?? []).map(world.mask),
      ...(facts.wasCut ? ["the transcript was longer than limits.transcript_mb; its beginning is gone"] : []),
    ],
  };
};

const exitOf = (end: JobEnd): { status: number | null; signal?: string } => {
  if (end.kind !== "exited") return { status: null };
  return end.signal === undefined ? { status: end.status } : { status: null, signal: end.signal };
};

/** Whoever cut a turn off decides what its end means; otherwise what the agent said does. */
const endOf = (end: JobEnd, cut: CutReason | undefined, parsed: TurnEnd): TurnEnd => {
  if (cut !== undefined) return { kind: "cut", reason: cut };
  if (end.kind === "crashed") return { kind: "cut", reason: "crash" };
  if (end.kind === "not-started") return { kind: "failed", cause: causeOf(end.problem), message: end.message };
  return parsed;
};

const causeOf = (problem: Extract<JobEnd, { kind: "not-started" }>["problem"]): TurnFailureCause => {
  if (problem === "missing-program" || problem === "not-executable") return "missing-program";
  if (problem === "disk-full") return "disk-full";
  return problem === "too-long" ? "config" : "temporary";
};

const isReader = (world: World, effect: RunTurn): boolean =>
  world.run.config.isolation === "worktree" && permissionOf(world, effect) === "read";

const snapshotPath = (world: World, effect: RunTurn): string =>
  join(world.runDirectory, "jobs", `${jobName(effect)}.before.json`);

/** How the worktree stands before a turn that may only read; kept on disk, since the turn may outlive us. */
const rememberTree = async (world: World, effect: RunTurn, place: Place): Promise<void> => {
  const path = snapshotPath(world, effect);
  if (existsSync(path)) return;
  await writeFile(path, JSON.stringify(await takeSnapshot(place.path)));
};

/** Undoes what a reader changed, saves it under a ref, and says so on the card. */
const undoReading = async (world: World, effect: RunTurn, place: Place): Promise<readonly string[]> => {
  if (!isReader(world, effect)) return [];
  const text = await readFile(snapshotPath(world, effect), "utf8").catch(() => undefined);
  if (text === undefined) return [];
  const { changedPaths, savedAs } = await resetTo(place.path, JSON.parse(text) as Snapshot);
  if (changedPaths.length === 0) return [];
  const where = savedAs === undefined ? "" : `, saved as ${savedAs}`;
  return [`the reviewer may only read, but changed ${changedPaths.slice(0, 5).join(", ")}: undone${where}`];
};

/** Stops a turn; harmless when it has ended. */
export const performStop = async (world: World, effect: StopTurn): Promise<EffectResult> => {
  await world.turns.get(effect.turn)?.stop(effect.reason);
  return { kind: "done" };
};
