import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { agentConfiguration, jsonLines, Project, writeSprint } from "../../support/project.ts";
import { SPRINT, scripted, statuses, TOGETHER_THEN, turnsOf } from "./support.ts";

let project: Project;
beforeEach(() => {
  project = new Project();
});
afterEach(() => project.remove());

const changeShared = (word: string): string =>
  `sed -i 's/^line 2.*/line 2 ${word}/' shared.txt\n[ -e "$STORYBOARD_STORY_FILE" ] && build`;

/** Two stories that change the same line; the first one lands first. `repair` is what the second one's builder does then. */
const writeClash = (repair: string, configuration = ""): Record<string, string> => {
  writeSprint(project, [{ key: "1-1-a" }, { key: "1-2-b" }], {
    configuration: agentConfiguration(`order: parallel\n${configuration}`),
  });
  project.write("shared.txt", "line 1\nline 2\nline 3\n").commit();
  return scripted(project, {
    "1-1-a.BUILD": `${TOGETHER_THEN.first}\n${changeShared("from a")}`,
    "1-2-b.BUILD": `${TOGETHER_THEN.second}\n${changeShared("from b")}`,
    "1-2-b.REFINE": repair,
  });
};

const MERGES = `printf 'line 1\\nline 2 from a and b\\nline 3\\n' > shared.txt; git add shared.txt; git commit --quiet --no-edit`;

test("a conflict goes back to its builder, who finds the merge under way; what is merged is reviewed again and lands", async () => {
  const environment = writeClash(`git status > "$TOGETHER/status"; cp shared.txt "$TOGETHER/shared"; ${MERGES}`);
  const { status, stdout } = await project.storyboard(["run", "--headless", "--json"], environment);
  expect(status, stdout).toBe(0);
  expectLanded("line 2 from a and b");
  expect(turnsOf(project).filter((turn) => turn.startsWith("1-2-b"))).toEqual([
    "1-2-b BUILD 1",
    "1-2-b VERIFY 1",
    "1-2-b REFINE 1",
    "1-2-b VERIFY 1",
  ]);
  const seen = (name: string): string => readFileSync(join(project.base, "together", name), "utf8");
  expect(seen("status")).toMatch(/both modified: +shared\.txt/);
  expect(seen("shared")).toMatch(/<<<<<<< [\s\S]*line 2 from b[\s\S]*line 2 from a[\s\S]*>>>>>>> /);
  const lines = jsonLines(stdout);
  expect(lines.filter(({ type }) => type === "landing.refused")).toMatchObject([
    { story: "1-2-b", error: { type: "ConflictError" }, files: ["shared.txt"] },
  ]);
  const merge = promptOf("1-2-b.1.REFINE-3");
  expect(merge).toContain("could not land");
  expect(merge).toContain("- shared.txt");
  // The reviewer looks at what the story has beyond what it was merged with.
  const review = promptOf("1-2-b.1.VERIFY-4");
  expect(review).toContain("MERGED SINCE");
  const [, baseline = ""] = /`git diff (\w+)\.\.HEAD --`/.exec(review) ?? [];
  expect(project.git("log", "-1", "--format=%s", baseline)).toMatch(/1-1-a|statuses/);
});

test("without a review it is the builder's own phase that comes again, also where storyboard commits", async () => {
  const environment = writeClash("exit 9");
  // The same agent for both: it builds, or finishes the merge that it finds. Storyboard makes the commits.
  const builds = (word: string, wait: string): string => `if git rev-parse -q --verify MERGE_HEAD; then
  printf 'line 1\\nline 2 from a and b\\nline 3\\n' > shared.txt
else ${wait}; sed -i 's/^line 2.*/line 2 ${word}/' shared.txt; sed -i 's/\\[ \\]/[x]/' "$STORYBOARD_STORY_FILE"; fi`;
  Object.assign(
    environment,
    scripted(project, {
      "1-1-a.BUILD": builds("from a", TOGETHER_THEN.first),
      "1-2-b.BUILD": builds("from b", TOGETHER_THEN.second),
    }),
  );
  const configuration = agentConfiguration("order: parallel\npipeline: build\nfinal_status: done\n");
  project
    .write("storyboard.yaml", configuration.replace("cli: command,", "cli: command, commits: storyboard,"))
    .commit();
  const { status, stdout } = await project.storyboard(["run", "--headless"], environment);
  expect(status, stdout).toBe(0);
  expect(project.read("shared.txt")).toBe("line 1\nline 2 from a and b\nline 3\n");
  expect(project.git("log", "--format=%s").match(/^feat/gm)).toHaveLength(2);
  expect(turnsOf(project).toSorted()).toEqual(["1-1-a BUILD 1", "1-2-b BUILD 1", "1-2-b BUILD 1"]);
});

