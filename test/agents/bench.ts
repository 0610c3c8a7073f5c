import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import { stringify } from "yaml";
import { nodeFolder } from "../support/agent-programs.ts";
import type { Brain } from "../support/model-server/conversation.ts";
import { ModelServer, type SeenRequest } from "../support/model-server/model-server.ts";
import { Project, type Ran } from "../support/project.ts";
import { endRuns, type LiveRun, live } from "../support/steering.ts";
import type { AgentUnderTest, Place } from "./agent-under-test.ts";

/** Longest that a run may take, in milliseconds; far more than it takes on a machine of its own. */
const RUN_LIMIT_MS = 200_000;
const OWN_SERVER = join(import.meta.dirname, "../fixtures/agent/own-server.mjs");

/** Who works in a project; each has a model of its own, which is called by its name. */
type Player = "builder" | "reviewer";

/** A project whose agents are real programs with scripted models. */
export class Bench {
  readonly project: Project;
  /** The one that builds. */
  readonly agent: AgentUnderTest;
  readonly #players: ReadonlyMap<Player, AgentUnderTest>;
  readonly #server = new ModelServer();
  readonly #node = nodeFolder();
  readonly #bins: readonly string[];

  /** @param reviewer another program that reviews; without one, the first does both */
  constructor(agent: AgentUnderTest, bins: readonly string[], reviewer?: AgentUnderTest) {
    this.agent = agent;
    this.#players = new Map([["builder", agent], ...(reviewer === undefined ? [] : [["reviewer", reviewer] as const])]);
    const folder = agent.folder ?? reviewer?.folder ?? tmpdir();
    this.project = new Project("project", mkdtempSync(join(folder, "storyboard-test-")));
    this.#bins = bins;
  }

  /** Starts the models, which all think alike, and writes the agents' own settings. */
  async open(brain: Brain): Promise<this> {
    await this.#server.open();
    for (const [player, agent] of this.#players) {
      this.#server.think(player, brain);
      for (const [path, text] of Object.entries(agent.settings?.(this.#placeOf(player)) ?? {})) {
        const file = join(this.project.home, path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text);
      }
    }
    return this;
  }

  /** Where the one that builds lives. */
  get place(): Place {
    return this.#placeOf("builder");
  }

  /** Is there as soon as the user's own server was asked for its tools. */
  get ownServerFile(): string {
    return join(this.project.base, "own-server");
  }

  /** The text of a storyboard.yaml that has the one agent do everything, or each its part. */
  configuration(more: Readonly<Record<string, unknown>> = {}, profile: Readonly<Record<string, unknown>> = {}): string {
    const agents = [...this.#players].map(([player, agent]) => [player, agent.profile(this.#placeOf(player))] as const);
    const { builder, ...others } = Object.fromEntries(agents);
    return stringify({ agents: { builder: { ...builder, ...profile }, ...others }, ...more });
  }

  /** Runs the built program to its end. */
  storyboard(...args: readonly string[]): Promise<Ran> {
    return this.project.storyboard(args, this.#environment(), RUN_LIMIT_MS);
  }

  /** Starts the built program in the background. */
  live(...args: readonly string[]): LiveRun {
    return live(this.project, args, this.#environment());
  }

  /** What the model of the one that builds was asked, oldest first. */
  get asked(): readonly SeenRequest[] {
    return this.askedBy("builder");
  }

  /** What a player's model was asked, oldest first. */
  askedBy(player: Player): readonly SeenRequest[] {
    return this.#server.asked(player);
  }

  /** Processes that carry the mark of any job of this project, or work in one of its folders. */
  left(): string[] {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        try {
          const environment = readFileSync(`/proc/${pid}/environ`, "utf8");
          const isJobs = environment.includes("STORYBOARD_JOB=") && environment.includes(this.project.base);
          return isJobs ? [readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")] : [];
        } catch {
          // It ended meanwhile, or is another user's.
          return [];
        }
      });
  }

  /** Ends what is left and removes all folders. Fails where the model did not know what to do. */
  async close(): Promise<void> {
    endRuns(this.project);
    await this.#server.close();
    this.project.remove();
    this.#node.remove();
    expect(this.#server.troubles).toEqual([]);
  }

  #placeOf(player: Player): Place {
    const { home } = this.project;
    return { url: this.#server.url(player), home, ownServer: [process.execPath, OWN_SERVER, this.ownServerFile] };
  }

  #environment(): Record<string, string> {
    return { PATH: [...this.#bins, this.#node.path, this.project.environment().PATH].join(":") };
  }
}
