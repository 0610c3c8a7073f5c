import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { listenForExitWords } from "../../../src/app/headless/exit-words.ts";

const FIXTURE = fileURLToPath(new URL("exit-words.fixture.ts", import.meta.url));

/** Runs the fixture, which prints each exit word and ends by itself after a while without one; resolves to its output. */
const run = (stdin: "pipe" | "ignore" | number, say?: (input: NodeJS.WritableStream) => void): Promise<string> => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const child = spawn(process.execPath, [FIXTURE], { stdio: [stdin, "pipe", "inherit"] });
  let said = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  child.on("close", (code) => resolve(`${said}exit ${code}`));
  if (child.stdin !== null) say?.(child.stdin);
  return promise;
};

test.each(["stop", "quit", "*exit", "end team", "  QUIT  "])("%s on a piped stdin ends the run", async (word) => {
  expect(await run("pipe", (input) => input.write(`hello\nstopping\n${word}\n`))).toBe(
    `word ${word.trim().toLowerCase()}\nexit 0`,
  );
});

test("the end of stdin means nothing, and listening keeps no process alive", async () => {
  const runs = [run("pipe", (input) => input.end()), run("pipe")];
  expect(await Promise.all(runs)).toEqual(["ended\nexit 0", "ended\nexit 0"]);
});

test("/dev/null and a file are not read", async () => {
  const folder = mkdtempSync(join(tmpdir(), "storyboard-words-"));
  writeFileSync(join(folder, "in"), "stop\n");
  const file = openSync(join(folder, "in"), "r");
  expect(await Promise.all([run("ignore"), run(file)])).toEqual(["ended\nexit 0", "ended\nexit 0"]);
  closeSync(file);
  rmSync(folder, { recursive: true });
});

test("a word may come in pieces; a word within a line and an endless line are no exit words", async () => {
  const words: string[] = [];
  const input = new PassThrough();
  // A descriptor that surely is a pipe: the parent's end of a child's stdout.
  const child = spawn("cat", { stdio: ["pipe", "ignore", "ignore"] });
  const fd = (child.stdin as unknown as { _handle: { fd: number } })._handle.fd;
  const stop = listenForExitWords(
    () => input,
    (word) => words.push(word),
    fd,
  );
  for (const piece of ["st", "op\r\nplease stop\nq", "uit\n", "x".repeat(100_000), "\nstop"]) input.write(piece);
  await new Promise((resolve) => setImmediate(resolve));
  expect(words).toEqual(["stop", "quit"]);
  stop();
  input.write("\n");
  await new Promise((resolve) => setImmediate(resolve));
  expect(words).toEqual(["stop", "quit"]);
  child.kill();
});
