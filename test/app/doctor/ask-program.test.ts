import { chmodSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { askProgram } from "../../../src/app/doctor/ask-program.ts";
import { identityOf } from "../../../src/core/jobs/process-identity.ts";

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "storyboard-ask-test-")));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ask = (script: string, limitMs = 5_000, args: readonly string[] = []) => {
  const program = join(folder, "program");
  writeFileSync(program, `#!/bin/sh\n${script}\n`);
  chmodSync(program, 0o755);
  return askProgram({ program, args, cwd: folder, env: { PATH: "/usr/bin:/bin" }, limitMs });
};

/** Whether one of the processes that the script wrote into the file `pids` is alive. */
const isOneAlive = (): boolean =>
  readFileSync(join(folder, "pids"), "utf8")
    .trim()
    .split("\n")
    .some((pid) => identityOf(Number(pid)) !== undefined);

test("what a program prints, how it ends, its arguments and its folder", async () => {
  const answer = await ask('echo "out $*"; pwd; echo err >&2; exit 3', 5_000, ["--version", "a b"]);
  expect(answer).toEqual({ status: 3, stdout: `out --version a b\n${folder}\n`, stderr: "err\n" });
});

test("it has a temporary folder of its own, which goes with what was left there", async () => {
  const { stdout } = await ask('touch "$TMPDIR/left"; echo "$TMPDIR"');
  expect(stdout).toMatch(/\/storyboard-ask-/);
  expect(existsSync(stdout.trim())).toBe(false);
});

test("one that hangs is killed with its children when the limit is over", async () => {
  const before = Date.now();
  const answer = await ask("trap '' TERM INT HUP; echo begun; sleep 60 & echo $! $$ | tr ' ' '\\n' > pids; wait", 300);
  expect(answer).toEqual({ status: null, stdout: "begun\n", stderr: "" });
  expect(Date.now() - before).toBeLessThan(3_000);
  await expect.poll(isOneAlive).toBe(false);
});

test("one that waits for words on stdin or at a terminal gets none", async () => {
  expect(await ask("read -r words; echo read:$words")).toMatchObject({ stdout: "read:\n" });
  const atTerminal = await ask("read -r words < /dev/tty && echo answered");
  expect(atTerminal.stdout).toBe("");
  expect(atTerminal.status).not.toBeNull();
});

test("one that prints without end is killed, and a bounded beginning is kept", async () => {
  const before = Date.now();
  const { status, stdout } = await ask("exec yes");
  expect(status).toBeNull();
  expect(stdout).toHaveLength(65_536);
  expect(Date.now() - before).toBeLessThan(4_000);
});

test("a child that goes on holding the output is not waited for, and is killed", async () => {
  const before = Date.now();
  expect(await ask("sleep 60 & echo $! > pids; echo done")).toMatchObject({ status: 0, stdout: "done\n" });
  expect(Date.now() - before).toBeLessThan(3_000);
  await expect.poll(isOneAlive).toBe(false);
});

test("bytes that are no text, a program that is none and an environment that cannot be are no error", async () => {
  expect((await ask("printf '\\377\\376\\000'")).stdout).toContain("\uFFFD");
  const question = { args: [], cwd: folder, env: { PATH: "/usr/bin" }, limitMs: 1_000 };
  const none = { status: null, stdout: "", stderr: "" };
  expect(await askProgram({ ...question, program: join(folder, "missing") })).toEqual(none);
  expect(await askProgram({ ...question, program: "/bin/true", env: { BAD: "a\0b" } })).toEqual(none);
  expect(await askProgram({ ...question, program: "/bin/true", cwd: join(folder, "gone") })).toEqual(none);
});
