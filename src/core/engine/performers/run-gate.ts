import { createHash, randomUUID } from "node:crypto";
import { join, posix } from "node:path";
import type { GateOutcome } from "../../evidence/evidence.ts";
import { gateKey } from "../../evidence/gate-key.ts";
import { type GatePlan, type PlannedGate, planGates } from "../../evidence/gate-plan.ts";
import type { GateRequest, GateRun } from "../../evidence/gate-runner.ts";
import { LOCKFILE_BYTES_MAX, readLinkedFile } from "../../files/read-plain-file.ts";
import type { RunFile } from "../run-file.ts";
import { describeEnd, runShell, type ShellWorld } from "./run-setup.ts";
import type { World } from "./world.ts";

/** Lockfiles whose content decides what is installed, which no git tree tells. */
const LOCKFILES = [
  "package-lock.json",
  "pnpm-lock.yaml",
  "yarn.lock",
  "bun.lock",
  "bun.lockb",
  "Cargo.lock",
  "go.sum",
  "poetry.lock",
  "uv.lock",
  "Gemfile.lock",
  "composer.lock",
];

/** Version of what a gate's result means; raised, it forgets all earlier results. */
export const CACHE_VERSION = "1";

/** As much of a run as its gates are told by. */
export type GateSettings = Pick<RunFile, "gates"> & {
  readonly config: Pick<RunFile["config"], "gates" | "evidence" | "batch_mode">;
};

/** The gates that apply to a change, by the configuration pinned in the run, without those that a person left out. */
export const gatesFor = (
  world: { readonly run: GateSettings; readonly leftOutGates?: World["leftOutGates"] },
  changedPaths?: readonly string[],
  batchMode?: boolean,
): GatePlan => {
  const { config, gates } = world.run;
  const commands = Object.fromEntries(
    gates.map(({ name, run, cwd, paths, minutes }) => [
      name,
      { run, minutes, ...(cwd === "" ? {} : { cwd }), ...(paths.length === 0 ? {} : { paths: [...paths] }) },
    ]),
  );
  const plan = planGates({
    gates: { ...config.gates, commands },
    detected: [],
    wanted: config.evidence.gates,
    batchMode: batchMode ?? config.batch_mode,
    ...(changedPaths === undefined ? {} : { changedPaths }),
  });
  const leftOut = world.leftOutGates?.() ?? [];
  return { ...plan, gates: plan.gates.filter(({ name }) => !leftOut.includes(name)) };
};

/** Runs the gates of a plan on a working copy whose files are the git tree `tree`, one after the other. */
export const runGates = async (
  world: World,
  plan: GatePlan,
  place: { readonly projectPath: string; readonly tree: string },
  signal: AbortSignal,
): Promise<GateOutcome[]> => {
  if (plan.gates.length === 0) return [];
  const lockfiles = await hashLockfiles(place.projectPath);
  const outcomes: GateOutcome[] = [];
  for (const gate of plan.gates) {
    outcomes.push(await world.gates.request(requestOf(gate, place, lockfiles), signal));
  }
  return outcomes;
};

/** A gate on a working copy whose files are the git tree `tree`, under the key by which its result is shared and kept. */
export const gateRequest = async (
  gate: PlannedGate,
  place: { readonly projectPath: string; readonly tree: string },
): Promise<GateRequest> => requestOf(gate, place, await hashLockfiles(place.projectPath));

const requestOf = (
  gate: PlannedGate,
  place: { readonly projectPath: string; readonly tree: string },
  lockfiles: Readonly<Record<string, string>>,
): GateRequest => ({
  name: gate.name,
  key: gateKey({ tree: place.tree, command: gate.run, cwd: gate.cwd, lockfiles, salt: CACHE_VERSION }),
  run: gate.run,
  cwd: join(place.projectPath, gate.cwd),
  timeoutMs: gate.timeoutMs,
});

const hashLockfiles = async (projectPath: string): Promise<Record<string, string>> => {
  const hashes: Record<string, string> = {};
  await Promise.all(
    LOCKFILES.map(async (name) => {
      const read = await readLinkedFile(posix.join(projectPath, name), LOCKFILE_BYTES_MAX);
      if (read !== undefined) hashes[name] = createHash("sha256").update(read.bytes).digest("hex");
    }),
  );
  return hashes;
};

/**
 * One run of a gate's command, for the gate runner. Where somebody may be changing the files, a run that an earlier lead
 * left is not taken over: nobody knows what it saw.
 */
export const runGate = async (
  world: ShellWorld,
  request: GateRequest,
  signal: AbortSignal,
  onOutput?: (file: string) => void,
): Promise<GateRun> => {
  const key = request.key.slice(0, 16);
  const kind = request.isSettled === undefined ? `gate.${safeName(request)}.${key}` : liveName(request, key);
  const { cwd, timeoutMs } = request;
  const shell = await runShell(world, kind, request.run, {
    cwd,
    limitMs: timeoutMs,
    signal,
    ...(onOutput === undefined ? {} : { onOutput }),
  });
  const { tail, output, durationMs, end } = shell;
  if (shell.stoppedFor !== undefined) {
    const reason =
      shell.stoppedFor === "limit" ? `it took longer than ${timeoutMs / 60_000} minutes` : "it was stopped";
    const timedOut = shell.stoppedFor === "limit" ? ({ timedOut: true } as const) : {};
    return { kind: "cut", reason, durationMs, tail, output, ...timedOut };
  }
  // Nothing about the work is known then: the environment's fault, and tried again.
  if (end.kind === "crashed") throw new Error(`the gate ${request.name} ${describeEnd(end)}`);
  if (end.kind !== "exited") return { kind: "cut", reason: describeEnd(end), durationMs, tail, output };
  return { kind: "ended", ok: end.status === 0, durationMs, tail, output };
};

const safeName = ({ name }: GateRequest): string => name.replaceAll(/[^\w-]/g, "_");

/** How the jobs of gates are named that run while somebody may be changing the files. */
export const LIVE_GATE = "asked.";

const liveName = (request: GateRequest, key: string): string =>
  `${LIVE_GATE}${safeName(request)}.${key}.${randomUUID().slice(0, 8)}`;
