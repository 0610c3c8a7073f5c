// What storyboard itself costs beside the gates: evidence of one story in a real repository of 10,000 files, and a worker's
// narrative log that is read as it grows. Git and the files are real; the gates are none.
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { median } from "./statistics.mjs";

const FILES = 10_000;
const REPEATS = 40;
/** Clock ticks of Linux in a second, in which /proc counts the time of a processor. */
const TICKS = 100;
const FOLDER = "_bmad-output/implementation-artifacts";
const KEY = "1-1-story";

/** `pantheon` is the size of a project that has long been worked on with it. */
const CASES = [
  { name: "profile story-file", criteria: "warn", keys: 1, tasks: 20, names: 0 },
  { name: "the same, 200 tasks, criteria off", criteria: "off", keys: 1, tasks: 200, names: 0 },
  {
    name: "worker, pantheon: 200 tasks, 200 findings",
    criteria: "warn",
    keys: 1,
    tasks: 200,
    names: 0,
    isWorker: true,
  },
  { name: "the same, 2,000 keys", criteria: "warn", keys: 2_000, tasks: 200, names: 0, isWorker: true },
  {
    name: "the same, 14,000 other artifacts besides",
    criteria: "warn",
    keys: 2_000,
    tasks: 200,
    names: 14_000,
    isWorker: true,
  },
];

const list = (count, one) => Array.from({ length: count }, (_, i) => one(i));

const storyText = (key, tasks, tick = " ") =>
  `# Story 1.1: ${key}\n\nStatus: ready-for-dev\n\n## Story\nAs a user, I want ${key}.\n\n## Acceptance Criteria\n${list(10, (i) => `${i + 1}. It holds ${i}.`).join("\n")}\n\n## Tasks / Subtasks\n${list(tasks, (i) => `- [${tick}] Task ${i + 1}: write what is asked for (AC: 1)`).join("\n")}\n\n## Dev Agent Record\n### File List\n`;

/** What a worker leaves about a story, by name. */
const artifacts = (tasks) => ({
  "1-1-progress.json": { story_key: "1-1", current_phase: "COMPLETE", status: "SUCCESS", metrics: {} },
  "1-1-metis.json": {
    agent: "metis",
    status: "SUCCESS",
    files_created: ["src/d1/new.ts"],
    tasks_addressed: list(tasks, (i) => ({
      task: `Task ${i + 1}`,
      evidence: `src/d${i % 100}/f${i % 100}.ts:3 — it is there`,
      action: "implemented",
    })),
  },
  "1-1-review.json": {
    agent: "multi-reviewer",
    verdict: "PASS",
    issues: list(200, (i) => ({
      severity: "LOW",
      file: `src/d${i % 100}/f1.ts`,
      line: 3,
      description: `Finding ${i}`,
    })),
  },
  "1-1-themis.json": { triage: list(200, (i) => ({ issue: `Finding ${i}`, classification: "SHOULD_FIX" })) },
  "1-1-reconciler.json": { tasks_total: tasks, tasks_checked: tasks, completion_pct: 100, dev_record_filled: true },
});

const writeAll = (base, files) => {
  const folders = new Set();
  for (const [path, text] of Object.entries(files)) {
    const file = join(base, path);
    if (!folders.has(dirname(file))) mkdirSync(dirname(file), { recursive: true });
    folders.add(dirname(file));
    writeFileSync(file, text);
  }
};

const gitIn = (cwd) => {
  const settings = ["-c", "user.name=b", "-c", "user.email=b@localhost", "-c", "gc.auto=0"];
  return (...args) => execFileSync("git", [...settings, ...args], { cwd, stdio: "ignore", maxBuffer: 1e9 });
};

const configurationOf = ({ criteria, isWorker }) => ({
  source: "bmad",
  pipeline: isWorker ? "worker" : "dev-review",
  agents: { builder: { cli: "command", command: ["/bin/true"] } },
  evidence: { profile: isWorker ? "pantheon" : "story-file", criteria, gates: [] },
  gates: { commands: {} },
});

