import { type ChildProcess, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { AgentParser, ParsedTurn } from "../../../src/core/agents/agent.ts";

const PROGRAM = resolve(import.meta.dirname, "../../../src/bin.ts");
const DEADLINE_MS = 20_000;

/** What a bridge printed, and how it ended. */
export interface BridgeEnd {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly turn: ParsedTurn;
}

/** A folder to work in, the turn's own folder beside it, and the bridges that were started there. */
export class BridgeStage {
  readonly base = realpathSync(mkdtempSync(join(tmpdir(), "storyboard-test-")));
  readonly folder = join(this.base, "tree");
  readonly turnDirectory = join(this.base, "turn");
  readonly #children: ChildProcess[] = [];

  constructor() {
    mkdirSync(this.folder);
    mkdirSync(join(this.base, "programs"));
  }

  /** Puts a program on the PATH. */
  program(name: string, script: string): void {
    writeFileSync(join(this.base, "programs", name), script, { mode: 0o755 });
  }

  /** Starts `storyboard bridge ...` in the folder. */
  start(words: readonly string[], prompt = "Do it.", more: Record<string, string> = {}): RunningBridge {
    const programs = `${join(this.base, "programs")}:${process.env.PATH}`;
    const child = spawn(process.execPath, [PROGRAM, "bridge", ...words], {
      cwd: this.folder,
      env: { PATH: programs, HOME: this.base, STORYBOARD_TURN_DIR: this.turnDirectory, ...more },
    });
    this.#children.push(child);
    child.stdin.end(prompt);
    return new RunningBridge(child);
  }

  /** Sends a message the way a lead does. */
  send(id: string, text: string): void {
    const folder = join(this.turnDirectory, "messages");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${id}.new`), JSON.stringify({ text }));
    renameSync(join(folder, `${id}.new`), join(folder, `${id}.json`));
  }

  isTaken(id: string): boolean {
    return existsSync(join(this.turnDirectory, "messages", `${id}.taken`));
  }

  /** What the scripted agent received, of one method; answers have none. */
  received(method?: string): Record<string, unknown>[] {
    const text = readFileSync(join(this.folder, "received"), "utf8");
    const lines = text.trimEnd().split("\n");
    return lines.map((line) => JSON.parse(line)).filter((message) => message.method === method);
  }

  remove(): void {
    for (const child of this.#children) child.kill("SIGKILL");
    rmSync(this.base, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A bridge that was started. */
export class RunningBridge {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #stdout = "";
  #stderr = "";

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#ended = new Promise((done) => child.once("close", () => done()));
    child.stdout?.setEncoding("utf8").on("data", (piece: string) => {
      this.#stdout += piece;
    });
    child.stderr?.setEncoding("utf8").on("data", (piece: string) => {
      this.#stderr += piece;
    });
  }

  /** Settles when it has printed this. */
  async printed(text: string): Promise<void> {
    await until(
      () => this.#stdout.includes(text),
      () => `no ${text} in:\n${this.#stdout}\n${this.#stderr}`,
    );
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** The end, with the turn as the parser reads it. */
  async end(parser: AgentParser): Promise<BridgeEnd> {
    await this.#ended;
    const { exitCode: status, signalCode: signal } = this.#child;
    const [stdout, stderr] = [this.#stdout, this.#stderr];
    for (const line of stdout.split("\n").slice(0, -1)) parser.line(line);
    const turn = parser.end({ status, ...(signal === null ? {} : { signal }), stderr });
    return { status, signal, stdout, stderr, turn };
  }
}

/** Waits until something holds. */
export const until = async (holds: () => boolean, problem: () => string): Promise<void> => {
  const deadlineMs = performance.now() + DEADLINE_MS;
  while (!holds()) {
    if (performance.now() > deadlineMs) throw new Error(problem());
    await new Promise((next) => setTimeout(next, 20));
  }
};
