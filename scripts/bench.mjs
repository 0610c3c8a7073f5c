// Benchmarks, to be read as ratios within one run: machines differ and are noisy.
//   npm run bench                 everything
//   npm run bench -- step start   some of it: step, order, start, memory, resume, evidence,
//                                 narrative, frame, idle, busy, flood, harness
// `harness` runs the tables that put the program beside floors and peers, where that harness is found
// (STORYBOARD_BENCH, default ../shared/bench seen from the checkout).
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { median } from "./statistics.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const program = join(root, "bin", "storyboard");
const harness = process.env.STORYBOARD_BENCH ?? join(root, "..", "shared", "bench");
const [major] = process.versions.node.split(".").map(Number);

if (major < 22) {
  const node = join(root, "node_modules", ".bin", "node");
  process.exit(
    spawnSync(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" }).status ?? 1,
  );
}

const row = (name, value, goal = "") => console.log(`  ${name.padEnd(52)} ${String(value).padStart(12)}   ${goal}`);

/** A scheduler's step at 10,000 stories beside one at 100. */
const step = async () => {
  console.log("\nA step of the scheduler (no effects performed, 4 workers, every story waits for up to two others)");
  const { initialState } = await import("../src/core/scheduler/state.ts");
  const { step: decide } = await import("../src/core/scheduler/step.ts");
  const { PIPELINES } = await import("../src/core/model/pipelines.ts");
  const agent = { profile: "a", provider: "p", escalate: [] };
  const policy = {
    pipeline: PIPELINES.build,
    maxWorkers: 4,
    attemptsMax: 3,
    breakerMax: 3,
    agents: { builder: agent, reviewer: agent },
    blocking: "high",
    reviewsMax: 3,
    evidence: false,
    workspace: false,
    landing: false,
    keepsStatus: false,
    finalStatus: "done",
    baseline: "skip",
    finish: false,
    inBacklogOrder: false,
    storyTurnsMax: 20,
    storyTokensMax: null,
    storyUsdMax: null,
    runTokensMax: null,
    runUsdMax: null,
    inbox: "wait",
    resources: {},
  };
  const usage = { inputTokens: null, outputTokens: null, cachedTokens: null, usd: null };
  const result = {
    kind: "turn",
    result: { end: { kind: "finished" }, usage, reportsUsage: false, durationMs: 1, lastLines: [] },
  };
  const stories = (count) =>
    Array.from({ length: count }, (_, i) => ({
      key: `s${i}`,
      title: `Story ${i}`,
      status: "ready-for-dev",
      rawStatus: "ready-for-dev",
      dependsOn: [...new Set([i - 7, i - 11])]
        .filter((other) => other >= 0)
        .map((other) => ({ key: `s${other}`, source: { kind: "declared", where: "" } })),
      touches: [],
      needs: [],
      acceptanceCriteria: [],
      tasks: [],
    }));
  const measure = (count, stepsMax) => {
    const state = initialState(policy, stories(count));
    let seq = 1;
    const give = (fact) => {
      seq += decide(state, { fact, atMs: 0, luck: 0 }, seq).length;
    };
    give({ type: "started" });
    const started = performance.now();
    let steps = 0;
    while (state.phase !== "ended" && steps < stepsMax) {
      const [effect] = state.effects.values();
      give({ type: "effect-ended", effect: effect.id, result });
      steps++;
    }
    return ((performance.now() - started) / steps) * 1000;
  };
  measure(2000, 2000);
  const small = median(Array.from({ length: 40 }, () => measure(100, 100)));
  const large = median(Array.from({ length: 5 }, () => measure(10_000, 10_000)));
  row("100 stories, µs a step", small.toFixed(1));
  row("10,000 stories, µs a step", large.toFixed(1));
  row("ratio", (large / small).toFixed(2), "goal: at most 3");
};

/** Ordering a backlog of 10,000 stories. */
const order = async () => {
  console.log("\nOrdering 10,000 stories (10 an epic, each waits for the one before it)");
  const { orderBacklog } = await import("../src/core/backlog/order.ts");
  const stories = Array.from({ length: 10_000 }, (_, i) => ({
    key: `s${i}`,
    title: "s",
    epic: String(Math.floor(i / 10)),
    status: "ready-for-dev",
    rawStatus: "ready-for-dev",
    dependsOn: i % 10 === 0 ? [] : [{ key: `s${i - 1}`, source: { kind: "declared", where: "" } }],
    touches: [],
    needs: [],
    acceptanceCriteria: [],
    tasks: [],
  }));
  const times = [1, 2, 3].map(() => {
    const started = performance.now();
    orderBacklog(stories, "auto");
    return performance.now() - started;
  });
  row("order, ms", median(times).toFixed(0));
};

const project = (count, folder) => {
  mkdirSync(folder, { recursive: true });
  const stories = Array.from({ length: count }, (_, i) => ({ key: `t${i}`, depends_on: [], prompt: "bench" }));
  const agents = { bench: { cli: "command", command: ["/bin/true"] } };
  const configuration = {
    source: "storyboard",
    pipeline: "build",
    isolation: "shared",
    max_workers: 4,
    agents,
    dev_agent: "bench",
    review_agent: "bench",
    evidence: { profile: "none", criteria: "off", gates: [] },
    gates: {},
    stories,
  };
  writeFileSync(join(folder, "storyboard.yaml"), JSON.stringify(configuration));
  const git = (...args) =>
    execFileSync("git", ["-c", "user.name=b", "-c", "user.email=b@localhost", ...args], { cwd: folder });
  git("init", "-q", "-b", "main");
  git("add", "-A");
  git("commit", "-q", "-m", "bench");
  return folder;
};

const timed = (file, args, cwd) => {
  const started = performance.now();
  const { status } = spawnSync(file, args, { cwd, stdio: "ignore" });
  if (status !== 0) throw new Error(`${file} ${args.join(" ")} ended with ${status}`);
  return performance.now() - started;
};

const withProject = (count, work) => {
  const base = mkdtempSync(join(tmpdir(), "storyboard-bench-"));
  try {
    return work(project(count, join(base, "project")));
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
};

const RUN = ["run", "--fresh", "--headless", "--json"];

/** From the command to the end of a run with one story that does nothing. */
const start = () => {
  console.log("\nStart-up (medians of 9, taking turns)");
  withProject(1, (folder) => {
    const bare = [];
    const help = [];
    const one = [];
    const plan = [];
    for (let i = 0; i < 9; i++) {
      bare.push(timed(process.execPath, ["-e", "0"], folder));
      help.push(timed(program, ["--help"], folder));
      one.push(timed(program, RUN, folder));
      plan.push(timed(program, ["plan", "--json"], folder));
    }
    const floor = median(bare);
    row("bare Node, ms", floor.toFixed(0));
    row("--help, ms", median(help).toFixed(0));
    row("plan --json, one story, ms", median(plan).toFixed(0));
    row("run, one story, ms", median(one).toFixed(0), "goal: at most 180, or 3 times the Node of the system");
  });
};

/** Peak memory of the lead. */
const memory = () => {
  console.log("\nPeak memory of the lead (largest process, MB)");
  for (const count of [1, 1000]) {
    withProject(count, (folder) => {
      const { stderr, error } = spawnSync("/usr/bin/time", ["-f", "%M", program, ...RUN], {
        cwd: folder,
        encoding: "utf8",
      });
      if (error) return row("needs the program /usr/bin/time", "-");
      row(
        `${count} stories`,
        (Number(stderr.trim().split("\n").at(-1)) / 1024).toFixed(0),
        count > 1 ? "goal: at most 120" : "",
      );
    });
  }
};

/** What a resumed run of 1000 stories costs before it goes on. */
const resume = () => {
  console.log("\nResume (a run of 1000 stories that has ended: folding its journal and printing its summary)");
  withProject(1000, (folder) => {
    timed(program, RUN, folder);
    row(
      "run --resume, ms",
      median([1, 2, 3].map(() => timed(program, ["run", "--resume", "--headless"], folder))).toFixed(0),
    );
  });
};

const tables = () => {
  if (!existsSync(join(harness, "dispatch.py")))
    return console.log(`\nNo harness at ${harness}: its tables are left out.`);
  const env = { ...process.env, STORYBOARD: program };
  const run = (script, ...args) => {
    console.log(`\n${script} ${args.join(" ")}`);
    spawnSync("python3", [join(harness, script), ...args], { stdio: "inherit", env, cwd: harness });
  };
  run("dispatch.py", "-n", "200,1000", "-w", "4", "--only", "make,floor,storyboard", "-r", "3");
  run("makespan.py", "-n", "60", "-w", "3,6", "--only", "floor,storyboard");
  run("landing.py", "-n", "12", "-w", "3");
};

const { screenBenchmarks } = await import("./bench-screen.mjs");
const { evidenceBenchmarks } = await import("./bench-evidence.mjs");
const others = { ...evidenceBenchmarks, ...screenBenchmarks };
const withRow = Object.fromEntries(Object.entries(others).map(([name, work]) => [name, () => work(row)]));
const all = { step, order, start, memory, resume, ...withRow, harness: tables };
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(all, name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(", ")}. There are: ${Object.keys(all).join(", ")}.`);
  process.exit(2);
}
for (const [name, work] of Object.entries(all)) if (wanted.length === 0 || wanted.includes(name)) await work();