const writeProject = (project, one) => {
  const keys = [KEY, ...list(one.keys - 1, (i) => `${2 + Math.floor(i / 20)}-${1 + (i % 20)}-other-${i}`)];
  const statuses = keys.map((key) => `  ${key}: ready-for-dev`).join("\n");
  const files = Object.fromEntries([
    ...list(FILES, (i) => [`src/d${i % 100}/f${Math.floor(i / 100)}.ts`, `// ${i}\nexport const a = ${i};\n// end\n`]),
    ...keys.map((key) => [`${FOLDER}/${key}.md`, storyText(key, key === KEY ? one.tasks : 1)]),
    ...list(one.names, (i) => [
      `${FOLDER}/completions/${2 + Math.floor(i / 200)}-${1 + Math.floor((i % 200) / 10)}-n${i % 10}.json`,
      "{}",
    ]),
  ]);
  files[`${FOLDER}/sprint-status.yaml`] = `project: b\nstory_location: "${FOLDER}"\ndevelopment_status:\n${statuses}\n`;
  files["storyboard.yaml"] = JSON.stringify(configurationOf(one));
  writeAll(project, files);
  const git = gitIn(project);
  git("init", "-q", "-b", "main");
  git("config", "user.name", "b");
  git("config", "user.email", "b@localhost");
  git("add", "-A");
  git("commit", "-q", "-m", "bench");
};

/** Does the story's work in its worktree, as a good agent would. */
const work = (place, one) => {
  const left = one.isWorker
    ? Object.entries(artifacts(one.tasks)).map(([name, value]) => [
        `${FOLDER}/completions/${name}`,
        JSON.stringify(value),
      ])
    : [];
  const made = list(20, (i) => [
    `src/d${i}/new.ts`,
    list(100, (line) => `export const n${line} = ${line};`).join("\n"),
  ]);
  writeAll(place, Object.fromEntries([...made, ...left]));
  writeFileSync(join(place, FOLDER, `${KEY}.md`), storyText(KEY, one.tasks, "x"));
  const git = gitIn(place);
  git("add", "-A");
  git("commit", "-q", "-m", "feat(1-1): the work");
};

/** A run of a project with its first story's worktree, opened as a lead opens it. */
const openRun = async (project, state) => {
  process.env.XDG_STATE_HOME = state;
  const { openRepository } = await import("../src/core/workspace/inspect-repository.ts");
  const { newRun } = await import("../src/app/commands/new-run.ts");
  const { foldRun, runDirectory } = await import("../src/app/lead/runs.ts");
  const { openWorld, leaveWorld } = await import("../src/app/lead/open-world.ts");
  const { ownPackage } = await import("../src/app/own-package.ts");
  const repository = await openRepository(project);
  const { kind, file, message } = await newRun({}, repository);
  if (kind !== "run") throw new Error(message);
  const stored = { file, directory: runDirectory(repository.project, file.run) };
  mkdirSync(join(stored.directory, "jobs"), { recursive: true });
  const world = await openWorld({
    stored,
    state: foldRun(stored, []),
    repository,
    own: ownPackage(),
    environment: process.env,
    isResumed: false,
    feed: () => {},
  });
  return { world, leave: () => leaveWorld(world) };
};

/** Milliseconds of a processor that this process and its ended children have used. */
const processorMs = () => {
  const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1].split(" ");
  return (fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) * 1000) / TICKS;
};

