import type { DemoOptions, RunOptions } from "../command-line/parsed-command.ts";
import { runCommand } from "../commands/run.ts";
import { createStalledSafeOutput } from "../headless/safe-output.ts";
import type { OwnPackage } from "../own-package.ts";
import { demoEnvironment, enterEnvironment } from "./demo-environment.ts";
import { type DemoFolder, makeDemoFolder } from "./demo-folder.ts";
import { type Guide, startGuide } from "./guide.ts";
import { createHappenings } from "./happenings.ts";
import { makeProject } from "./make-project.ts";
import { readPace } from "./pace.ts";
import { conclusion, decisionLine, introduction, keptLine, STOPPED } from "./words.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** Exit status of a run that was interrupted (product.md, Machine contract). */
const INTERRUPTED = 130;
/** Longest that the demo's last words wait for a slow reader, in milliseconds. */
const FLUSH_LIMIT_MS = 1_000;

/**
 * `storyboard demo`: makes a project, runs its sprint as `storyboard run` would, decides in a person's place, and leaves
 * nothing behind unless it is asked to. Returns the run's exit status.
 */
export const demoCommand = async (options: DemoOptions, own: OwnPackage): Promise<number> => {
  let interrupt: () => void = () => {};
  let isInterrupted = false;
  let status = INTERRUPTED;
  // Also before the run listens to them itself: whatever is made has to go again.
  const onSignal = (): void => {
    isInterrupted = true;
    interrupt();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  const folder = makeDemoFolder(options.project);
  const isKept = options.keep || options.project !== undefined;
  const pace = readPace(process.env);
  try {
    enterEnvironment(demoEnvironment(process.env, folder.home));
    const hasIsolation = Number.parseInt(process.versions.node, 10) >= 24;
    await makeProject(folder.project, { node: process.execPath, hasIsolation, pace });
    if (isInterrupted) return status;
    status = await show(folder, { ...options, keep: isKept, pace }, own, (guide) => {
      interrupt = () => guide.stop("the demo was interrupted");
      if (isInterrupted) interrupt();
    });
    return status;
  } finally {
    const isDone = status === 0;
    await folder.leave(isKept ? (isDone ? "project" : "all") : "nothing");
    if (isKept) process.stderr.write(keptLine(folder.project, isDone ? undefined : folder.home));
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
};

const show = async (
  folder: DemoFolder,
  { keep, json, pace }: DemoOptions & { readonly pace: number },
  own: OwnPackage,
  onGuide: (guide: Guide) => void,
): Promise<number> => {
  const output = createStalledSafeOutput(process.stdout);
  // With --json, stdout holds nothing but the lines of the run.
  const say = (text: string): void => {
    if (!json) output.write(text, "summary");
  };
  const happenings = createHappenings();
  say(introduction(folder.project, keep));
  const guide = startGuide({
    project: folder.project,
    pace,
    onEvent: happenings.event,
    onDecision: (item, answer) => {
      happenings.decision(item, answer);
      say(decisionLine(item, answer));
    },
  });
  onGuide(guide);
  try {
    const status = await runCommand(runOptions(folder.project, json), own);
    await guide.leave();
    if (status === 0) say(conclusion(happenings.sentences(), keep ? folder.project : undefined));
    else if (!keep) say(STOPPED);
    return status;
  } finally {
    await guide.leave().catch(() => {});
    await output.flush(FLUSH_LIMIT_MS);
  }
};

/** The whole sprint, both epics, without a screen. */
const runOptions = (project: string, json: boolean): RunOptions => ({
  project,
  json,
  mode: "autopilot",
  headless: true,
  inbox: "wait",
  asks: false,
  detached: false,
  resume: false,
  fresh: false,
  dryRun: false,
  acceptBaseline: false,
  includeBacklog: false,
  epic: undefined,
  stories: undefined,
  execution: undefined,
  order: undefined,
  maxWorkers: undefined,
  agent: undefined,
  reviewAgent: undefined,
  pipeline: undefined,
  until: undefined,
});
