// Benchmarks of the screen, in a pseudo-terminal of 120x40 over a real run of 30 stories in which agents work.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pty from "@lydell/node-pty";
import { median, percentile } from "./statistics.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const program = join(root, "bin", "storyboard");
const STORIES = 30;
const SIZE = { cols: 120, rows: 40 };
/** Clock ticks of Linux in a second, in which /proc counts the time of a processor. */
const TICKS = 100;
const LIMIT_MS = 30_000;

/** An agent that prints numbered lines: so many a second for ever, or all of `total` as fast as it can. */
const PRINTER = `
const [perSecond, total] = process.argv.slice(2).map(Number);
let printed = 0;
const line = () => "line " + ++printed + " of an agent that has much to say about what it is doing right now\\n";
const lines = (count) => Array.from({ length: count }, line).join("");
if (total > 0) {
  const more = () => { while (printed < total) if (!process.stdout.write(lines(1000))) return process.stdout.once("drain", more); setInterval(() => {}, 1e6); };
  more();
} else {
  const step = 20;
  setInterval(() => process.stdout.write(lines((perSecond * step) / 1000)), step);
}`;

/** A project of 30 stories whose agents are the given command; `use` gets it with its lead, both are gone afterwards. */
const withRun = async (command, use) => {
  const base = mkdtempSync(join(tmpdir(), "storyboard-bench-"));
  const project = join(base, "project");
  mkdirSync(project);
  const env = { ...process.env, HOME: base, XDG_STATE_HOME: join(base, "state"), TERM: "xterm-256color" };
  writeFileSync(join(base, "printer.mjs"), PRINTER);
  const agents = { bench: { cli: "command", command: command(join(base, "printer.mjs")) } };
  const stories = Array.from({ length: STORIES }, (_, i) => ({ key: `t${i}`, depends_on: [], prompt: "bench" }));
  const configuration = {
    ...{ source: "storyboard", pipeline: "build", isolation: "shared", max_workers: 3, agents, stories },
    ...{
      dev_agent: "bench",
      review_agent: "bench",
      evidence: { profile: "none", criteria: "off", gates: [] },
      gates: {},
    },
    limits: { transcript_mb: 2000 },
  };
  writeFileSync(join(project, "storyboard.yaml"), JSON.stringify(configuration));
  const git = (...args) =>
    execFileSync("git", ["-c", "user.name=b", "-c", "user.email=b@localhost", ...args], { cwd: project, env });
  git("init", "-q", "-b", "main");
  git("add", "-A");
  git("commit", "-q", "-m", "bench");
  const lead = pty.spawn(program, ["run", "--fresh", "--headless"], { ...SIZE, cwd: project, env });
  lead.onData(() => {});
  const ended = new Promise((resolve) => lead.onExit(resolve));
  try {
    await until("three agents to work", () => statusOf(project, env)?.workers.busy === 3);
    await use({ project, env, lead: lead.pid });
  } finally {
    lead.kill("SIGINT");
    await Promise.race([ended, sleep(15_000)]);
    rmSync(base, { recursive: true, force: true, maxRetries: 5 });
  }
};

const statusOf = (project, env) => {
  try {
    return JSON.parse(
      execFileSync(program, ["status", "--json"], { cwd: project, env, stdio: ["ignore", "pipe", "ignore"] }),
    );
  } catch {
    return undefined;
  }
};

const until = async (what, holds) => {
  for (const deadline = performance.now() + LIMIT_MS; !holds(); await sleep(50)) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
  }
};

/** Opens the screen; `firstFrameMs` is when its last story row was there. */
const openScreen = async ({ project, env }) => {
  const started = performance.now();
  const terminal = pty.spawn(program, ["watch"], { ...SIZE, cwd: project, env });
  const listeners = new Set();
  const firstFrame = Promise.withResolvers();
  terminal.onData((text) => {
    // The rows that have room: the table shows those from the first story on.
    if (/ t1[0-9] /.test(text)) firstFrame.resolve(performance.now() - started);
    for (const listener of listeners) listener(text);
  });
  const ended = new Promise((resolve) => terminal.onExit(resolve));
  const late = sleep(LIMIT_MS, undefined, { ref: false }).then(() =>
    Promise.reject(new Error("there was no first frame")),
  );
  const firstFrameMs = await Promise.race([firstFrame.promise, late]);
  return {
    firstFrameMs,
    pid: terminal.pid,
    press: (key) => terminal.write(key),
    /** Milliseconds until a text that matches is written. */
    next: (pattern) =>
      new Promise((resolve) => {
        const asked = performance.now();
        const listener = (text) => {
          if (!pattern.test(text)) return;
          listeners.delete(listener);
          resolve(performance.now() - asked);
        };
        listeners.add(listener);
      }),
    close: async () => {
      terminal.write("q");
      await sleep(150);
      terminal.write("q");
      await Promise.race([ended, sleep(3_000).then(() => terminal.kill("SIGKILL"))]);
    },
  };
};

