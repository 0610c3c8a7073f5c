import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { identityOf } from "../../../src/core/jobs/process-identity.ts";
import { createPlace, processesMentioning, textOf, until } from "./support.ts";

const HEARTBEAT = 'while :; do echo x >>"$0/heartbeat"; sleep 0.02; done';
const WAIT_FOR_IT = 'until [ -s "$0/heartbeat" ]; do sleep 0.01; done';

describe("the sweep after every end", () => {
  it.each([
    ["a background server in the program's group", `sh -c '${HEARTBEAT}' "$0" >/dev/null 2>&1 &`],
    ["one in a session of its own", `setsid sh -c '${HEARTBEAT}' "$0" >/dev/null 2>&1 &`],
    ["one that ignores TERM", `setsid sh -c 'trap "" TERM HUP; ${HEARTBEAT}' "$0" >/dev/null 2>&1 &`],
    ["one with a cleared environment in the program's session", `env -i sh -c '${HEARTBEAT}' "$0" >/dev/null 2>&1 &`],
    [
      "one that forked away, left the session and cleared its environment, but prints to us",
      `(env -i PATH="$PATH" setsid sh -c '${HEARTBEAT}' "$0" 2>/dev/null &)`,
    ],
  ])("ends %s, though the job ended well", async (_, server) => {
    const { jobs, shell, folder } = createPlace();
    const job = await jobs.start(shell(`${server}\n${WAIT_FOR_IT}`));
    expect(await job.ended).toMatchObject({ status: 0 });
    expect(await job.swept).toEqual({ survivors: [] });
    expect(processesMentioning(folder)).toEqual([]);
  });

  it("finds one that hides completely, if it was seen while the job ran", async () => {
    const { jobs, shell, folder } = createPlace({ watchPeriodMs: 20 });
    const job = await jobs.start(
      shell(
        `env -i PATH="$PATH" setsid sh -c '${HEARTBEAT}' "$0" </dev/null >/dev/null 2>&1 &
         until [ -e "$0/go" ]; do sleep 0.02; done`,
      ),
    );
    await until("many looks were taken", () => textOf(join(folder, "heartbeat")).length > 60);
    writeFileSync(join(folder, "go"), "");
    expect(await job.ended).toMatchObject({ status: 0 });
    await job.swept;
    expect(processesMentioning(folder)).toEqual([]);
  });

  it("leaves strangers and other jobs alone", async () => {
    const { jobs, shell } = createPlace();
    const other = await jobs.start(shell("echo ready; exec sleep 60"));
    await until("the other one runs", () => textOf(join(other.directory, "transcript")) === "ready\n");
    const short = await jobs.start(shell("sleep 0.1"));
    const stranger = spawn("sleep", ["60"], { detached: true, stdio: "ignore" });
    const identity = identityOf(stranger.pid!);
    await short.swept;
    expect(identityOf(stranger.pid!)).toEqual(identity);
    stranger.kill("SIGKILL");
    let hasOtherEnded = false;
    void other.ended.then(() => {
      hasOtherEnded = true;
    });
    await (await jobs.start(shell("true"))).swept;
    expect(hasOtherEnded).toBe(false);
    await other.stop({ signal: "SIGTERM", graceMs: 5000, killAfterMs: 1000 });
  });

  it("serves many jobs at once", async () => {
    const { jobs, shell, folder } = createPlace();
    const ran = await Promise.all(
      Array.from({ length: 24 }, () => jobs.start(shell(`setsid sh -c 'sleep 60; :' "$0" & exit 0`))),
    );
    await Promise.all(ran.map((job) => job.swept));
    expect(processesMentioning(folder)).toEqual([]);
  });
});
