import { setTimeout as pause } from "node:timers/promises";
import type { GateAnswer, GateAsk, GateProgress, GateReport } from "../../control/gate-messages.ts";
import type { GateOutcome } from "../../evidence/evidence.ts";
import { shownOutput } from "../../evidence/gate-output.ts";
import type { PlannedGate } from "../../evidence/gate-plan.ts";
import type { GateRequest, GateStage } from "../../evidence/gate-runner.ts";
import { gateLeftOut, wantedGates } from "../../evidence/wanted-gates.ts";
import { plainText } from "../../model/plain-text.ts";
import { treeOf } from "../../workspace/working-state.ts";
import { coordinatesGates } from "./coordinator.ts";
import { changedIn, type GatePlace, gatePlaceOf } from "./gate-place.ts";
import { outputWatch } from "./output-watch.ts";
import { gateRequest, gatesFor } from "./run-gate.ts";
import type { World } from "./world.ts";

/** How often a waiter is told how far its gate is, in milliseconds. */
const TELL_EVERY_MS = 250;
/** How often at least, so that a lead that hangs can be told from a gate that prints nothing, in milliseconds. */
const HEARTBEAT_MS = 5_000;

/**
 * Runs gates for an agent, or a person, on the working copy that they ask from, as it stands: one queue for all of the
 * run, equal requests share one run, and a result is found again by the evidence check of the same files. Rejects with
 * the signal's reason when nobody waits any more.
 */
export const askGate = async (
  world: World,
  ask: GateAsk,
  signal: AbortSignal,
  tell: (progress: GateProgress) => void,
): Promise<GateAnswer> => {
  if (!coordinatesGates(world.run)) return { kind: "off" };
  const wanted = wantedGates(
    ask.gate,
    world.run.gates.map(({ name }) => name),
  );
  if (wanted.kind === "none") return { kind: "refused", message: wanted.message, steps: wanted.steps };
  const place = await gatePlaceOf(world, ask);
  if (place.kind === "elsewhere") return { kind: "refused", message: place.message, steps: place.steps };
  const { gates } =
    wanted.kind === "all" ? gatesFor(world, await changedIn(world, place)) : gatesFor(world, undefined, false);
  const named = gates.filter((gate) => wanted.kind === "all" || gate.name === wanted.name);
  if (named.length === 0) {
    return wanted.kind === "all"
      ? NONE_APPLY
      : { kind: "refused", ...gateLeftOut(wanted.name, world.leftOutGates?.() ?? []) };
  }
  const reports: GateReport[] = [];
  for (const gate of named) reports.push(await runOne(world, place, gate, signal, tell));
  return { kind: "reports", reports };
};

/** The answer where there is nothing to run, which is no pass. */
export const NONE_APPLY: GateAnswer = {
  kind: "refused",
  message: "No gate applies to what this story has changed so far.",
  steps: ["Ask for one by its name."],
};

const runOne = async (
  world: World,
  place: GatePlace,
  gate: PlannedGate,
  signal: AbortSignal,
  tell: (progress: GateProgress) => void,
): Promise<GateReport> => {
  const tree = await treeOf(place.path);
  const request: GateRequest = {
    ...(await gateRequest(gate, { projectPath: place.projectPath, tree })),
    isSettled: async () => (await treeOf(place.path)) === tree,
    ...(place.story === undefined ? {} : { by: place.story }),
  };
  const over = new AbortController();
  // What cannot be told of a run is no reason to lose its outcome.
  const watching = watch(world, request, over.signal, tell).catch(() => {});
  try {
    const outcome = await world.gates.request(request, signal);
    const report = await reportOf(outcome, (text) => world.mask(plainText(text)));
    tellStory(world, place, report);
    return report;
  } finally {
    over.abort();
    await watching;
  }
};

/** Tells the waiter its place in the line, then what the gate prints. */
const watch = async (
  world: World,
  request: GateRequest,
  signal: AbortSignal,
  tell: (progress: GateProgress) => void,
): Promise<void> => {
  const output = outputWatch((text) => world.mask(plainText(text)));
  let told = "";
  let toldAtMs = 0;
  const { name } = request;
  const say = (stage: GateStage | undefined): void => {
    if (stage === undefined) return;
    const lines = stage.kind === "running" && stage.output !== undefined ? output.newLines(stage.output) : [];
    const state = stage.kind === "queued" ? `queued ${stage.ahead}` : "running";
    if (state === told && lines.length === 0 && world.now() - toldAtMs < HEARTBEAT_MS) return;
    told = state;
    toldAtMs = world.now();
    tell(stage.kind === "queued" ? { kind: "queued", name, ahead: stage.ahead } : { kind: "running", name, lines });
  };
  while (!signal.aborted) {
    say(world.gates.stage(request));
    await pause(TELL_EVERY_MS, undefined, { signal }).catch(() => {});
  }
};

/** The outcome of a gate for whoever asked. One that took longer than it may has failed, as the evidence would have it. */
export const reportOf = async (outcome: GateOutcome, clean: (text: string) => string): Promise<GateReport> => {
  const { name, ok, cut, timedOut, unsettled, cached, durationMs, output, requestedBy = [] } = outcome;
  const shown = (await shownOutput(output, clean)) ?? outcome.tail;
  const timeout = timedOut ? [`TIMEOUT: ${cut ?? ""}`] : [];
  return {
    name,
    status: cut !== undefined && !timedOut ? "CUT" : ok ? "PASS" : "FAIL",
    duration_ms: Math.round(durationMs),
    cached,
    requested_by: requestedBy,
    tail: [...timeout, ...shown],
    output,
    ...(unsettled ? { note: UNSETTLED } : {}),
    ...(cut !== undefined && !timedOut ? { note: cut } : {}),
  };
};

const UNSETTLED = "files changed between the asking and the end of the gate, so the result is not kept";

/** For the screen: what a story's agent asked for is part of its story. */
const tellStory = (world: World, { story }: GatePlace, report: GateReport): void => {
  if (story === undefined) return;
  const how = report.cached ? "cached" : `${(report.duration_ms / 1000).toFixed(1)}s`;
  const text = `storyboard: gate ${report.name}: ${report.status} (${how})`;
  world.feed({ atMs: world.now(), story, phase: undefined, text: world.mask(text) });
};
