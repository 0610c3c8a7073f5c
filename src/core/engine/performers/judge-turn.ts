import { join } from "node:path";
import type { AgentParser } from "../../agents/agent.ts";
import { describeAgent } from "../../agents/agents.ts";
import { readBuildClaim, readVerdict } from "../../agents/reading/closing-block.ts";
import { readOperatorPart } from "../../agents/reading/final-text.ts";
import { lastBytes } from "../../jobs/bounded-file.ts";
import { JOB_FILES, type JobEnd } from "../../jobs/job.ts";
import { turnPhases } from "../../model/pipeline.ts";
import { plainText } from "../../model/plain-text.ts";
import type { CutReason, TurnEnd, TurnFailureCause, TurnResult } from "../../model/turn.ts";
import { type Usage, usageSince } from "../../model/usage.ts";
import type { RunTurn } from "../../scheduler/effects.ts";
import { lessonsOf } from "./turn-lessons.ts";
import { isJudge } from "./turn-permission.ts";
import { chosenSession } from "./turn-session.ts";
import { workerEnd } from "./worker-end.ts";
import { type Place, profileIn, type World } from "./world.ts";

const STDERR_BYTES_MAX = 8 * 1024;
const LAST_LINES_MAX = 20;
/** Characters of a plan that a person is shown. */
const PLAN_LENGTH_MAX = 20_000;

/** What is known of a turn's job besides what its program printed. */
export interface JobFacts {
  readonly directory: string;
  readonly durationMs: number;
  readonly cut?: CutReason | undefined;
  readonly stayed?: boolean;
  readonly wasCut?: boolean;
  readonly hasBegun: boolean;
}

/** What a turn came to: what its program said, how its process ended, and who cut it off. */
export const judgeTurn = (
  world: World,
  effect: RunTurn,
  place: Place,
  parser: AgentParser,
  end: JobEnd,
  facts: JobFacts,
): TurnResult => {
  const agent = describeAgent(profileIn(world, effect.agent).cli);
  const stderr = plainText(lastBytes(join(facts.directory, JOB_FILES.stderr), STDERR_BYTES_MAX)).replace(OF_SHELL, "");
  const parsed = parser.end({ ...(facts.stayed ? { status: 0 } : exitOf(end)), stderr });
  const turnEnd = workerEnd(world, effect, endOf(end, facts.cut, parsed.end), parsed.finalText);
  const session =
    parsed.session ?? (turnEnd.kind === "cut" ? chosenSession(world, effect, facts.directory) : undefined);
  // A builder that says "approved" has reviewed nothing.
  const verdict = isJudge(world, effect) ? readVerdict(parsed.closingText) : undefined;
  const claim = readBuildClaim(parsed.closingText);
  // It may stand before the closing block, where the final text of plain output has not begun yet.
  const operator = isWellEnded(turnEnd) ? readOperatorPart(parsed.closingText) : undefined;
  const spoken = parsed.lastLines.length > 0 ? parsed.lastLines : stderr.split("\n").filter((line) => line !== "");
  return {
    end: turnEnd,
    ...countedUsage(effect, agent.countsSession === true, session, parsed.usage),
    reportsUsage: agent.reportsUsage,
    ...(facts.hasBegun ? {} : { wasIdle: true }),
    durationMs: facts.durationMs,
    lastLines: spoken.slice(-LAST_LINES_MAX).map(world.mask),
    ...(session === undefined ? {} : { session, sessionFolder: place.projectPath }),
    ...(isPlan(world, effect) ? { finalText: parsed.closingText.slice(0, PLAN_LENGTH_MAX) } : {}),
    ...lessonsOf(world, effect, parsed.closingText),
    ...(verdict === undefined ? {} : { verdict }),
    ...(claim === undefined ? {} : { claim }),
    ...(operator === undefined ? {} : { operator }),
    notes: [
      ...(parsed.notes ?? []).map(world.mask),
      ...(facts.wasCut ? ["the transcript was longer than limits.transcript_mb; its beginning is gone"] : []),
    ],
  };
};

const isPlan = ({ run }: World, { phase }: RunTurn): boolean =>
  turnPhases(run.policy.pipeline).some(({ name, evidence }) => name === phase && evidence === "plan");

const isWellEnded = ({ kind }: TurnEnd): boolean => kind === "finished" || kind === "already-done";

const exitOf = (end: JobEnd): { status: number | null; signal?: string } => {
  if (end.kind !== "exited") return { status: null };
  return end.signal === undefined ? { status: end.status } : { status: null, signal: end.signal };
};

/** What the keeper's shell says of a program that a signal killed; no program said it. */
const OF_SHELL = /^(?:Terminated|Killed|Hangup|Aborted|Quit|Segmentation fault)(?: \(core dumped\))?\n?$/m;

/** Causes that explain a silence. */
const OUTSIDE: ReadonlySet<TurnFailureCause> = new Set(["rate-limit", "overloaded", "network", "auth", "billing"]);

/** Whoever cut a turn off decides what its end means; otherwise what the agent said does. */
const endOf = (end: JobEnd, cut: CutReason | undefined, parsed: TurnEnd): TurnEnd => {
  // Some wait for their provider without a word, and say why on stderr alone.
  if (cut === "silent" && parsed.kind === "failed" && OUTSIDE.has(parsed.cause)) return parsed;
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

/** Where an agent counts by session, a turn's part is what came since the session's last known total. */
const countedUsage = (
  effect: RunTurn,
  countsSession: boolean,
  session: string | undefined,
  reported: Usage,
): Pick<TurnResult, "usage" | "sessionUsed"> => {
  if (!countsSession || reported.inputTokens === null) return { usage: reported };
  const before = session === effect.session ? effect.sessionUsed : undefined;
  return { usage: before === undefined ? reported : usageSince(reported, before), sessionUsed: reported };
};
