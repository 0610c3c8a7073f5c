import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { agentConfiguration, Project, type Ran, writeSprint } from "../../support/project.ts";
import { type Status, statusOf } from "../../support/steering.ts";

export const FOLDER = "_bmad-output/implementation-artifacts";

/** What one story's agents do, by phase: sh code that may call `build` and `approve`. A text is BUILD's. */
export type Lie = string | Readonly<Record<string, string>>;

/** What came of a lying agent's story. */
export interface Exposed {
  readonly status: Status["stories"][number];
  /** The story's card in the plain output. */
  readonly card: string;
  /** What its error says; empty for a story that did not fail. */
  readonly error: string;
  /** Paths that landed for it: those whose name holds its key. */
  readonly landed: readonly string[];
}

/** A sprint of liars that ran to its end. */
export class LiarsRun {
  readonly project: Project;
  readonly ran: Ran;
  readonly #status: Status;

  constructor(project: Project, ran: Ran, status: Status) {
    this.project = project;
    this.ran = ran;
    this.#status = status;
  }

  /** The story of that short key. */
  of(short: string): Exposed {
    const status = this.#status.stories.find(({ key }) => key.startsWith(`${short}-`));
    if (status === undefined) throw new Error(`no story ${short}`);
    return {
      status,
      card: this.#card(short),
      error: status.error?.message ?? "",
      landed: this.landed.filter((path) => path.includes(status.key) && !path.startsWith(FOLDER)),
    };
  }

  get landed(): readonly string[] {
    return this.project.git("ls-tree", "-r", "--name-only", "main").split("\n");
  }

  /** The story failed by evidence that was missing, costs its attempt, and nothing of it landed. */
  expectRefused(short: string, words: string | RegExp): void {
    const { status, card, error, landed } = this.of(short);
    expect({ status: status.status, attempt: status.attempt, landed }).toEqual({
      status: "failed",
      attempt: 1,
      landed: [],
    });
    expect(error).toMatch(words);
    expect(card).toMatch(/❌ .* FAILED/);
    // Long lines are as they are: the card says what the error says.
    for (const line of error.split("\n")) expect(card).toContain(line.split("; ")[0]?.slice(0, 60));
  }

  /** The story is done, and its card says what was wrong about it. */
  expectNoted(short: string, words: string | RegExp): void {
    const { status, card, landed } = this.of(short);
    expect(status).toMatchObject({ status: "done", attempt: 1 });
    expect(landed).not.toEqual([]);
    expect(card).toMatch(words);
  }

  /** A file of a story's turn, by the beginning of its folder's name. */
  turnFile(turn: string, file: string): string {
    const runs = join(this.project.path, ".storyboard/runs");
    const jobs = join(runs, readdirSync(runs)[0] ?? "", "jobs");
    return readFileSync(join(jobs, readdirSync(jobs).find((name) => name.startsWith(turn)) ?? "", file), "utf8");
  }

  #card(short: string): string {
    const lines = this.ran.stdout.split("\n");
    const isHead = (line: string): boolean => /^(?:✅|❌|⏭|⛔|❓) \S+ [A-Z]/.test(line);
    const start = lines.findLastIndex((line) => isHead(line) && line.split(" ")[1] === short);
    if (start === -1) return "";
    // A card ends with the second rule below its head.
    const rules = lines.flatMap((line, i) => (i > start && /^[━─═]{10,}$/.test(line) ? [i] : []));
    return lines.slice(start, rules[1] ?? lines.length).join("\n");
  }
}

/** Runs a sprint with one independent story for each lie (`KEY: lie`); `prepare` adds files before the first commit, `arrange` changes the repository after it. */
export const runLiars = async (
  lies: Readonly<Record<string, Lie>>,
  settings: {
    readonly configuration: string;
    readonly workers?: number;
    readonly prepare?: (project: Project) => void;
    readonly arrange?: (project: Project) => void;
  },
): Promise<LiarsRun> => {
  const project = new Project();
  writeSprint(
    project,
    Object.keys(lies).map((key) => ({ key })),
    {
      configuration: agentConfiguration(
        `order: parallel\nmax_workers: ${settings.workers ?? 6}\ncircuit_breaker: 100\nmax_retry_per_story: 1\n${settings.configuration}`,
      ).replace(
        "gates: { commands: {} }\n",
        settings.configuration.includes("gates:") ? "" : "gates: { commands: {} }\n",
      ),
    },
  );
  settings.prepare?.(project);
  project.commit("first").git("commit", "-q", "--allow-empty", "-m", "second");
  settings.arrange?.(project);
  const folder = join(project.base, "scripts");
  mkdirSync(folder);
  for (const [key, lie] of Object.entries(lies)) {
    const phases = typeof lie === "string" ? { BUILD: lie } : lie;
    for (const [phase, code] of Object.entries(phases)) writeFileSync(join(folder, `${key}.${phase}`), `${code}\n`);
  }
  const environment = { AGENT_SCRIPT: folder, BASE: project.base, USER_COPY: project.path };
  const ran = await project.storyboard(["run"], environment, 120_000);
  return new LiarsRun(project, ran, await statusOf(project));
};
