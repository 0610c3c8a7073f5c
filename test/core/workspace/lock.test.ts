import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { acquireLead, readLead } from "../../../src/core/workspace/lock.ts";
import { temporaryFolder, write } from "./repository.ts";

const DETAILS = { project: "/p", run: "r1", socket: "control.sock" };
const identity = (pid: number) => ({ pid, start: pid * 10, boot: "b" });

test("the second lead learns who holds the lock, and gets it when the first one leaves", async () => {
  const folder = temporaryFolder();
  const first = await acquireLead(folder, identity(1), () => true, DETAILS);
  expect(first.kind).toBe("held");
  expect(await acquireLead(folder, identity(2), () => true, DETAILS)).toMatchObject({
    kind: "taken",
    by: { pid: 1, run: "r1" },
  });
  if (first.kind === "held") await first.release();
  expect(await readLead(folder)).toBeUndefined();
  expect((await acquireLead(folder, identity(2), () => true, DETAILS)).kind).toBe("held");
});

test("a lock of a dead lead, or a damaged one, is taken over, and its late release harms nobody", async () => {
  const folder = temporaryFolder();
  const dead = await acquireLead(folder, identity(1), () => true, DETAILS);
  expect((await acquireLead(folder, identity(2), ({ pid }) => pid !== 1, DETAILS)).kind).toBe("held");
  if (dead.kind === "held") await dead.release();
  expect(await readLead(folder)).toMatchObject({ pid: 2 });
  write(folder, { "storyboard/lock": "{ torn" });
  expect((await acquireLead(folder, identity(3), () => true, DETAILS)).kind).toBe("held");
  expect(readdirSync(join(folder, "storyboard"))).toEqual(["lock"]);
});

test("a taker that died in the middle of taking over does not block the next one", async () => {
  const folder = temporaryFolder();
  await acquireLead(folder, identity(1), () => true, DETAILS);
  const alive = ({ pid }: { pid: number }): boolean => pid === 3;
  // The right to replace: simulate that process 2 took it and died before it replaced the lock.
  const probe = await acquireLead(temporaryFolder(), identity(2), () => true, DETAILS);
  expect(probe.kind).toBe("held");
  const { createHash } = await import("node:crypto");
  const { readFileSync } = await import("node:fs");
  const content = readFileSync(join(folder, "storyboard/lock"));
  const right = `lock.${createHash("sha256").update(content).digest("hex").slice(0, 16)}`;
  write(folder, { [`storyboard/${right}`]: JSON.stringify({ ...identity(2), ...DETAILS }) });
  expect((await acquireLead(folder, identity(3), alive, DETAILS)).kind).toBe("held");
  expect(readdirSync(join(folder, "storyboard"))).toEqual(["lock"]);
});

const RACER = `
  const { acquireLead } = await import(process.argv[1]);
  const alive = ({ pid }) => { try { process.kill(pid, 0); return true } catch { return false } };
  process.stdin.once("data", async () => {
    const lock = await acquireLead(process.argv[2], { pid: process.pid, start: 1, boot: "b" }, alive, { project: "p", run: "r", socket: "s" });
    console.log(lock.kind);
  });
  console.log("ready");
`;

test("of eight processes that take over a dead lead's lock at once exactly one wins, every time", async () => {
  const module = join(import.meta.dirname, "../../../src/core/workspace/lock.ts");
  for (let round = 0; round < 2; round++) {
    const folder = temporaryFolder();
    // No process has this number: it is above the highest that Linux gives.
    await acquireLead(folder, identity(2 ** 22 + 1), () => true, DETAILS);
    const racers = Array.from({ length: 8 }, () =>
      spawn(process.execPath, ["--input-type=module", "-e", RACER, module, folder], {
        stdio: ["pipe", "pipe", "inherit"],
      }),
    );
    const outputs = racers.map((racer) => {
      const lines: string[] = [];
      const until = (count: number) =>
        new Promise<void>((done) => {
          const look = () => lines.length >= count && done();
          racer.stdout.on("data", look);
          look();
        });
      racer.stdout.on("data", (chunk: Buffer) => lines.push(...chunk.toString().trim().split("\n")));
      return { lines, until };
    });
    await Promise.all(outputs.map(({ until }) => until(1)));
    for (const racer of racers) racer.stdin.write("go\n");
    await Promise.all(outputs.map(({ until }) => until(2)));
    const kinds = outputs.map(({ lines }) => lines[1]).sort();
    // The winner is still alive (its stdin is open), so all others must have seen it.
    expect(kinds).toEqual(["held", ...Array.from({ length: 7 }, () => "taken")]);
    await Promise.all(
      racers.map((racer) => {
        const ended = new Promise((done) => racer.once("exit", done));
        racer.stdin.end();
        return ended;
      }),
    );
  }
});
