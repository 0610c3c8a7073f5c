import { mkdtempSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { createSecretMask } from "../../core/agents/mask-secrets.ts";
import type { GateAnswer, GateReport } from "../../core/control/gate-messages.ts";
import { NONE_APPLY, reportOf } from "../../core/engine/performers/ask-gate.ts";
import { type GateSettings, gateRequest, gatesFor, runGate } from "../../core/engine/performers/run-gate.ts";
import type { ShellWorld } from "../../core/engine/performers/run-setup.ts";
import { createDiskCache } from "../../core/evidence/disk-cache.ts";
import { createGateRunner } from "../../core/evidence/gate-runner.ts";
import { type WantedGates, wantedGates } from "../../core/evidence/wanted-gates.ts";
import { createJobs } from "../../core/jobs/jobs.ts";
import { plainText } from "../../core/model/plain-text.ts";
import { treeOf } from "../../core/workspace/working-state.ts";
import { loadConfiguration } from "../configuration/load-configuration.ts";
import { makeOwnFolder } from "../lead/own-folder.ts";
import { pinGates } from "../lead/pin-gates.ts";
import type { OwnPackage } from "../own-package.ts";
import type { GateProject } from "./gate-project.ts";

/** The gates of a project without a lead: those of the agent's run, else what the configuration says now. */
export const ownSettings = async (place: GateProject, environment: NodeJS.ProcessEnv): Promise<GateSettings> => {
  if (place.run !== undefined) return place.run.file;
  const { config } = await loadConfiguration({
    projectDirectory: place.project,
    home: environment.HOME ?? homedir(),
    xdgConfigHome: environment.XDG_CONFIG_HOME,
  });
  return { config, gates: await pinGates(place.project, config) };
};

/** Which of the gates a word means. */
export const wantedIn = ({ gates }: Pick<GateSettings, "gates">, word: string): WantedGates =>
  wantedGates(
    word,
    gates.map(({ name }) => name),
  );

/**
 * Runs gates in this process, with nobody to coordinate them: one after the other, with the results that leads keep.
 * The signal stops what runs; then the answer is a cut.
 */
export const runOwnGates = async (
  place: GateProject,
  word: string,
  at: { readonly environment: NodeJS.ProcessEnv; readonly own: OwnPackage; readonly signal: AbortSignal },
): Promise<GateAnswer> => {
  const settings = await ownSettings(place, at.environment);
  const wanted = wantedIn(settings, word);
  if (wanted.kind === "none") return { kind: "refused", message: wanted.message, steps: wanted.steps };
  const { gates } = gatesFor({ run: settings }, undefined, wanted.kind === "all" ? undefined : false);
  const named = gates.filter(({ name }) => wanted.kind === "all" || name === wanted.name);
  if (named.length === 0) return NONE_APPLY;
  const folder = await ownFolder(place);
  const world = await shellWorld(place, folder, at);
  const runner = createGateRunner({
    parallel: 1,
    run: (request, signal) => runGate(world, request, signal),
    cache: createDiskCache({ folder: join(folder, "gates") }),
  });
  const mask = createSecretMask(at.environment);
  const reports: GateReport[] = [];
  try {
    for (const gate of named) {
      const tree = await treeOf(place.top);
      const request = await gateRequest(gate, { projectPath: place.projectPath, tree });
      const isSettled = async (): Promise<boolean> => (await treeOf(place.top)) === tree;
      const outcome = await runner.request({ ...request, isSettled }, at.signal);
      reports.push(await reportOf(outcome, (text) => mask(plainText(text))));
    }
    return { kind: "reports", reports };
  } catch (error) {
    return { kind: "cut", reason: error instanceof Error ? error.message : String(error) };
  } finally {
    await Promise.allSettled(world.background);
    world.jobs.close();
  }
};

/** The project's own folder, or one for now where the asker may not write there (an agent's sandbox). */
const ownFolder = async (place: GateProject): Promise<string> =>
  makeOwnFolder(place).catch(() => mkdtempSync(join(tmpdir(), "storyboard-gate-")));

/** Where the output of gates is kept that no lead ran. */
const OUTPUTS = "gates/own";

const shellWorld = async (
  place: GateProject,
  folder: string,
  { environment, own }: { readonly environment: NodeJS.ProcessEnv; readonly own: OwnPackage },
): Promise<ShellWorld> => {
  const runDirectory = join(folder, OUTPUTS);
  await mkdir(join(runDirectory, "jobs"), { recursive: true, mode: 0o700 });
  return {
    run: { run: place.run?.file.run ?? "none", agentEnvironment: place.run?.file.agentEnvironment ?? {} },
    runDirectory,
    jobs: createJobs(),
    background: new Set(),
    baseEnvironment: environment,
    ownRoot: own.root,
    bin: own.bin,
    now: Date.now,
  };
};
