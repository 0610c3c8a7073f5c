import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createStalledSafeOutput } from "../../../src/app/headless/safe-output.ts";

const FIXTURE = fileURLToPath(new URL("stalled-output.fixture.ts", import.meta.url));
/** A blocked event loop would never write its report; a slow machine may take long. */
const DEADLINE_MS = 20_000;

interface Report {
  readonly worstMs: number;
  readonly isFlushed: boolean;
  readonly isEnded: boolean;
  readonly flushMs: number;
}

let folder = "";
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "storyboard-output-"));
});

afterEach(() => {
  for (const child of children.splice(0)) {
    try {
      process.kill(-(child.pid ?? 0), "SIGKILL");
    } catch {
      // It has ended already.
    }
  }
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a shell line in a process group of its own, with `$NODE`, `$FIXTURE` and `$REPORT`. */
const start = (line: string, stdout: "pipe" | "ignore" | number): ChildProcess => {
  const child = spawn("sh", ["-c", line], {
    detached: true,
    stdio: ["ignore", stdout, "ignore"],
    env: { ...process.env, NODE: process.execPath, FIXTURE, REPORT: join(folder, "report"), NODE_NO_WARNINGS: "1" },
  });
  children.push(child);
  return child;
};

const report = async (): Promise<Report> => {
  const file = join(folder, "report");
  const deadline = Date.now() + DEADLINE_MS;
  while (!existsSync(file) || statSync(file).size === 0) {
    if (Date.now() > deadline) throw new Error("no report: the event loop is blocked");
    await wait(20);
  }
  return JSON.parse(readFileSync(file, "utf8"));
};

const RUN = 'exec "$NODE" "$FIXTURE" "$REPORT"';

test("a pipe that nobody reads blocks nothing, and the flush ends at its deadline", async () => {
  start(`(${RUN} 60000 300) | sleep 60`, "ignore");
  const said = await report();
  expect(said).toMatchObject({ isFlushed: false, isEnded: false });
  expect(said.flushMs).toBeGreaterThanOrEqual(290);
});

test("a socket that nobody reads blocks nothing", async () => {
  start(`${RUN} 60000 300`, "pipe").stdout?.pause();
  expect(await report()).toMatchObject({ isFlushed: false, isEnded: false });
});

test.skipIf(process.platform !== "linux" || spawnSync("script", ["--version"]).status !== 0)(
  "a terminal that nobody reads blocks nothing",
  async () => {
    // `script` copies its terminal to a pipe that is never read, and soon stops reading the terminal itself.
    start(`script -qec '"$NODE" "$FIXTURE" "$REPORT" 60000 300' /dev/null | sleep 60`, "ignore");
    expect(await report()).toMatchObject({ isFlushed: false, isEnded: false });
  },
);

test("a terminal that is read gets everything, whole", async () => {
  if (process.platform !== "linux" || spawnSync("script", ["--version"]).status !== 0) return;
  start(`script -qec '"$NODE" "$FIXTURE" "$REPORT" 3000 10000' /dev/null | cat > "$REPORT.out"`, "ignore");
  expect(await report()).toMatchObject({ isFlushed: true, isEnded: false });
  await expect
    .poll(() => readFileSync(join(folder, "report.out"), "utf8").split("\r\n").length, { timeout: DEADLINE_MS })
    .toBe(3002);
});

test("a reader that has gone ends the output alone", async () => {
  start(`("$NODE" "$FIXTURE" "$REPORT" 60000 5000; echo $? > "$REPORT.status") | true`, "ignore");
  expect(await report()).toMatchObject({ isFlushed: false, isEnded: true });
  const status = join(folder, "report.status");
  const read = (): string => (existsSync(status) ? readFileSync(status, "utf8") : "");
  await expect.poll(read, { timeout: DEADLINE_MS }).toBe("7\n");
});

test("a slow reader gets what fits, a mark for what was skipped, and always the summary", async () => {
  start(
    `(${RUN} 100000 20000) | (while [ ! -e "$REPORT.written" ]; do sleep 0.05; done; cat > "$REPORT.out")`,
    "ignore",
  );
  expect(await report()).toMatchObject({ isFlushed: true });
  const file = join(folder, "report.out");
  await expect.poll(() => readFileSync(file, "utf8").endsWith("the summary\n"), { timeout: DEADLINE_MS }).toBe(true);
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  const skipped = lines.flatMap((line) => /^… (\d+) lines skipped/.exec(line)?.[1] ?? []).map(Number);
  const marks = skipped.length;
  expect(marks).toBeGreaterThan(0);
  expect(lines.length - 1 - marks + skipped.reduce((sum, count) => sum + count, 0)).toBe(100_000);
});

test("a file gets every line", async () => {
  const file = join(folder, "out");
  start(`${RUN} 20000 5000`, openSync(file, "w"));
  expect(await report()).toMatchObject({ isFlushed: true, isEnded: false });
  const lines = readFileSync(file, "utf8").split("\n");
  expect(lines).toHaveLength(20_002);
  expect(lines[20_000]).toBe("the summary");
});

test("when nobody reads, feed is given up before events, and a summary never", async () => {
  let release: (() => void) | undefined;
  let written = "";
  const stream = {
    write: (text: string, done: () => void) => {
      written += text;
      release = done;
      return true;
    },
    on: () => {},
  };
  const output = createStalledSafeOutput(stream, { charactersMax: 1000 });
  output.write("first\n", "event");
  for (let index = 0; index < 50; index++) output.write(`${"f".repeat(49)}\n`, "feed");
  for (let index = 0; index < 10; index++) output.write(`event ${index} ${"e".repeat(41)}\n`, "event");
  output.write("summary\n", "summary");
  const flushed = output.flush(5_000);
  release?.();
  release?.();
  expect(await flushed).toBe(true);
  expect(written).toMatch(/^first\n… \d+ lines skipped: nobody was reading\n/);
  expect(written.match(/^event/gm)).toHaveLength(10);
  expect(written.endsWith("summary\n")).toBe(true);
});
