import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runDirectory } from "../../../src/app/lead/runs.ts";
import type { LeadSnapshot } from "../../../src/app/lead/snapshot.ts";
import { takeSnapshot } from "../../../src/app/lead/snapshot.ts";
import type { ControlHost } from "../../../src/core/control/attached-client.ts";
import type { ControlServer } from "../../../src/core/control/server.ts";
import type { FeedLine } from "../../../src/core/engine/feed.ts";
import { type Journal, openJournal } from "../../../src/core/engine/journal.ts";
import { FORMAT_VERSION, type RunFile } from "../../../src/core/engine/run-file.ts";
import { commandProblem } from "../../../src/core/scheduler/decide-command.ts";
import type { JournaledEvent } from "../../../src/core/scheduler/events.ts";
import type { Fact } from "../../../src/core/scheduler/inputs.ts";
import { policy, story, TestRun } from "../../support/run.ts";
import { runFile } from "../../support/screen.tsx";

/** A run file of plain stories that do not wait for each other. */
export const aRunFile = (keys: readonly string[]): RunFile =>
  runFile(
    keys.map((key) => story(key)),
    {
      policy: policy({ landing: false, workspace: false, evidence: false, keepsStatus: false, finish: false }),
      v: FORMAT_VERSION,
    },
  );

/** A lead without agents: a run on a clock of its own, journaled in a real folder, told to the clients of a server. */
export class TestLead {
  readonly project = mkdtempSync(join(tmpdir(), "storyboard-window-"));
  readonly directory: string;
  readonly file: RunFile;
  readonly run: TestRun;
  readonly host: ControlHost<LeadSnapshot>;
  server: Pick<ControlServer<JournaledEvent, FeedLine>, "publish" | "publishFeed" | "close"> | undefined;
  readonly #journal: Journal;
  #count = 0;

  /** @param given what is run, or the keys of plain stories */
  constructor(given: RunFile | readonly string[]) {
    const file = "run" in given ? given : aRunFile(given);
    this.file = { ...file, project: this.project, worktreeRoot: join(this.project, "worktrees") };
    this.directory = runDirectory(this.project, this.file.run);
    mkdirSync(this.directory, { recursive: true });
    this.run = new TestRun(this.file.stories, this.file.policy);
    writeFileSync(join(this.directory, "run.json"), JSON.stringify(this.file));
    this.#journal = openJournal(join(this.directory, "journal.jsonl")).journal;
    this.host = {
      snapshot: () =>
        takeSnapshot({ file: this.file, directory: this.directory }, this.run.state, {
          events: this.#count,
          leadAlive: true,
        }),
      onCommand: async (command) => {
        const problem = commandProblem(this.run.state, command);
        if (problem !== undefined) return { ok: false, message: problem };
        this.give({ type: "command", command });
        return { ok: true };
      },
    };
  }

  /** Gives a fact to the run; what is decided is journaled, then published unless it is `silent`. */
  give(fact: Fact, silent = false): void {
    this.#tell(this.run.give(fact), silent);
  }

  /** Ends the oldest effect well. */
  endOne(silent = false): boolean {
    const effect = this.run.outstanding()[0];
    if (effect === undefined) return false;
    this.#tell(this.run.end(effect), silent);
    return true;
  }

  say(story: string, text: string): void {
    this.server?.publishFeed({ atMs: 1, story, phase: "BUILD", text });
  }

  remove(): void {
    this.#journal.close();
    rmSync(this.project, { recursive: true, force: true });
  }

  #tell(events: readonly JournaledEvent[], silent: boolean): void {
    this.#journal.append(events);
    this.#count += events.length;
    if (!silent) for (const event of events) this.server?.publish(event);
  }
}