const processorMs = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS;
};

const memoryMb = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;

/** Shares of a core that processes use for some seconds, in percent. */
const usage = async (pids, seconds) => {
  const before = pids.map(processorMs);
  await sleep(seconds * 1000);
  return pids.map((pid, i) => (processorMs(pid) - before[i]) / seconds / 10);
};

/** First frames beside the start of a bare Node, taking turns. */
const frame = async (row) => {
  console.log(
    "\nFirst frame of the screen with its story rows, 120x40, 30 stories, silent agents (9 runs, taking turns)",
  );
  await withRun(
    () => ["sleep", "600"],
    async (run) => {
      const frames = [];
      const bare = [];
      for (let i = 0; i < 9; i++) {
        const screen = await openScreen(run);
        frames.push(screen.firstFrameMs);
        await screen.close();
        const started = performance.now();
        execFileSync(process.execPath, ["-e", "0"]);
        bare.push(performance.now() - started);
      }
      row("bare Node, ms", median(bare).toFixed(0));
      row("first frame, ms (median)", median(frames).toFixed(0), "goal: at most 240");
      row("first frame, ms (fastest)", Math.min(...frames).toFixed(0));
      row("median beside bare Node", (median(frames) / median(bare)).toFixed(1));
    },
  );
};

const idle = async (row) => {
  console.log("\nAn idle screen: silent agents, 30 stories, 15 s");
  await withRun(
    () => ["sleep", "600"],
    async (run) => {
      const screen = await openScreen(run);
      await sleep(3_000);
      const [screenShare, leadShare] = await usage([screen.pid, run.lead], 15);
      row("screen, % of a core", screenShare.toFixed(2), "goal: at most 2");
      row("lead, % of a core", leadShare.toFixed(2));
      row("screen, MB", memoryMb(screen.pid).toFixed(0), "goal: at most 160");
      row("lead, MB", memoryMb(run.lead).toFixed(0), "goal: at most 90");
      await screen.close();
    },
  );
};

const KEYS = 60;

const busy = async (row) => {
  console.log("\nA busy screen: three agents print 10,000 lines a second together, 10 s");
  await withRun(
    (printer) => [process.execPath, printer, "3334", "0"],
    async (run) => {
      const screen = await openScreen(run);
      await sleep(2_000);
      const [screenShare, leadShare] = await usage([screen.pid, run.lead], 10);
      const times = [];
      for (let i = 0; i < KEYS; i++) {
        // Not in step with the frames of the feed.
        await sleep(70 + ((i * 37) % 90));
        const drawn = screen.next(/▸/);
        screen.press(i % 2 === 0 ? "j" : "k");
        times.push(await drawn);
      }
      row("screen, % of a core", screenShare.toFixed(1), "goal: at most 15");
      row("lead, % of a core", leadShare.toFixed(1));
      row("key to frame, ms (median)", median(times).toFixed(0));
      row("key to frame, ms (95 %)", percentile(times, 0.95).toFixed(0), "goal: at most 65");
      await screen.close();
    },
  );
};

const flood = async (row) => {
  console.log("\nA million lines, as fast as one agent prints them");
  await withRun(
    (printer) => [process.execPath, printer, "0", "350000"],
    async (run) => {
      const screen = await openScreen(run);
      const seen = [];
      for (let i = 0; i < 12; i++) {
        await sleep(2_500);
        seen.push({ screen: memoryMb(screen.pid), lead: memoryMb(run.lead) });
      }
      const half = (name, from, to) => median(seen.slice(from, to).map((one) => one[name])).toFixed(0);
      row("screen, MB: first third, last third", `${half("screen", 0, 4)}, ${half("screen", 8, 12)}`, "goal: flat");
      row("lead, MB: first third, last third", `${half("lead", 0, 4)}, ${half("lead", 8, 12)}`, "goal: flat");
      await screen.close();
    },
  );
};

/** By name, each told how to print a row. */
export const screenBenchmarks = { frame, idle, busy, flood };
