import type { DemoOptions, RunOptions } from "../command-line/parsed-command.ts";
import { runCommand } from "../commands/run.ts";
import { createStalledSafeOutput } from "../headless/safe-output.ts";
import type { OwnPackage } from "../own-package.ts";
import { canShowScreen } from "../screen/terminal.ts";
import { demoEnvironment, enterEnvironment } from "./demo-environment.ts";
import { type DemoFolder, makeDemoFolder } from "./demo-folder.ts";
import type { DemoScreenEnd } from "./demo-screen.ts";
import { type Guide, startGuide } from "./guide.ts";
import { createHappenings, type Happenings } from "./happenings.ts";
import { makeProject } from "./make-project.ts";
import { ownNode } from "./node-tests.ts";
import { readPace } from "./pace.ts";
import { conclusion, decisionLine, introduction, keptLine, STOPPED } from "./words.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** Exit status of a run that was interrupted (product.md, Machine contract). */
const INTERRUPTED = 130;
/** How long a question stands, in milliseconds at the normal pace, so that it can be read. */
const PATIENCE_MS = 2_500;
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
  let isRunning = false;
  try {
    enterEnvironment(demoEnvironment(process.env, folder.home));
    await makeProject(folder.project, { ...ownNode(), pace });
    if (isInterrupted) return status;
    const onGuide = (guide: Guide): void => {
      interrupt = () => guide.stop("the demo was interrupted");
      if (isInterrupted) interrupt();
    };
    const request = { ...options, keep: isKept, pace };
    ({ status, isRunning } =
      options.json || !canShowScreen(process.env)
        ? { status: await showLines(folder, request, own, onGuide), isRunning: false }
        : await showScreen(folder, request, onGuide));
    return status;
  } finally {
    const isDone = status === 0 && !isRunning;
    await folder.leave(isKept || isRunning ? (isDone ? "project" : "all") : "nothing");
    if (isKept) process.stderr.write(keptLine(folder.project, isDone ? undefined : folder.home));
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
};

interface ShowOptions extends DemoOptions {
  readonly pace: number;
}

/** Where nobody sees a screen: lines, and decisions by policy. */
const showLines = async (
  folder: DemoFolder,
  { keep, json, pace }: ShowOptions,
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
    patienceMs: PATIENCE_MS * pace,
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
    say(endWords(status, happenings, keep, folder.project));
    return status;
  } finally {
    await guide.leave().catch(() => {});
    await output.flush(FLUSH_LIMIT_MS);
  }
};

const showScreen = async (
  folder: DemoFolder,
  { keep, pace }: ShowOptions,
  onGuide: (guide: Guide) => void,
): Promise<DemoScreenEnd> => {
  const output = createStalledSafeOutput(process.stdout);
  const happenings = createHappenings();
  output.write(introduction(folder.project, keep), "summary");
  // Ink is loaded for a screen alone.
  const { showDemoScreen } = await import("./demo-screen.ts");
  const { project } = folder;
  const end = await showDemoScreen({ project, options: runOptions(project, false), pace, happenings, onGuide });
  if (!end.isRunning) output.write(endWords(end.status, happenings, keep, project), "summary");
  await output.flush(FLUSH_LIMIT_MS);
  return end;
};

const endWords = (status: number, happenings: Happenings, keep: boolean, project: string): string => {
  if (status === 0) return conclusion(happenings.sentences(), keep ? project : undefined);
  return keep ? "" : STOPPED;
};

/** The whole sprint, both epics. */
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
