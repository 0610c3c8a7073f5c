import { expect, test, vi } from "vitest";
import { eachProject } from "../../support/each-project.ts";
import { agentConfiguration, type Project, writeSprint } from "../../support/project.ts";
import { contractLines, promptOf, script, scripted, statusOf, storyIn } from "../../support/steering.ts";

const FOLDER = "_bmad-output/implementation-artifacts";
vi.setConfig({ testTimeout: 60_000 });

let project: Project;
eachProject((made) => {
  project = made;
});

const phases = (stdout: string, key: string): string[] =>
  contractLines(stdout).flatMap((line) => (line.type === "turn.started" && line.story === key ? [line.phase] : []));

/** sh code that appends lines to the story file. */
const writes = (...lines: string[]): string =>
  `printf '%s\\n' ${lines.map((line) => `'${line}'`).join(" ")} >> "$STORYBOARD_STORY_FILE"`;
const NOTHING_SAID = "echo I have written down what I found";
const status = (word: string): string => `sed -i "s/^Status: .*/Status: ${word}/" "$STORYBOARD_STORY_FILE"`;
/** The first review, then the ones after it. */
const first = (once: string, then: string): string =>
  `if [ -e "$OUT/$STORYBOARD_STORY.seen" ]; then ${then}; else : > "$OUT/$STORYBOARD_STORY.seen"; ${once}; fi; ${NOTHING_SAID}`;

test("a verdict that is written as BMAD's code review writes it is read, and only the findings are kept", async () => {
  const keys = ["1-1-alpha", "1-2-six", "1-3-patch", "1-4-gate", "1-5-mends", "1-6-silent"];
  writeSprint(
    project,
    keys.map((key) => ({ key })),
    { configuration: agentConfiguration("order: parallel\nmax_workers: 6\nmax_retry_per_story: 2\n") },
  );
  project.commit();
  script(project, "REFINE", "echo more >> src/$STORYBOARD_STORY.txt; git commit -q -a -m 'fix: more'");
  script(
    project,
    "1-1-alpha.VERIFY",
    `${writes("## Senior Developer Review (AI)", "- **Outcome**: **Approve**")}; ${NOTHING_SAID}`,
  );
  script(
    project,
    "1-2-six.VERIFY",
    first(`${writes("- [ ] [AI-Review][High] No lock [src/1-2-six.txt:1]")}; ${status("in-progress")}`, status("done")),
  );
  script(
    project,
    "1-3-patch.VERIFY",
    first(
      writes("### Review Findings", "- [ ] [Review][Patch] No test [src/1-3-patch.txt:1]"),
      `${writes("### Review Findings", "- [x] [Review][Defer] Slow [src/1-3-patch.txt] — deferred")}; ${status("done")}`,
    ),
  );
  script(
    project,
    "1-4-gate.VERIFY",
    `mkdir -p docs/qa/gates; echo 'gate: PASS' > docs/qa/gates/1.4-gate.yml; ${NOTHING_SAID}`,
  );
  // What it approves is what it made of the work, and that is undone.
  script(
    project,
    "1-5-mends.VERIFY",
    `echo mended >> src/1-5-mends.txt; ${writes("## Code Review", "Outcome: APPROVED after fixes")}; ${NOTHING_SAID}`,
  );
  script(project, "1-6-silent.VERIFY", `${writes("## Notes", "Outcome: Approve")}; echo approved`);
  const { stdout, stderr } = await project.storyboard(["run", "--json"], scripted(project));
  expect(stderr).toBe("");
  const run = await statusOf(project);
  const outcomes = Object.fromEntries(keys.map((key) => [key, storyIn(run, key).status]));
  expect(outcomes).toEqual({
    "1-1-alpha": "done",
    "1-2-six": "done",
    "1-3-patch": "done",
    "1-4-gate": "done",
    "1-5-mends": "failed",
    "1-6-silent": "failed",
  });
  expect(phases(stdout, "1-1-alpha")).toEqual(["BUILD", "VERIFY"]);
  expect(phases(stdout, "1-2-six")).toEqual(["BUILD", "VERIFY", "REFINE", "VERIFY"]);
  expect(await promptOf(project, "1-2-six.1.REFINE-3")).toContain("[high] src/1-2-six.txt:1 No lock");
  expect(phases(stdout, "1-3-patch")).toEqual(["BUILD", "VERIFY", "REFINE", "VERIFY"]);
  expect(storyIn(run, "1-6-silent").error?.message).toContain("without a verdict");
  expect(project.read(`${FOLDER}/1-1-alpha.md`)).not.toContain("Senior Developer Review");
  expect(project.read(`${FOLDER}/deferred-work.md`)).toContain("**Slow** [src/1-3-patch.txt] (low)");
  expect(project.git("ls-files")).not.toContain("docs/qa");
  expect(project.git("status", "--porcelain")).toBe("");
});

test("a story in review is shown the commits of its own in the history; one without is told so", async () => {
  writeSprint(project, [
    { key: "1-1-base", status: "review" },
    { key: "1-2-lost", status: "review" },
  ]);
  project.write("README.md", "made up\n").commit();
  const before = project.git("rev-parse", "HEAD");
  project.write("src/a.txt", "one\n").git("add", "-A");
  project.git("commit", "-q", "-m", "feat(1-1): begin");
  project.write("src/b.txt", "two\n").git("add", "-A");
  project.git("commit", "-q", "-m", "feat(1-1-base): end");
  const last = project.git("rev-parse", "HEAD");
  project.write("src/c.txt", "another's\n").git("add", "-A");
  project.git("commit", "-q", "-m", "feat(1-10): other");
  const { status: exit } = await project.storyboard(["run", "--json"], scripted(project));
  expect(exit).toBe(0);
  const prompt = await promptOf(project, "1-1-base.1.VERIFY-1");
  expect(prompt).toContain(`git diff ${before}..${last} --`);
  expect(prompt).toContain("in review before this run");
  expect(await promptOf(project, "1-2-lost.1.VERIFY-1")).toContain("none of the last 4 commits is named for it");
});

test("in the shared copy nobody can check a reviewer, and the card says so", async () => {
  writeSprint(project, [{ key: "1-1-base" }], { configuration: agentConfiguration("isolation: shared\n") });
  project.commit();
  const { stdout, status: exit } = await project.storyboard(["run"], scripted(project));
  expect(exit).toBe(0);
  expect(stdout).toContain("nobody could check whether the reviewer changed anything");
});
