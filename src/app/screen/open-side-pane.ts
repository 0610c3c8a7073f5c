import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { UserError } from "../../core/model/user-error.ts";

/** Width of a side pane beside a wide terminal, in cells; a narrower terminal gets it below. */
const SIDE_COLUMNS = 56;
const WIDE_COLUMNS_MIN = 120;
const BELOW_SHARE = "40%";

/** What is watched there. */
export interface SidePane {
  /** Our own program, absolute. */
  readonly program: string;
  readonly project: string;
  readonly run: string | undefined;
}

/** Opens a pane of tmux beside the one we are in and has our own program watch a run there. */
export const openSidePane = async ({ program, project, run }: SidePane): Promise<void> => {
  const { TMUX_PANE = "" } = process.env;
  if (!isInTmux(process.env)) {
    throw new UserError("--tmux opens a side pane of tmux, and this terminal is not in tmux.", [
      "Start tmux first, or watch here: storyboard watch",
    ]);
  }
  const isWide = (process.stdout.columns ?? WIDE_COLUMNS_MIN) >= WIDE_COLUMNS_MIN;
  const where = isWide ? ["-h", "-l", String(SIDE_COLUMNS)] : ["-v", "-l", BELOW_SHARE];
  const target = TMUX_PANE === "" ? [] : ["-t", TMUX_PANE];
  // Several words after the options are a program and its arguments: no shell reads them.
  const watch = [program, "watch", ...(run === undefined ? [] : [run]), "--project", project];
  const problem = await inTmux(["split-window", "-d", ...where, ...target, "-c", project, ...watch]);
  if (problem !== undefined) {
    throw new UserError(`tmux opened no pane: ${problem}.`, ["Watch here: storyboard watch"]);
  }
};

/** Whether this terminal is in tmux. */
export const isInTmux = ({ TMUX }: NodeJS.ProcessEnv): boolean => TMUX !== undefined && TMUX !== "";

/** Opens a window of tmux in which a program runs, and goes there. Throws a UserError where tmux does not. */
export const openWindow = async (title: string, cwd: string, command: readonly string[]): Promise<void> => {
  // A window gets the environment of the tmux server, whose PATH may know other programs than ours.
  const path = `PATH=${process.env.PATH ?? ""}`;
  const problem = await inTmux(["new-window", "-n", title, "-c", cwd, "env", path, ...command]);
  if (problem !== undefined) throw new UserError(`tmux opened no window: ${problem}.`);
};

/** @returns what tmux said when it failed */
const inTmux = async (args: readonly string[]): Promise<string | undefined> => {
  const tmux = spawn("tmux", args, { stdio: ["ignore", "ignore", "pipe"] });
  const ended = new Promise<number>((resolve) => {
    tmux.once("error", () => resolve(127));
    tmux.once("close", (status) => resolve(status ?? 1));
  });
  const [status, words] = await Promise.all([ended, text(tmux.stderr).catch(() => "")]);
  return status === 0 ? undefined : words.trim() || `it ended with ${status}`;
};
