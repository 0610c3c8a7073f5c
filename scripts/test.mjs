// Everything that must hold, in one command: format and lint, types, dead code, the build, and all tests.
// Ends with a line "N passed, N failed"; each of the checks before the tests counts as one.
// The real agent programs are tested, too, in CI and where they were fetched before.
// --kill runs the long kill test instead, --agents the tests of the real agent programs alone, which it fetches.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const bin = (name) => join(root, "node_modules", ".bin", name);
const AGENT_PROGRAMS = "scripts/agent-programs.mjs";
const [major] = process.versions.node.split(".").map(Number);
const isKillTest = process.argv.includes("--kill");
const isAgentsTest = process.argv.includes("--agents");
const isEverything = !isKillTest && !isAgentsTest;
let passed = 0;
let failed = 0;
let skipped = 0;

/** With the checkout's own Node first on the PATH. */
const options = (more = {}) => ({
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, PATH: `${join(root, "node_modules", ".bin")}:${process.env.PATH}`, ...more },
});

/** Runs a program of the checkout. */
const run = (program, args, more = {}) => {
  const { status, error } = spawnSync(program, args, options(more));
  if (error) console.error(error.message);
  return status === 0;
};

const check = (name, program, args) => {
  console.log(`\n== ${name}`);
  if (run(program, args)) passed++;
  else failed++;
};

if (major < 20) {
  console.error(`npm test needs Node 20 or newer to start; this is ${process.versions.node}.`);
  process.exit(2);
}
// Fetched while the checks run, which need no quiet machine.
const fetching = isEverything && process.env.CI ? spawn("node", [AGENT_PROGRAMS, "--fetch"], options()) : undefined;
const fetched = fetching === undefined ? undefined : once(fetching, "close");
if (isEverything) {
  check("format and lint", bin("biome"), ["ci", "--error-on-warnings", "."]);
  check("types", bin("tsc"), []);
  check("dead code", bin("knip"), []);
}
check("build", "node", ["scripts/build.mjs"]);
if (isEverything) runTests("tests", ["--project", "ordinary"]);
if (isKillTest) {
  const moments = process.env.STORYBOARD_KILL_MOMENTS ?? "40";
  runTests("kill test", ["--project", "ordinary", "test/real/kill"], { STORYBOARD_KILL_MOMENTS: moments });
}
await fetched;
if (isAgentsTest || (isEverything && (process.env.CI || run("node", [AGENT_PROGRAMS])))) {
  runTests("tests of the real agent programs", ["--project", "agents"]);
}
if (skipped > 0 && process.env.CI) {
  console.error(`${skipped} tests were skipped, and in CI none may be.`);
  failed++;
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

/** Runs a part of the tests, and adds what passed and failed. */
function runTests(name, args, more = {}) {
  console.log(`\n== ${name}`);
  const reports = mkdtempSync(join(tmpdir(), "storyboard-report-"));
  const report = join(reports, "report.json");
  const failedBefore = failed;
  const reporting = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const ok = run(bin("vitest"), ["run", ...args, ...reporting], more);
  try {
    const result = JSON.parse(readFileSync(report, "utf8"));
    passed += result.numPassedTests;
    failed += result.numFailedTests + result.numFailedTestSuites - suitesWithFailedTests(result);
    skipped += result.numPendingTests + (result.numTodoTests ?? 0);
  } catch {
    failed++;
  }
  rmSync(reports, { recursive: true, force: true });
  if (!ok && failed === failedBefore) failed++;
}

/** A file that could not even be loaded has no failed test of its own. */
function suitesWithFailedTests({ testResults }) {
  const files = testResults.filter(({ assertionResults }) =>
    assertionResults.some(({ status }) => status === "failed"),
  );
  return Math.min(files.length + describesWithFailures(testResults), Number.MAX_SAFE_INTEGER);
}

function describesWithFailures(testResults) {
  const names = new Set();
  for (const { name, assertionResults } of testResults) {
    for (const { status, ancestorTitles } of assertionResults) {
      if (status !== "failed") continue;
      for (let i = 1; i <= ancestorTitles.length; i++) names.add(`${name} ${ancestorTitles.slice(0, i).join(" > ")}`);
    }
  }
  return names.size;
}
