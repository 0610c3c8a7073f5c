import { env, execPath, stdout, versions } from "node:process";
import { findProgram } from "../../core/jobs/find-program.ts";
import { canShowScreen } from "../screen/terminal.ts";
import type { Finding } from "./finding.ts";

/** Smallest terminal that the screen is made for. */
const COLUMNS_MIN = 20;
const ROWS_MIN = 5;

/** Node, the terminal and tmux, of this process. */
export const checkMachine = (project: string): readonly Finding[] => [
  { area: "node", subject: "version", state: "ok", text: `${versions.node} (${execPath})` },
  screen(),
  ...(stdout.isTTY ? [colours()] : []),
  tmux(project),
  { area: "notify", subject: "bell, desktop", state: "ok", text: "this version sends no notifications yet" },
];

const screen = (): Finding => {
  const { columns = 0, rows = 0 } = stdout;
  const place = { area: "terminal", subject: "screen" } as const;
  if (!stdout.isTTY) return { ...place, state: "ok", text: "standard output is no terminal, so a run prints lines" };
  const size = `${columns}x${rows}, TERM is ${env.TERM ?? "not set"}`;
  if (!canShowScreen(env)) {
    const remedy = "Start it where both ends are a terminal, TERM is not dumb and CI is not set.";
    return { ...place, state: "note", text: `${size}: a run prints lines instead of a screen`, remedy };
  }
  if (columns >= COLUMNS_MIN && rows >= ROWS_MIN) return { ...place, state: "ok", text: size };
  const remedy = `Make it at least ${COLUMNS_MIN} columns by ${ROWS_MIN} rows.`;
  return { ...place, state: "note", text: `${size} is too small for the screen`, remedy };
};

const colours = (): Finding => {
  const place = { area: "terminal", subject: "colours", state: "ok" } as const;
  if (env.NO_COLOR) return { ...place, text: "none, because NO_COLOR is set" };
  return { ...place, text: `${2 ** stdout.getColorDepth()}` };
};

const tmux = (project: string): Finding => {
  const place = { area: "terminal", subject: "tmux", state: "ok" } as const;
  if (findProgram("tmux", project, env.PATH).kind !== "found") {
    return { ...place, text: "not installed: there are no side panes" };
  }
  const isInside = env.TMUX !== undefined && env.TMUX !== "";
  return {
    ...place,
    text: isInside ? "yes: `storyboard watch --tmux` opens a side pane" : "installed, not in use here",
  };
};
