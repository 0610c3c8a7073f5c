// Everything that must hold, in one command: format and lint, types, dead code, the build, and all tests.
// Ends with a line "N passed, N failed"; each of the checks before the tests counts as one.
// --kill runs the long kill test instead.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const bin = (name) => join(root, "node_modules", ".bin", name);
const [major] = process.versions.node.split(".").map(Number);
const isKillTest = process.argv.includes("--kill");
let passed = 0;
let failed = 0;

/** Runs a program of the checkout with the checkout's own Node first on the PATH. */
const run = (program, args, more = {}) => {
  const PATH = `${join(root, "node_modules", ".bin")}:${process.env.PATH}`;
  const { status, error } = spawnSync(program, args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, PATH, ...more },
  });
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
if (!isKillTest) {
  check("format and lint", bin("biome"), ["ci", "--error-on-warnings", "."]);
  check("types", bin("tsc"), []);
  check("dead code", bin("knip"), []);
}
check("build", "node", ["scripts/build.mjs"]);

console.log("\n== tests");
const reports = mkdtempSync(join(tmpdir(), "storyboard-report-"));
const report = join(reports, "report.json");
const which = isKillTest ? ["test/real/kill"] : [];
const ok = run(
  bin("vitest"),
  ["run", ...which, "--reporter=default", "--reporter=json", `--outputFile.json=${report}`],
  isKillTest ? { STORYBOARD_KILL_MOMENTS: process.env.STORYBOARD_KILL_MOMENTS ?? "40" } : {},
);
let skipped = 0;
try {
  const result = JSON.parse(readFileSync(report, "utf8"));
  passed += result.numPassedTests;
  failed += result.numFailedTests + result.numFailedTestSuites - suitesWithFailedTests(result);
  skipped = result.numPendingTests + (result.numTodoTests ?? 0);
} catch {
  failed++;
}
rmSync(reports, { recursive: true, force: true });
if (!ok && failed === 0) failed++;
if (skipped > 0 && process.env.CI) {
  console.error(`${skipped} tests were skipped, and in CI none may be.`);
  failed++;
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

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
