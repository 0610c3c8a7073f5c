import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Job } from "../../../src/core/jobs/job.ts";
import { isDiscounted } from "../../../src/core/jobs/keeper-record.ts";
import { createPlace, processesMentioning, textOf, until } from "./support.ts";

const isReady = (job: Job) =>
  until("the program is ready", () => textOf(join(job.directory, "transcript")).includes("ready"));

const SOON = { signal: "SIGINT", graceMs: 100, killAfterMs: 100 } as const;
const PATIENT = { signal: "SIGINT", graceMs: 20_000, killAfterMs: 20_000 } as const;

describe("stopping a job", () => {
  it("sends the program's own signal to the program, which may end in its own way", async () => {
    const { jobs, shell } = createPlace();
    const job = await jobs.start(
      shell('trap "echo interrupted; exit 0" INT; echo ready; while :; do sleep 0.02; done'),
    );
    await isReady(job);
    await job.stop(PATIENT);
    expect(await job.ended).toMatchObject({ kind: "exited", status: 0 });
    expect(textOf(join(job.directory, "transcript"))).toBe("ready\ninterrupted\n");
  });

  it("is written down, so that a later lead does not take the end for the program's own", async () => {
    const { jobs, shell } = createPlace();
    const [stopped, ended] = await Promise.all([jobs.start(shell("exec sleep 60")), jobs.start(shell("exit 1"))]);
    await ended.ended;
    await Promise.all([stopped.stop(PATIENT), ended.stop(PATIENT)]);
    expect([stopped, ended].map((job) => isDiscounted(job.directory))).toEqual([true, false]);
  });

  it("reaches one that was only just started", async () => {
    const { jobs, shell } = createPlace();
    const job = await jobs.start(shell("exec sleep 60"));
    await job.stop(PATIENT);
    expect(await job.ended).toMatchObject({ kind: "exited", signal: "SIGINT" });
  });

  it("goes on to TERM for all of it, then to KILL, and still has an exit record", async () => {
    const { jobs, shell, folder } = createPlace();
    const polite = await jobs.start(shell('trap "" INT; trap "exit 8" TERM; echo ready; while :; do sleep 0.02; done'));
    const stubborn = await jobs.start(shell('trap "" INT TERM HUP; echo ready; while :; do sleep 0.02; done'));
    await Promise.all([isReady(polite), isReady(stubborn)]);
    await Promise.all([polite.stop({ ...PATIENT, graceMs: 100 }), stubborn.stop(SOON)]);
    expect(await polite.ended).toMatchObject({ status: 8 });
    expect(await stubborn.ended).toMatchObject({ kind: "exited", status: 137, signal: "SIGKILL" });
    expect(processesMentioning(folder)).toEqual([]);
  });

  it("may be called again with shorter delays, and after the end", async () => {
    const { jobs, shell } = createPlace();
    const job = await jobs.start(shell('trap "" INT TERM; echo ready; while :; do sleep 0.02; done'));
    await isReady(job);
    const slow = job.stop(PATIENT);
    await job.stop(SOON);
    await slow;
    await job.stop(SOON);
    expect(await job.ended).toMatchObject({ signal: "SIGKILL" });
  });

  it("reaches a tool in a session of its own with a cleared environment and no output of ours", async () => {
    const { jobs, shell, folder } = createPlace();
    const tool = 'trap "" TERM; while :; do echo x >>"$0/heartbeat"; sleep 0.02; done';
    const job = await jobs.start(
      shell(`env -i PATH="$PATH" setsid sh -c '${tool}' "$0" </dev/null >/dev/null 2>&1 & echo ready; wait`),
    );
    await isReady(job);
    await until("the tool works", () => textOf(join(folder, "heartbeat")) !== "");
    await job.stop(PATIENT);
    expect(await job.ended).toMatchObject({ signal: "SIGINT" });
    expect(processesMentioning(folder)).toEqual([]);
  });

  it("stops while the program is suspended", async () => {
    const { jobs, shell, folder } = createPlace();
    const job = await jobs.start(shell("echo ready; kill -STOP $$"));
    await isReady(job);
    await job.stop(SOON);
    expect(await job.ended).toMatchObject({ signal: "SIGKILL" });
    expect(processesMentioning(folder)).toEqual([]);
  });
});
