import type { ViewState } from "../../components/props.ts";
import type { StoryKey } from "../../core/model/story-key.ts";
import type { Repository } from "../../core/workspace/inspect-repository.ts";
import { held, runAtTerminal } from "../attach/run-at-terminal.ts";
import type { RunOptions } from "../command-line/parsed-command.ts";
import { createStalledSafeOutput } from "../headless/safe-output.ts";
import { lookAtRun } from "../lead/runs.ts";
import { ownPackage } from "../own-package.ts";
import { createLeadPorts } from "../screen/lead-ports.ts";
import { markSeen } from "../screen/look-mark.ts";
import { type Leaving, openScreen } from "../screen/open-screen.ts";
import { isInTmux, openWindow } from "../screen/open-side-pane.ts";
import type { RunWindow } from "../screen/run-window.ts";
import { ScreenSession } from "../screen/session.ts";
import { whenReadable } from "../screen/terminal.ts";
import { printEndedRun } from "./ended-run.ts";

/** Longest that the last words wait for a terminal that does not read, in milliseconds. */
const FLUSH_LIMIT_MS = 1_000;

/** What is shown, and what is done at once. */
export interface ScreenRequest {
  readonly window: RunWindow;
  readonly change: Partial<ViewState>;
  readonly begin?: "start" | "resume";
  readonly repository: Repository;
  readonly options: RunOptions;
  /** Gets the session before its first frame: for whoever has something to say on the screen. */
  readonly onSession?: (session: ScreenSession) => void;
  /** What is said when the screen is left and the run goes on. */
  readonly goesOn?: string;
}

/** Shows the screen until it is left; then says on the normal screen what became of the run. Returns the exit status. */
export const showScreen = async (request: ScreenRequest): Promise<number> => {
  const { repository, options } = request;
  const { leaving, session } = await openScreen(({ leave, suspend }) => {
    const ports = createLeadPorts(
      {
        repository,
        until: options.until,
        // The backlog, the configuration and what reads them are no part of a first frame.
        plan: async (isFresh) =>
          (await import("./new-run.ts")).newRun({ ...options, fresh: isFresh, person: "screen" }, repository),
        fail: (error) => leave({ kind: "failed", error }),
      },
      () => opened,
    );
    const opened = new ScreenSession(request.window, request.change, {
      ...ports,
      leave: () => leave({ kind: "asked" }),
      attach: (story) => attachBeside(story, repository.project, suspend),
      size: () => ({ columns: process.stdout.columns, rows: process.stdout.rows }),
      whenReadable: () => whenReadable(process.stdout),
      now: Date.now,
    });
    request.onSession?.(opened);
    if (request.begin !== undefined) ports[request.begin]();
    return opened;
  });
  return lastWords(leaving, session, repository, request.goesOn ?? GOES_ON_WORDS);
};

/** A session of a story's agent: in a window of its own in tmux, else in place of the screen. */
const attachBeside = async (
  story: StoryKey,
  project: string,
  suspend: (work: () => Promise<void>) => Promise<void>,
): Promise<string> => {
  const command = held([ownPackage().bin, "attach", story, "--project", project]);
  if (isInTmux(process.env)) {
    await openWindow(story, project, command);
    return `${story}: its agent's session is in a tmux window of its own`;
  }
  let status = 0;
  await suspend(async () => {
    status = await runAtTerminal({ command, cwd: project, env: process.env });
  });
  return status === 0 ? `${story} goes on` : `${story}: its agent's session ended with status ${status}`;
};

/**
 * What is told on the normal screen, after the terminal is as it was. A lead that is starting is waited for: our end would
 * take it along where its process is not there yet, and it may not get to lead at all. Throws what kept it from that.
 */
const lastWords = async (
  leaving: Leaving,
  session: ScreenSession,
  repository: Repository,
  goesOn: string,
): Promise<number> => {
  if (leaving.kind === "failed") throw leaving.error;
  const { window } = session;
  const started = await session.starting;
  if (leaving.kind === "signal") return leaving.status;
  // A run that was only planned, or gone on with, may be over before anybody looked at it.
  const state = started?.kind === "ended" ? lookAtRun(window).state : window.state;
  if (state.phase === "ended" && started?.kind !== "alive") {
    if (leaving.kind === "asked") markSeen(window);
    const output = createStalledSafeOutput(process.stdout);
    const exit = await printEndedRun(lookAtRun(window), repository, false, output);
    await output.flush(FLUSH_LIMIT_MS);
    return exit;
  }
  if (window.lead === "none" && started === undefined) return 0;
  const isLost = started === undefined ? window.lead === "lost" : started.kind === "ended";
  const output = createStalledSafeOutput(process.stdout);
  output.write(isLost ? LOST_WORDS : goesOn, "summary");
  await output.flush(FLUSH_LIMIT_MS);
  return isLost ? 1 : 0;
};

const GOES_ON_WORDS = `The run goes on without this screen.
  Come back to it: storyboard
  Stop it:         storyboard ctl stop
`;
const LOST_WORDS = `The run is not finished, and nobody leads it.
  Go on with it: storyboard run --resume
  Start anew:    storyboard run --fresh
`;
