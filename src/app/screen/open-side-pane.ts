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
  const { TMUX, TMUX_PANE = "" } = process.env;
  if (TMUX === undefined || TMUX === "") {
    throw new UserError("--tmux opens a side pane of tmux, and this terminal is not in tmux.", [
      "Start tmux first, or watch here: storyboard watch",
    ]);
  }
  const isWide = (process.stdout.columns ?? WIDE_COLUMNS_MIN) >= WIDE_COLUMNS_MIN;
  const where = isWide ? ["-h", "-l", String(SIDE_COLUMNS)] : ["-v", "-l", BELOW_SHARE];
  const target = TMUX_PANE === "" ? [] : ["-t", TMUX_PANE];
  // Several words after the options are a program and its arguments: no shell reads them.
  const watch = [program, "watch", ...(run === undefined ? [] : [run]), "--project", project];
  const tmux = spawn("tmux", ["split-window", "-d", ...where, ...target, "-c", project, ...watch], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = new Promise<number>((resolve) => {
    tmux.once("error", () => resolve(127));
    tmux.once("close", (status) => resolve(status ?? 1));
  });
  const [status, words] = await Promise.all([ended, text(tmux.stderr).catch(() => "")]);
  if (status !== 0) {
    throw new UserError(`tmux opened no pane: ${words.trim() || `it ended with ${status}`}.`, [
      "Watch here: storyboard watch",
    ]);
  }
};