test("marks of conflict that were committed, and a merge that was left open, are missing evidence, by name", async () => {
  const repair = `if [ ! -e "$TOGETHER/tried" ]; then touch "$TOGETHER/tried"; git add -A; git commit --quiet --no-edit
elif [ ! -e "$TOGETHER/aborted" ]; then touch "$TOGETHER/aborted"; git reset --quiet --hard HEAD~1
else ${MERGES}; fi`;
  const environment = writeClash(repair, "inbox: fail\n");
  const { status, stdout } = await project.storyboard(["run", "--headless"], environment);
  expect(status, stdout).toBe(0);
  expectLanded("line 2 from a and b");
  expect(stdout).toContain("marks of conflict were committed: shared.txt:2");
  expect(stdout).toContain("the merge with what landed meanwhile is not finished");
});

test("a gate that is red on the merged tree goes back to the builder with its last lines", async () => {
  const limited = `[ "$(ls parts 2>/dev/null | wc -l)" -lt "$(cat limit)" ] || { echo too many parts; exit 1; }`;
  const configuration = agentConfiguration().replace("commands: {}", `commands: { test: '${limited}' }`);
  writeSprint(project, [{ key: "1-1-a" }, { key: "1-2-b" }], {
    configuration: `${configuration}order: parallel\ninbox: fail\n`,
  });
  project.write("limit", "2\n").commit();
  const part = 'mkdir -p parts && echo x > "parts/$STORYBOARD_STORY"; build';
  const environment = scripted(project, {
    "1-1-a.BUILD": `${TOGETHER_THEN.first}\n${part}`,
    "1-2-b.BUILD": `${TOGETHER_THEN.second}\n${part}`,
    // Both parts are there: what landed was merged in.
    "1-2-b.REFINE": 'ls parts > "$TOGETHER/parts"; echo 3 > limit; git commit --quiet -am "fix: room for both"',
  });
  const { status, stdout } = await project.storyboard(["run", "--headless"], environment);
  expect(status, stdout).toBe(0);
  expect(readFileSync(join(project.base, "together/parts"), "utf8")).toBe("1-1-a\n1-2-b\n");
  expect(promptOf("1-2-b.1.REFINE-3")).toContain("too many parts");
  expect(project.git("ls-tree", "-r", "--name-only", "main", "parts/")).toBe("parts/1-1-a\nparts/1-2-b");
  expect(project.read("limit")).toBe("3\n");
});

test('an answer that is no "go on" is the builder\'s instruction', async () => {
  const answered = `grep -q "keep both" "$STORYBOARD_TURN_DIR/prompt.md" || exit 1; ${MERGES}`;
  const environment = writeClash(answered, "inbox: fail\nmax_retry_per_story: 1\n");
  expect((await project.storyboard(["run", "--headless"], environment)).status).toBe(1);
  expect((await project.storyboard(["ctl", "answer", "1-2", "keep both"])).status).toBe(0);
  const { status, stdout } = await project.storyboard(["run", "--resume", "--headless"], environment);
  expect(status, stdout).toBe(0);
  expectLanded("line 2 from a and b");
});

/** Resolves the clash in the second story's worktree, as the question says. */
const resolve = (question: string): void => {
  const worktree = /^ *cd (\S+)$/m.exec(question)?.[1] ?? "";
  const integration = /^ *git merge (\S+) /m.exec(question)?.[1] ?? "";
  const git = (...args: string[]): string => project.git("-C", worktree, ...args);
  // Its builder left it as storyboard began it.
  expect(git("status", "--porcelain")).toContain("UU shared.txt");
  expect(() => git("merge-base", "--is-ancestor", "MERGE_HEAD", integration)).not.toThrow();
  writeFileSync(join(worktree, "shared.txt"), "line 1\nline 2 from a and b\nline 3\n");
  git("add", "shared.txt");
  git("commit", "--quiet", "--no-edit");
};

const promptOf = (job: string): string => {
  const runs = join(project.path, ".storyboard/runs");
  return readFileSync(join(runs, readdirSync(runs)[0] ?? "", "jobs", job, "prompt.md"), "utf8");
};

