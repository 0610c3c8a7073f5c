import { UserError } from "../../core/model/user-error.ts";
import { openRepository, type Repository } from "../../core/workspace/inspect-repository.ts";
import { parseCommandLine } from "../command-line/parse-command-line.ts";
import type { RunOptions, WatchOptions } from "../command-line/parsed-command.ts";
import { connectWhenReady } from "../lead/connect-when-ready.ts";
import { isUnfinished, lookAtRun, readRun, runIds } from "../lead/runs.ts";
import type { OwnPackage } from "../own-package.ts";
import { attach, newestWindow, stillWindow } from "../screen/lead-ports.ts";
import { openSidePane } from "../screen/open-side-pane.ts";
import type { RunWindow } from "../screen/run-window.ts";
import { canShowScreen } from "../screen/terminal.ts";
import { noRun } from "./meant.ts";
import { projectFolder } from "./project.ts";

/** `storyboard watch [RUN]`: the screen for a run that another process leads, or for one that nobody leads any more. */
export const watchCommand = async (options: WatchOptions, own: OwnPackage): Promise<number> => {
  if (!options.tmux && !canShowScreen(process.env)) {
    throw new UserError("watch needs a terminal.", [
      "Follow the run as lines: storyboard run --resume --headless",
      "Look at it once: storyboard status",
    ]);
  }
  const opened = openRepository(projectFolder(options));
  if (options.tmux) {
    const { project } = await opened;
    await openSidePane({ program: own.bin, project, run: options.run });
    return 0;
  }
  // Ink is loaded while git is at work.
  const screen = import("./show-screen.ts");
  const repository = await opened;
  const window = await windowOf(options, repository);
  const view = window.lead === "alive" ? "dashboard" : isUnfinished(window.state) ? "lost" : "summary";
  const { showScreen } = await screen;
  return showScreen({ window, change: { view }, repository, options: runOptionsOf(options) });
};

const windowOf = async ({ run }: WatchOptions, repository: Repository): Promise<RunWindow> => {
  const client = await connectWhenReady(repository);
  const live = client && (await attach(client));
  if (live !== undefined && (run === undefined || live.file.run === run)) return live;
  live?.close();
  const still = run === undefined ? newestWindow(repository) : storedWindow(run, repository);
  if (still !== undefined) return still;
  throw noRun();
};

const storedWindow = (run: string, { project }: Repository): RunWindow => {
  const known = runIds(project);
  const stored = known.includes(run) ? readRun(project, run) : undefined;
  if (stored !== undefined) return stillWindow(lookAtRun(stored));
  throw new UserError(`There is no run ${JSON.stringify(run)} in this project.`, [
    known.length === 0 ? "Start one: storyboard run" : `The runs are: ${known.slice(-10).join(", ")}.`,
  ]);
};

/** A run that is planned from here is one without any option. */
const runOptionsOf = ({ project }: WatchOptions): RunOptions => {
  const parsed = parseCommandLine(["run"]);
  if (parsed.name !== "run") throw new Error("run is a command");
  return { ...parsed.options, project };
};