/** In a process of its own, as small as a lead: the larger one is, the longer it takes to start git. */
const measure = async (one, base) => {
  const { performPrepare } = await import("../src/core/engine/performers/perform-workspace.ts");
  const { performEvidence } = await import("../src/core/engine/performers/perform-evidence.ts");
  const { signal } = new AbortController();
  const { world, leave } = await openRun(join(base, "project"), join(base, "state"));
  const { baseline } = await performPrepare(world, { kind: "prepare-workspace", id: "0", story: KEY }, signal);
  const place = await world.places.get(KEY);
  work(place.path, one);
  const phase = one.isWorker ? "WORK" : "BUILD";
  const effect = { kind: "check-evidence", id: "1", story: KEY, phase, purpose: "phase", baseline };
  // Git reads files again that are as young as its index, which those of a story of minutes are not.
  await sleep(1_500);
  execFileSync("git", ["status"], { cwd: place.path, stdio: "ignore" });
  const times = [];
  const statuses = [];
  let processor = 0;
  for (let i = 0; i < REPEATS; i++) {
    const [started, used] = [performance.now(), processorMs()];
    const { ok, missing } = await performEvidence(world, effect, [], signal);
    times.push(performance.now() - started);
    processor += processorMs() - used;
    if (!ok) throw new Error(`${one.name}: ${missing.join("; ")}`);
    const asked = performance.now();
    execFileSync("git", ["--no-optional-locks", "status", "--porcelain=v2"], { cwd: place.path, stdio: "ignore" });
    statuses.push(performance.now() - asked);
  }
  await leave();
  return { times, statuses, processorMs: processor / REPEATS };
};

const evidence = async (row) => {
  console.log(`\nEvidence and reconciliation of one story without gates, ${FILES} files (${REPEATS} times)`);
  for (const [index, one] of CASES.entries()) {
    const base = mkdtempSync(join(tmpdir(), "storyboard-bench-"));
    try {
      writeProject(join(base, "project"), one);
      const self = fileURLToPath(import.meta.url);
      const printed = execFileSync(process.execPath, [self, String(index), base], { encoding: "utf8" });
      const { times, statuses, processorMs } = JSON.parse(printed);
      const best = `${median(times).toFixed(0)} (${Math.min(...times).toFixed(0)})`;
      row(`${one.name}, ms (fastest)`, best, "goal: at most 50");
      row("  beside one git status there", (median(times) / median(statuses)).toFixed(1));
      row("  time of processors, ms", processorMs.toFixed(0));
    } finally {
      rmSync(base, { recursive: true, force: true, maxRetries: 5 });
    }
  }
};

/** Appends of one line to a log of a size, each read at once; and looks at a log that does not grow. */
const narrative = async (row) => {
  console.log("\nA narrative log as it grows: one line is appended and read (medians of 500)");
  const { tailText } = await import("../src/core/jobs/text-tail.ts");
  const { createNarrative } = await import("../src/core/evidence/pantheon/narrative.ts");
  const base = mkdtempSync(join(tmpdir(), "storyboard-bench-"));
  const line = "[2026-01-01T10:00:00Z] BUILD — wrote src/a.ts and what belongs to it\n";
  const file = join(base, "1-1-narrative.log");
  const seen = [];
  for (const bytes of [1_000, 1_000_000, 50_000_000]) {
    writeFileSync(file, line.repeat(Math.ceil(bytes / line.length)));
    const tail = tailText(file);
    const log = createNarrative();
    for (let more = true; more; ) {
      const piece = tail.poll();
      log.push(piece.text);
      more = piece.hasMore;
    }
    const times = list(500, () => {
      appendFileSync(file, line);
      const started = performance.now();
      log.push(tail.poll().text);
      return (performance.now() - started) * 1000;
    });
    const idle = list(500, () => {
      const started = performance.now();
      tail.poll();
      return (performance.now() - started) * 1000;
    });
    seen.push(median(times));
    row(`${bytes / 1000} KB: an append, an idle look, µs`, `${median(times).toFixed(0)}, ${median(idle).toFixed(0)}`);
  }
  row("50 MB beside 1 KB", (seen[2] / seen[0]).toFixed(2), "goal: at most 1.5");
  rmSync(base, { recursive: true, force: true });
};

/** By name, each told how to print a row. */
export const evidenceBenchmarks = { evidence, narrative };

const [, started, index, base] = process.argv;
if (started === fileURLToPath(import.meta.url)) console.log(JSON.stringify(await measure(CASES[Number(index)], base)));
