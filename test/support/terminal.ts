import { setTimeout as sleep } from "node:timers/promises";
import pty from "@lydell/node-pty";
import unicode11 from "@xterm/addon-unicode11";
import xterm from "@xterm/headless";
import { type Project, STORYBOARD } from "./project.ts";
import { endRuns, scripted } from "./steering.ts";

/** How long a test waits for what must come, in milliseconds; far more than it takes on a slow machine. */
const PATIENCE_MS = 20_000;
const LOOK_EVERY_MS = 15;

/** How a terminal is opened. */
export interface TerminalOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly environment?: Record<string, string>;
  /** The program, where it is not storyboard itself. */
  readonly command?: readonly string[];
}

/** The built program in a pseudo-terminal, with a model of what its screen shows. */
export class TestTerminal {
  readonly pid: number;
  /** Everything that was written to the terminal. */
  written = "";
  readonly #ended: Promise<number>;
  readonly #pty: ReturnType<typeof pty.spawn>;
  readonly #model: InstanceType<typeof xterm.Terminal>;
  #columns: number;
  #rows: number;

  constructor(project: Project, args: readonly string[], options: TerminalOptions = {}) {
    const { columns = 100, rows = 30, command = [STORYBOARD] } = options;
    this.#columns = columns;
    this.#rows = rows;
    this.#model = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 500 });
    this.#model.loadAddon(new unicode11.Unicode11Addon());
    this.#model.unicode.activeVersion = "11";
    const [program = "", ...given] = [...command, ...args];
    this.#pty = pty.spawn(program, given, {
      cols: columns,
      rows,
      cwd: project.path,
      // This is what TERM is set to.
      name: options.environment?.TERM ?? "xterm-256color",
      env: project.environment(scripted(project, options.environment)),
    });
    this.pid = this.#pty.pid;
    this.#pty.onData((text) => {
      this.written += text;
      this.#model.write(text);
    });
    this.#model.onData((text) => this.#pty.write(text));
    this.#ended = new Promise((resolve) => {
      // The model takes what was written in its own time; the last words may come a moment after the end.
      this.#pty.onExit(({ exitCode, signal }) => {
        const status = signal ? 128 + signal : exitCode;
        void sleep(LOOK_EVERY_MS).then(() => this.#model.write("", () => resolve(status)));
      });
    });
  }

  /** The rows of the screen, without the spaces at their ends. */
  rows(): string[] {
    const { active } = this.#model.buffer;
    // A model that was made narrower keeps what is beyond its edge now.
    return Array.from(
      { length: this.#rows },
      (_, row) => active.getLine(active.viewportY + row)?.translateToString(true, 0, this.#columns) ?? "",
    );
  }

  /** What stands in one cell of the screen. */
  cell(row: number, column: number): string {
    const { active } = this.#model.buffer;
    return (
      active
        .getLine(active.viewportY + row)
        ?.getCell(column)
        ?.getChars() ?? ""
    );
  }

  screen(): string {
    return this.rows().join("\n");
  }

  /** All of the normal screen with what scrolled out of it. */
  history(): string {
    const { normal } = this.#model.buffer;
    return Array.from({ length: normal.length }, (_, row) => normal.getLine(row)?.translateToString(true) ?? "")
      .join("\n")
      .trimEnd();
  }

  get isAlternate(): boolean {
    return this.#model.buffer.active.type === "alternate";
  }

  /** Whether the cursor was shown last, by what was written. */
  get showsCursor(): boolean {
    return this.written.lastIndexOf("\u001b[?25h") >= this.written.lastIndexOf("\u001b[?25l");
  }

  press(...keys: string[]): void {
    for (const key of keys) this.#pty.write(key);
  }

  resize(columns: number, rows: number): void {
    this.#columns = columns;
    this.#rows = rows;
    this.#pty.resize(columns, rows);
    this.#model.resize(columns, rows);
  }

  /** Whether the program is in the middle of drawing a frame, by the marks of a synchronized update. */
  get #isDrawing(): boolean {
    return this.written.lastIndexOf("\u001b[?2026h") > this.written.lastIndexOf("\u001b[?2026l");
  }

  /** Waits until the screen is as wanted, looking at whole frames only; fails with what was waited for and what is shown instead. */
  async until(what: string, look: (screen: string) => boolean, patienceMs = PATIENCE_MS): Promise<string> {
    for (const endMs = Date.now() + patienceMs; ; await sleep(LOOK_EVERY_MS)) {
      // The model takes what was written in its own time.
      await new Promise<void>((taken) => this.#model.write("", taken));
      const screen = this.screen();
      if (!this.#isDrawing && look(screen)) return screen;
      if (Date.now() > endMs) throw new Error(`waited in vain for: ${what}\n${screen}`);
    }
  }

  /** Waits until a text is on the screen. */
  shows(text: string, patienceMs?: number): Promise<string> {
    return this.until(`“${text}”`, (screen) => screen.includes(text), patienceMs);
  }

  /** The exit status, once the program has ended; the number of a signal counts from 128. */
  async exit(patienceMs = PATIENCE_MS): Promise<number> {
    const late = sleep(patienceMs, undefined, { ref: false }).then(() => undefined);
    const status = await Promise.race([this.#ended, late]);
    if (status === undefined) throw new Error(`waited in vain for its end\n${this.screen()}`);
    return status;
  }

  signal(name: NodeJS.Signals): void {
    process.kill(this.pid, name);
  }

  /** Lets the terminal stop reading, as ctrl-s does, and read again. */
  pause(): void {
    this.#pty.pause();
  }

  resume(): void {
    this.#pty.resume();
  }

  /** Ends what is left of it. */
  close(): void {
    try {
      this.#pty.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    this.#model.dispose();
  }
}

/** Keys by name. */
export const KEYS = {
  enter: "\r",
  escape: "\u001b",
  tab: "\t",
  up: "\u001b[A",
  down: "\u001b[B",
  ctrlC: "\u0003",
} as const;

/** The process that leads in a project, while there is one. */
export const leadPid = (project: Project): number | undefined => {
  try {
    return (JSON.parse(project.read(".git/storyboard/lock")) as { pid: number }).pid;
  } catch {
    return undefined;
  }
};

/** Kills what a test left behind: the lead, its agents, the folder. */
export const endProject = (project: Project): void => {
  const pid = leadPid(project);
  try {
    if (pid !== undefined) process.kill(pid, "SIGKILL");
  } catch {
    // It has left.
  }
  endRuns(project);
  project.remove();
};