const expectLanded = (line: string): void => {
  expect(project.read("shared.txt")).toBe(`line 1\n${line}\nline 3\n`);
  expect(statuses(project)).toEqual({ "1-1-a": "done", "1-2-b": "done" });
  expect(project.git("status", "--porcelain")).toBe("");
  expect(project.git("log", "--format=%s")).not.toMatch(/leave the statuses|merge what landed|^Merge/m);
  expect(project.git("log", "--format=%s").match(/^feat/gm)).toHaveLength(2);
  expect(
    turnsOf(project)
      .filter((turn) => turn.includes("BUILD"))
      .toSorted(),
  ).toEqual(["1-1-a BUILD 1", "1-2-b BUILD 1"]);
};

test("a conflict that its builder cannot merge is parked while the run waits; resolved in the worktree and answered, it lands", async () => {
  const environment = writeClash("exit 1", "max_retry_per_story: 1\n");
  const lead = project.start(["run", "--headless"], environment);
  let printed = "";
  const ended = once(lead, "exit");
  onTestFinished(() => void (lead.exitCode === null && lead.kill("SIGKILL")));
  await new Promise<void>((done) => {
    lead.once("exit", () => done());
    lead.stdout?.on("data", (chunk) => {
      printed += chunk;
      if (printed.includes('ctl answer 1-2-b "go on"')) done();
    });
  });
  expect(printed).toContain("did not land: conflict");
  expect(printed).toContain("~ shared.txt");
  const inbox = await project.storyboard(["ctl", "inbox"]);
  expect(inbox.stdout).toContain("files: shared.txt");
  expect(statuses(project)).toEqual({ "1-1-a": "done", "1-2-b": "review" });
  resolve(inbox.stdout);
  const answer = await project.storyboard(["ctl", "answer", "1-2", "go on"]);
  expect(answer.status).toBe(0);
  const [status] = await ended;
  expect(status, printed).toBe(0);
  expectLanded("line 2 from a and b");
});

test("with `inbox: fail` a conflict ends the run with exit 1 and keeps the branch; answered and resumed, it lands", async () => {
  const environment = writeClash("exit 1", "inbox: fail\nmax_retry_per_story: 1\n");
  const first = await project.storyboard(["run", "--headless"], environment);
  expect(first.status).toBe(1);
  expect(first.stdout).toContain("Waits for you:");
  expect(first.stdout).toMatch(/Not landed, kept on branches:\n {2}1-2 {2}storyboard\/\S+\/story\/1-2-b {2}in \//);
  expect(project.git("branch", "--list", "storyboard/*/story/1-2-b")).not.toBe("");
  expect(project.git("status", "--porcelain")).toBe("");
  expect(project.read("shared.txt")).toContain("line 2 from a\n");
  expect(statuses(project)).toEqual({ "1-1-a": "done", "1-2-b": "review" });
  const inbox = await project.storyboard(["ctl", "inbox"]);
  resolve(inbox.stdout);
  expect((await project.storyboard(["ctl", "answer", "1-2-b", "go on"])).stdout).toContain("run --resume");
  const second = await project.storyboard(["run", "--resume", "--headless"], environment);
  expect(second.status, second.stdout).toBe(0);
  expectLanded("line 2 from a and b");
});

test("two stories that are green apart and red together: where its builder cannot help, the second is parked, and nothing red lands", async () => {
  const configuration = agentConfiguration().replace(
    "commands: {}",
    `commands: { test: '[ "$(ls parts 2>/dev/null | wc -l)" -lt 2 ] || { echo too many parts; exit 1; }' }`,
  );
  writeSprint(project, [{ key: "1-1-a" }, { key: "1-2-b" }], {
    configuration: `${configuration}order: parallel\ninbox: fail\nmax_retry_per_story: 1\n`,
  });
  project.commit();
  const part = 'mkdir -p parts && echo x > "parts/$STORYBOARD_STORY"; build';
  const environment = scripted(project, {
    "1-1-a.BUILD": `${TOGETHER_THEN.first}\n${part}`,
    "1-2-b.BUILD": `${TOGETHER_THEN.second}\n${part}`,
    "1-2-b.REFINE": "exit 1",
  });
  const { status, stdout } = await project.storyboard(["run", "--headless"], environment);
  expect(status).toBe(1);
  expect(stdout).toContain("the gate test is red on the merged tree");
  expect(stdout).toContain("too many parts");
  expect(project.git("ls-tree", "-r", "--name-only", "main", "parts/")).toBe("parts/1-1-a");
  expect(statuses(project)).toEqual({ "1-1-a": "done", "1-2-b": "review" });
  expect(project.git("status", "--porcelain")).toBe("");
  expect(readFileSync(join(project.path, SPRINT), "utf8")).toBe(`${project.git("show", `main:${SPRINT}`)}\n`);
});
