import type { ViewState } from "../../components/props.ts";
import { UserError } from "../../core/model/user-error.ts";
import { openRepository, type Repository } from "../../core/workspace/inspect-repository.ts";
import type { RunOptions } from "../command-line/parsed-command.ts";
import { connectWhenReady } from "../lead/connect-when-ready.ts";
import { isUnfinished } from "../lead/runs.ts";
import type { OwnPackage } from "../own-package.ts";
import { attach, newestWindow, planWindow } from "../screen/lead-ports.ts";
import { isSeen } from "../screen/look-mark.ts";
import type { RunWindow } from "../screen/run-window.ts";
import { projectFolder } from "./project.ts";

/** What a screen opens on; `begin` is done at once instead of being asked about. */
interface Opening {
  readonly window: RunWindow;
  readonly change: Partial<ViewState>;
  readonly begin?: "start" | "resume";
}

/**
 * `storyboard` and `storyboard run` on a terminal: attaches to the lead that is alive, else starts one and attaches.
 * Without a command it asks first: about a run that was left unfinished, before a start, and it shows how a run ended
 * that nobody has looked at. Returns the run's exit status, 0 when the run goes on without the screen.
 */
export const screenCommand = async (options: RunOptions, own: OwnPackage): Promise<number> => {
  const opened = openRepository(projectFolder(options));
  // Ink is loaded while git is at work.
  const screen = import("./show-screen.ts");
  const repository = await opened;
  const opening = (await openingOnLead(options, repository)) ?? (await openingOnRun(options, repository));
  if (opening === "print") return inLines(options, own);
  if (opening !== undefined) return (await screen).showScreen({ ...opening, repository, options });
  const { newRun } = await import("./new-run.ts");
  const created = await newRun({ ...options, person: "screen" }, repository);
  if (created.kind === "nothing") return inLines(options, own);
  const window = planWindow(created.file, repository);
  const { showScreen } = await screen;
  return options.asks
    ? showScreen({ window, change: { view: "confirm" }, repository, options })
    : showScreen({ window, change: { view: "dashboard" }, begin: "start", repository, options });
};

/** What is only said, as headless says it. */
const inLines = async (options: RunOptions, own: OwnPackage): Promise<number> => {
  const { runCommand } = await import("./run.ts");
  return runCommand(options, own);
};

const openingOnLead = async (options: RunOptions, repository: Repository): Promise<Opening | undefined> => {
  const client = await connectWhenReady(repository);
  const window = client && (await attach(client));
  if (window === undefined) return undefined;
  if (options.asks || options.resume) return { window, change: { view: "dashboard" } };
  window.close();
  throw new UserError(`A run is under way in ${repository.project}.`, [
    "Look at it with: storyboard",
    "Stop it with: storyboard ctl stop",
  ]);
};

/** What the newest run means for this start; `print` where its end is only told again. */
const openingOnRun = async (options: RunOptions, repository: Repository): Promise<Opening | "print" | undefined> => {
  const window = options.fresh ? undefined : newestWindow(repository);
  if (window === undefined) return undefined;
  if (isUnfinished(window.state)) {
    if (options.resume) return { window, change: { view: "dashboard", waitsFor: undefined }, begin: "resume" };
    if (options.asks) return { window, change: { view: "lost" } };
    throw new UserError(`Run ${window.file.run} was left unfinished.`, [
      "Go on with it: storyboard run --resume",
      "Start anew, its branches are kept: storyboard run --fresh",
    ]);
  }
  if (options.resume) return "print";
  return options.asks && !isSeen(window) ? { window, change: { view: "summary" } } : undefined;
};
