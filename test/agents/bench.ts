import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
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
const MODEL = "model";

/** A project whose agent is a real program with a scripted model. */
export class Bench {
  readonly project = new Project();
  readonly agent: AgentUnderTest;
  readonly #server = new ModelServer();
  readonly #node = nodeFolder();
  readonly #bins: readonly string[];

  constructor(agent: AgentUnderTest, bins: readonly string[]) {
    this.agent = agent;
    this.#bins = bins;
  }

  /** Starts the model and writes the agent's own settings. */
  async open(brain: Brain): Promise<this> {
    await this.#server.open();
    this.#server.think(MODEL, brain);
    for (const [path, text] of Object.entries(this.agent.settings?.(this.place) ?? {})) {
      const file = join(this.project.home, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    return this;
  }

  get place(): Place {
    return { url: this.#server.url(MODEL), home: this.project.home };
  }

  /** The text of a storyboard.yaml that has the agent do everything. */
  configuration(more: Readonly<Record<string, unknown>> = {}, profile: Readonly<Record<string, unknown>> = {}): string {
    const { agent, place } = this;
    return stringify({ agents: { builder: { ...agent.profile(place), ...profile } }, ...more });
  }

  /** Runs the built program to its end. */
  storyboard(...args: readonly string[]): Promise<Ran> {
    return this.project.storyboard(args, this.#environment(), RUN_LIMIT_MS);
  }

  /** Starts the built program in the background. */
  live(...args: readonly string[]): LiveRun {
    return live(this.project, args, this.#environment());
  }

  /** What the model was asked by the agent, oldest first. */
  get asked(): readonly SeenRequest[] {
    return this.#server.asked(MODEL);
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

  #environment(): Record<string, string> {
    return { PATH: [...this.#bins, this.#node.path, this.project.environment().PATH].join(":") };
  }
}
