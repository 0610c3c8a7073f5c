import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type MadeStory, Project, type Ran, writeSprint } from "../../support/project.ts";

const HERE = dirname(fileURLToPath(import.meta.url));

/** Where the sprint file and the stories of a made-up sprint are. */
export const FOLDER = "_bmad-output/implementation-artifacts";

/** Six stories in two chains, one of which joins. */
export const SIX: readonly MadeStory[] = [
  { key: "1-1-base" },
  { key: "1-2-left", after: ["1-1-base"] },
  { key: "1-3-right", after: ["1-1-base"] },
  { key: "1-4-other" },
  { key: "1-5-more", after: ["1-4-other"] },
  { key: "1-6-roof", after: ["1-2-left", "1-3-right"] },
];

/** A project whose agents and gates write down what they do, and whose leads can be killed. */
export class KillableSprint {
  project: Project;
  readonly logs: string;
  readonly #more: Record<string, string>;
  readonly #leads = new Set<Lead>();

  constructor(
    stories: readonly MadeStory[] = SIX,
    settings: { readonly configuration?: string; readonly environment?: Record<string, string> } = {},
  ) {
    this.project = new Project();
    this.logs = join(this.project.base, "logs");
    mkdirSync(this.logs);
    this.#more = {
      AGENT_LOG: join(this.logs, "agents"),
      GATE_LOG: join(this.logs, "gates"),
      ...settings.environment,
    };
    writeSprint(this.project, stories, { configuration: settings.configuration ?? killConfiguration() });
    this.project.commit();
  }

  /** Starts a lead, as `run --headless` is one: the process is the lead itself, its keepers are in sessions of their own. */
  lead(args: readonly string[] = ["run", "--resume", "--headless"], more: Record<string, string> = {}): Lead {
    const lead = new Lead(this.project.start(args, { ...this.#more, ...more }));
    this.#leads.add(lead);
    return lead;
  }

  /** Runs a command to its end. */
  storyboard(args: readonly string[], more: Record<string, string> = {}): Promise<Ran> {
    return this.project.storyboard(args, { ...this.#more, ...more });
  }

  /** Ids of the runs, oldest first. */
  get runs(): string[] {
    const folder = join(this.project.path, ".storyboard/runs");
    return existsSync(folder) ? readdirSync(folder).sort() : [];
  }

  /** Folder of the newest run. */
  get runFolder(): string {
    return join(this.project.path, ".storyboard/runs", this.runs.at(-1) ?? "none");
  }

  /** What the newest run's journal holds now, raw. */
  journal(): string {
    const file = join(this.runFolder, "journal.jsonl");
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }

  /** Events of that type in the newest run's journal. */
  events(type: string): Record<string, unknown>[] {
    return this.journal()
      .split("\n")
      .filter((line) => line.includes(`"event":{"type":"${type}"`))
      .map((line) => JSON.parse(line).event);
  }

  /** Lines that agents or gates have written down. */
  logged(name: "agents" | "gates"): string[] {
    const file = join(this.logs, name);
    return existsSync(file)
      ? readFileSync(file, "utf8")
          .split("\n")
          .filter((line) => line !== "")
      : [];
  }

  /** Statuses of the sprint file, by key. */
  statuses(): Record<string, string> {
    const lines = this.project.read(`${FOLDER}/sprint-status.yaml`).matchAll(/^ {2}(\d\S*): (\S+)$/gm);
    return Object.fromEntries([...lines].map(([, key, status]) => [key, status]));
  }

  /** What runs for this sprint but its leads. */
  get marked(): ReturnType<typeof markedProcesses> {
    return this.runs.flatMap(markedProcesses);
  }

  /** Gives the project's folder another name, as a person may do while nothing runs. */
  moveProject(): void {
    const moved = new Project("moved", this.project.base);
    renameSync(this.project.path, moved.path);
    this.project = moved;
  }

  /** Kills all that runs for this sprint but its leads: keepers, agents, gates. */
  killJobs(): void {
    // Whoever is killed may just have started another one.
    for (let left = this.marked; left.length > 0; left = this.marked) for (const { pid } of left) tryKill(pid);
  }

  /** Kills what is left, leads too, and removes all folders. */
  async remove(): Promise<void> {
    await Promise.all([...this.#leads].map((lead) => lead.kill()));
    this.killJobs();
    this.project.remove();
  }
}

/** Runs the body of a test with a sprint of its own, which is removed afterwards. */
export const using = async (
  made: KillableSprint | Promise<KillableSprint>,
  body: (sprint: KillableSprint) => Promise<void>,
): Promise<void> => {
  const sprint = await made;
  try {
    await body(sprint);
  } finally {
    await sprint.remove();
  }
};

/** Goes on with a sprint's run, to its end. */
export const resume = (sprint: KillableSprint, more: Record<string, string> = {}): Promise<Ran> =>
  sprint.storyboard(["run", "--resume", "--headless"], more);

/** The configuration of these sprints: three workers, build and review, one gate. */
export const killConfiguration = (more = ""): string =>
  [
    `agents:`,
    `  builder: { cli: command, command: [sh, "${join(HERE, "agent.sh")}"] }`,
    `gates: { commands: { test: 'sh "${join(HERE, "gate.sh")}"' } }`,
    more,
  ].join("\n");

/** A lead that a test started. */
export class Lead {
  readonly process: ChildProcess;
  /** What it has printed so far. */
  stdout = "";
  readonly #ended: Promise<Ran>;

  constructor(process: ChildProcess) {
    this.process = process;
    let stderr = "";
    process.stdout?.on("data", (bytes) => {
      this.stdout += bytes;
    });
    process.stderr?.on("data", (bytes) => {
      stderr += bytes;
    });
    this.#ended = once(process, "close").then(([status]) => ({ status: status ?? -1, stdout: this.stdout, stderr }));
  }

  get isOver(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  /** Waits for its end; its exit status is -1 when a signal killed it. */
  end(): Promise<Ran> {
    return this.#ended;
  }

  /** Kills this one process and nothing that it started. Returns false when it had ended before. */
  async kill(): Promise<boolean> {
    if (!this.isOver) this.process.kill("SIGKILL");
    await this.#ended;
    return this.process.signalCode === "SIGKILL";
  }
}

/** Waits until something holds; the message says what was waited for. */
export const until = async (what: string, holds: () => boolean, limitMs = 45_000): Promise<void> => {
  const deadline = Date.now() + limitMs;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

/** Living processes that carry the mark of a job of that run. */
export const markedProcesses = (run: string): { readonly pid: number; readonly command: string }[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
        if (!environment.some((entry) => entry.startsWith(`STORYBOARD_JOB=${run}/`))) return [];
        return [{ pid: Number(pid), command: readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ") }];
      } catch {
        // It ended meanwhile, or is another user's.
        return [];
      }
    });

const tryKill = (pid: number): void => {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
};
