import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { JobSpec } from "../../../src/core/jobs/job.ts";
import { bootId, identityOf, isAlive } from "../../../src/core/jobs/process-identity.ts";
import { createPlace, processesMentioning, textOf, until } from "./support.ts";

const LEAD = join(import.meta.dirname, "../../fixtures/jobs/lead.mjs");

/** A lead in a process of its own starts the job and is killed as soon as the job runs. */
const startUnderALeadThatDies = async (spec: JobSpec): Promise<void> => {
  const lead = spawn(process.execPath, [LEAD, JSON.stringify(spec)], { stdio: ["ignore", "pipe", "inherit"] });
  const died = once(lead, "exit").then(() => Promise.reject(new Error("the lead died by itself")));
  await Promise.race([once(lead.stdout, "data"), died]);
  died.catch(() => undefined);
  await until("the program runs", () => textOf(join(spec.directory, "transcript")) !== "");
  lead.kill("SIGKILL");
  await once(lead, "exit");
};

const forge = (directory: string, files: Record<string, string>): string => {
  mkdirSync(directory, { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
  return directory;
};

const claimOf = (pid: number, start: number, boot: string): string =>
  `{"pid":${pid},"boot":"${boot}","stat":"${pid} (sh) S ${"1 ".repeat(18)}${start} 0 0"}\n`;

describe("reopening a job", () => {
  it("adopts one that outlived its lead, and learns of its end", async () => {
    const { jobs, shell, folder } = createPlace();
    const spec = shell('echo started; until [ -e "$0/go" ]; do sleep 0.02; done; echo finished; exit 6');
    await startUnderALeadThatDies(spec);
    const found = await jobs.reopen(spec.directory, spec.mark);
    if (found.kind !== "running") throw new Error(`it is ${found.kind}`);
    expect(Math.abs(found.job.startedAtMs - Date.now())).toBeLessThan(60_000);
    writeFileSync(join(folder, "go"), "");
    expect(await found.job.ended).toMatchObject({ kind: "exited", status: 6 });
    expect(textOf(join(spec.directory, "transcript"))).toBe("started\nfinished\n");
    await found.job.swept;
    expect(await jobs.reopen(spec.directory, spec.mark)).toMatchObject({ kind: "ended", end: { status: 6 } });
  });

  it("stops an adopted one by the program's own signal", async () => {
    const { jobs, shell, folder } = createPlace();
    const spec = shell('trap "echo interrupted; exit 3" INT; echo started; while :; do sleep 0.02; done');
    await startUnderALeadThatDies(spec);
    const found = await jobs.reopen(spec.directory, spec.mark);
    if (found.kind !== "running") throw new Error(`it is ${found.kind}`);
    await found.job.stop({ signal: "SIGINT", graceMs: 10_000, killAfterMs: 1000 });
    expect(await found.job.ended).toMatchObject({ status: 3 });
    expect(processesMentioning(folder)).toEqual([]);
  });

  it("calls one crashed whose keeper was killed, and ends its program", async () => {
    const { jobs, shell, folder } = createPlace();
    const spec = shell('echo "$PPID"; while :; do sleep 0.1; done');
    await startUnderALeadThatDies(spec);
    const pid = Number(textOf(join(spec.directory, "transcript")));
    const keeper = identityOf(pid)!;
    process.kill(pid, "SIGKILL");
    // A process that dies has no command line long before the system calls it dead.
    await until("the keeper is gone", () => !isAlive(keeper, bootId()));
    expect(await jobs.reopen(spec.directory, spec.mark)).toEqual({ kind: "crashed" });
    expect(processesMentioning(folder)).toEqual([]);
  });

  it("notices when the keeper of an adopted one is killed", async () => {
    const { jobs, shell, folder } = createPlace();
    const spec = shell('echo "$PPID"; while :; do sleep 0.1; done');
    await startUnderALeadThatDies(spec);
    const found = await jobs.reopen(spec.directory, spec.mark);
    if (found.kind !== "running") throw new Error(`it is ${found.kind}`);
    process.kill(Number(textOf(join(spec.directory, "transcript"))), "SIGKILL");
    expect(await found.job.ended).toEqual({ kind: "crashed" });
    await found.job.swept;
    expect(processesMentioning(folder)).toEqual([]);
  });

  it("is absent without a folder", async () => {
    const { jobs, folder } = createPlace();
    expect(await jobs.reopen(join(folder, "nothing"), "mark")).toEqual({ kind: "absent" });
  });

  it("fences one that no keeper has claimed, again and again", async () => {
    const { jobs, folder } = createPlace();
    const directory = forge(join(folder, "job"), { "prompt.md": "x" });
    expect(await jobs.reopen(directory, "mark")).toEqual({ kind: "fenced" });
    expect(await jobs.reopen(directory, "mark")).toEqual({ kind: "fenced" });
  });

  it("does not trust a pid: not with another start time, not from another boot", async () => {
    const { jobs, folder } = createPlace();
    const stranger = spawn("sleep", ["60"], { detached: true, stdio: "ignore" });
    const identity = identityOf(stranger.pid!)!;
    const { pid, start, boot } = identity;
    try {
      const later = forge(join(folder, "later"), { claim: claimOf(pid, start - 1, boot) });
      const otherBoot = forge(join(folder, "boot"), { claim: claimOf(pid, start, "another-boot") });
      expect(await jobs.reopen(later, "mark")).toEqual({ kind: "crashed" });
      expect(await jobs.reopen(otherBoot, "mark")).toEqual({ kind: "crashed" });
      expect(identityOf(pid)).toEqual(identity);
      const genuine = forge(join(folder, "genuine"), { claim: claimOf(pid, start, bootId()) });
      expect(await jobs.reopen(genuine, "mark")).toMatchObject({ kind: "running" });
    } finally {
      stranger.kill("SIGKILL");
    }
  });

  it.each(["", "{", '{"status":0}', '{"status":0', '{"status":}\n', '{"status":0}\n{"status":1}\n', "\0\0\0\0"])(
    "takes the exit record %j for none",
    async (record) => {
      const { jobs, folder } = createPlace();
      const claim = claimOf(2 ** 22 + 1, 5, bootId());
      const directory = forge(join(folder, "job"), { claim, "exit.json": record });
      expect(await jobs.reopen(directory, "mark")).toEqual({ kind: "crashed" });
    },
  );

  it("waits for a claim that is just being written", async () => {
    const { jobs, folder } = createPlace();
    const directory = forge(join(folder, "job"), { claim: '{"pid":', "exit.json": '{"status":2}\n' });
    const found = jobs.reopen(directory, "mark");
    await delay(50);
    forge(directory, { claim: claimOf(2 ** 22 + 1, 5, bootId()) });
    expect(await found).toMatchObject({ kind: "ended", end: { status: 2 } });
  });

  it("sweeps what belongs to a claim that never said who it is", async () => {
    const { jobs, folder } = createPlace();
    const directory = forge(join(folder, "job"), { claim: "" });
    const lost = spawn("sh", ["-c", "while :; do sleep 0.1; done", folder], {
      detached: true,
      stdio: "ignore",
      env: { PATH: process.env.PATH ?? "", STORYBOARD_JOB: "the-mark" },
    });
    const gone = once(lost, "exit");
    expect(await jobs.reopen(directory, "the-mark")).toEqual({ kind: "crashed" });
    await gone;
  });
});
