import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { KEEPER_SCRIPT } from "../../../src/core/jobs/keeper.ts";
import { createPlace, processesMentioning, textOf, until } from "./support.ts";

describe("starting a job", () => {
  it("runs the program with the prompt on stdin, the environment as given, and its streams in files", async () => {
    const { jobs, shell, folder } = createPlace();
    const spec = shell('cat; echo " $GREETING $STORYBOARD_JOB [$HOME] $PWD"; echo oops >&2; exit 7', {
      input: "the prompt",
      env: { PATH: process.env.PATH ?? "", GREETING: "hello there" },
    });
    const job = await jobs.start(spec);
    const end = await job.ended;
    expect(end).toMatchObject({ kind: "exited", status: 7 });
    expect(end).not.toHaveProperty("signal");
    expect(textOf(join(spec.directory, "transcript"))).toBe(`the prompt hello there ${spec.mark} [] ${folder}\n`);
    expect(textOf(join(spec.directory, "stderr"))).toBe("oops\n");
    expect(statSync(spec.directory).mode & 0o777).toBe(0o700);
    expect(end.kind === "exited" && end.endedAtMs).toBeGreaterThanOrEqual(job.startedAtMs - 1000);
    expect(await job.swept).toEqual({ survivors: [] });
  });

  it("passes arguments on as they are, however they look", async () => {
    const { jobs, shell } = createPlace();
    const odd = ["-n", "$(id)", 'a "b" c', "*", "", "line\nbreak", "\\x41"];
    const spec = shell("", { command: ["printf", "<%s>", ...odd] });
    await (await jobs.start(spec)).ended;
    expect(textOf(join(spec.directory, "transcript"))).toBe(odd.map((each) => `<${each}>`).join(""));
  });

  it("is fine with a program that never reads its prompt, and with one that reads none there is", async () => {
    const { jobs, shell } = createPlace();
    const deaf = await jobs.start(shell("exit 0", { input: "x".repeat(3_000_000) }));
    const curious = await jobs.start(shell("cat"));
    expect(await deaf.ended).toMatchObject({ status: 0 });
    expect(await curious.ended).toMatchObject({ status: 0 });
  });

  it("names the signal that ended the program", async () => {
    const { jobs, shell } = createPlace();
    const job = await jobs.start(shell("kill -KILL $$"));
    expect(await job.ended).toMatchObject({ kind: "exited", status: 137, signal: "SIGKILL" });
  });

  it("finds a program by a path relative to the job's folder", async () => {
    const { jobs, shell, folder } = createPlace();
    writeFileSync(join(folder, "tool"), "#!/bin/sh\nexit 5\n", { mode: 0o755 });
    expect(await (await jobs.start(shell("", { command: ["./tool"] }))).ended).toMatchObject({ status: 5 });
  });

  it("ends as not started when the environment lacks something, and creates no folder for it", async () => {
    const { jobs, shell, folder } = createPlace();
    writeFileSync(join(folder, "text"), "no program");
    chmodSync(join(folder, "text"), 0o644);
    const cases = [
      [{ command: ["no-such-program-anywhere"] }, "missing-program"],
      [{ command: ["./missing"] }, "missing-program"],
      [{ command: [""] }, "missing-program"],
      [{ command: ["./text"] }, "not-executable"],
      [{ command: ["text"], env: { PATH: `/nowhere:${folder}` } }, "not-executable"],
      [{ command: [folder] }, "missing-program"],
      [{ cwd: join(folder, "gone") }, "missing-folder"],
    ] as const;
    for (const [more, problem] of cases) {
      const spec = shell("exit 0", more as never);
      const job = await jobs.start(spec);
      expect(await job.ended).toMatchObject({ kind: "not-started", problem });
      expect(existsSync(spec.directory)).toBe(false);
      await job.stop({ signal: "SIGINT", graceMs: 0, killAfterMs: 0 });
    }
  });

  it("ends as not started when arguments are longer than the system takes", async () => {
    const { jobs, shell } = createPlace();
    const job = await jobs.start(shell("", { command: ["echo", "x".repeat(200_000)] }));
    expect(await job.ended).toMatchObject({ kind: "not-started", problem: "too-long" });
  });

  it("is crashed when the keeper dies without a record, and takes the program with it", async () => {
    const { jobs, shell, folder } = createPlace();
    const job = await jobs.start(shell('kill -KILL "$PPID"; while :; do sleep 1; done'));
    expect(await job.ended).toEqual({ kind: "crashed" });
    expect(await job.swept).toEqual({ survivors: [] });
    expect(processesMentioning(folder)).toEqual([]);
  });

  it("refuses a folder that was used before", async () => {
    const { jobs, shell } = createPlace();
    const spec = shell("exit 0");
    await (await jobs.start(spec)).ended;
    await expect(jobs.start(spec)).rejects.toThrow("used once");
    expect(await (await jobs.start(shell("exit 3"))).ended).toMatchObject({ status: 3 });
  });
});

describe.each(["sh", "bash"])("the keeper under %s", (shellName) => {
  const keep = (directory: string, script: string) =>
    spawn(shellName, ["-c", KEEPER_SCRIPT, "keeper", directory, "boot", "/dev/null", "/bin/sh", "-c", script], {
      stdio: "ignore",
      detached: true,
    });

  it("starts the program once, however many keepers are in one folder", async () => {
    const { folder } = createPlace();
    const directory = join(folder, "job");
    mkdirSync(directory);
    const keepers = Array.from({ length: 8 }, () => keep(directory, "echo ran; sleep 0.2; exit 4"));
    const statuses = await Promise.all(keepers.map(async (keeper) => (await once(keeper, "exit"))[0]));
    expect(statuses).toEqual(statuses.map(() => 0));
    expect(textOf(join(directory, "transcript"))).toBe("ran\n");
    expect(textOf(join(directory, "exit.json"))).toBe('{"status":4}\n');
  });

  it("lets SIGINT, TERM and HUP to the group reach the program, and still records the end", async () => {
    const { folder } = createPlace();
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      const directory = join(folder, signal);
      mkdirSync(directory);
      const name = signal.slice(3);
      const keeper = keep(
        directory,
        `trap "echo got ${name}; exit 9" ${name}; echo ready; while :; do sleep 0.02; done`,
      );
      await until("the program is ready", () => textOf(join(directory, "transcript")) !== "");
      process.kill(-keeper.pid!, signal);
      await once(keeper, "exit");
      expect(textOf(join(directory, "transcript"))).toBe(`ready\ngot ${name}\n`);
      expect(textOf(join(directory, "exit.json"))).toBe('{"status":9}\n');
    }
  });
});
