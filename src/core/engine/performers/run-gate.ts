import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import type { GateOutcome } from "../../evidence/evidence.ts";
import { gateKey } from "../../evidence/gate-key.ts";
import { type GatePlan, planGates } from "../../evidence/gate-plan.ts";
import type { GateRequest, GateRun } from "../../evidence/gate-runner.ts";
import { describeEnd, runShell } from "./run-setup.ts";
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
const CACHE_VERSION = "1";

/** The gates that apply to a change, by the configuration pinned in the run. */
export const gatesFor = (world: World, changedPaths?: readonly string[], batchMode?: boolean): GatePlan => {
  const { config, gates } = world.run;
  const commands = Object.fromEntries(
    gates.map(({ name, run, cwd, paths, minutes }) => [
      name,
      { run, minutes, ...(cwd === "" ? {} : { cwd }), ...(paths.length === 0 ? {} : { paths: [...paths] }) },
    ]),
  );
  return planGates({
    gates: { ...config.gates, commands },
    detected: [],
    wanted: config.evidence.gates,
    batchMode: batchMode ?? config.batch_mode,
    ...(changedPaths === undefined ? {} : { changedPaths }),
  });
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
    const key = gateKey({ tree: place.tree, command: gate.run, cwd: gate.cwd, lockfiles, salt: CACHE_VERSION });
    const cwd = join(place.projectPath, gate.cwd);
    const request = { name: gate.name, key, run: gate.run, cwd, timeoutMs: gate.timeoutMs };
    outcomes.push(await world.gates.request(request, signal));
  }
  return outcomes;
};

const hashLockfiles = async (projectPath: string): Promise<Record<string, string>> => {
  const hashes: Record<string, string> = {};
  await Promise.all(
    LOCKFILES.map(async (name) => {
      const content = await readFile(posix.join(projectPath, name)).catch(() => undefined);
      if (content !== undefined) hashes[name] = createHash("sha256").update(content).digest("hex");
    }),
  );
  return hashes;
};

/** One run of a gate's command, for the gate runner. */
export const runGate = async (world: World, request: GateRequest, signal: AbortSignal): Promise<GateRun> => {
  const name = `gate.${request.name.replaceAll(/[^\w-]/g, "_")}.${request.key.slice(0, 16)}`;
  const { cwd, timeoutMs } = request;
  const shell = await runShell(world, name, request.run, { cwd, limitMs: timeoutMs, signal });
  const { tail, output, durationMs, end } = shell;
  if (shell.stoppedFor !== undefined) {
    const reason =
      shell.stoppedFor === "limit" ? `it took longer than ${timeoutMs / 60_000} minutes` : "it was stopped";
    return { kind: "cut", reason, durationMs, tail, output };
  }
  // Nothing about the work is known then: the environment's fault, and tried again.
  if (end.kind === "crashed") throw new Error(`the gate ${request.name} ${describeEnd(end)}`);
  if (end.kind !== "exited") return { kind: "cut", reason: describeEnd(end), durationMs, tail, output };
  return { kind: "ended", ok: end.status === 0, durationMs, tail, output };
};
