import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { agentConfiguration, Project, writeSprint } from "../../support/project.ts";

let project: Project;
afterEach(() => project.remove());

const SECRET = `ghp_${"a1B2c3D4e5".repeat(4)}`.slice(0, 40);

test("a secret that an agent, a reviewer or a gate says is masked wherever it is shown or kept, and so are escapes", async () => {
  project = new Project();
  writeSprint(
    project,
    [{ key: "1-1-halts" }, { key: "1-2-asks" }, { key: "1-3-found" }, { key: "1-4-exits" }, { key: "1-5-gate" }],
    {
      configuration: agentConfiguration(
        "order: parallel\nmax_workers: 5\nmax_retry_per_story: 1\ncircuit_breaker: 9\ninbox: fail\n",
      ).replace("commands: {}", `commands: { test: 'if [ -e src/1-5-gate.txt ]; then cat said.txt; exit 1; fi' }`),
    },
  );
  project.write("said.txt", `${SECRET}\n`).commit();
  const scripts = join(project.base, "scripts");
  mkdirSync(scripts);
  const say = `printf '%s \\033[31m\\n' '${SECRET}'`;
  writeFileSync(join(scripts, "1-1-halts"), `echo; echo 'HALT: no ${SECRET}'\n`);
  writeFileSync(join(scripts, "1-2-asks"), `echo; echo 'QUESTION: is it ${SECRET}?'\n`);
  const verdict = `{"verdict":"approved","findings":[{"severity":"low","file":"a.ts","line":1,"title":"leaks ${SECRET}"}]}`;
  writeFileSync(join(scripts, "1-3-found.VERIFY"), `printf '\\n\`\`\`json\\n%s\\n\`\`\`\\n' '${verdict}'\n`);
  writeFileSync(join(scripts, "1-4-exits"), `${say}\nexit 3\n`);
  const environment = { AGENT_SCRIPT: scripts };
  const run = await project.storyboard(["run", "--headless"], environment);
  expect(run.status).toBe(1);
  const [runId = ""] = readdirSync(join(project.path, ".storyboard/runs"));
  const shown = [
    run.stdout,
    run.stderr,
    readFileSync(join(project.path, ".storyboard/runs", runId, "journal.jsonl"), "utf8"),
    project.git("show", "main:_bmad-output/implementation-artifacts/deferred-work.md"),
  ];
  for (const args of [["status"], ["status", "--json"], ["ctl", "inbox"], ["logs", "1-4"], ["plan"]]) {
    shown.push((await project.storyboard(args)).stdout);
  }
  for (const text of shown) {
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain("\u001b");
    expect(text).not.toContain("\\u001b");
  }
  expect(shown.join("\n")).toContain("***");
  expect(run.stdout).toContain("no ***");
});
