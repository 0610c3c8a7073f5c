import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { agentConfiguration, Project, writeSprint } from "../../support/project.ts";
import { SPRINT, scripted, statuses, TOGETHER_THEN, turnsOf } from "./support.ts";

let project: Project;
beforeEach(() => {
  project = new Project();
});
afterEach(() => project.remove());

const changeShared = (word: string): string =>
  `sed -i 's/^line 2.*/line 2 ${word}/' shared.txt\n[ -e "$STORYBOARD_STORY_FILE" ] && build`;

/** Two stories that change the same line; the first one lands first. */
const writeClash = (configuration = ""): Record<string, string> => {
  writeSprint(project, [{ key: "1-1-a" }, { key: "1-2-b" }], {
    configuration: agentConfiguration(`order: parallel\n${configuration}`),
  });
  project.write("shared.txt", "line 1\nline 2\nline 3\n").commit();
  return scripted(project, {
    "1-1-a.BUILD": `${TOGETHER_THEN.first}\n${changeShared("from a")}`,
    "1-2-b.BUILD": `${TOGETHER_THEN.second}\n${changeShared("from b")}`,
  });
};

/** Resolves the clash in the second story's worktree, as the question says. */
const resolve = (question: string): void => {
  const worktree = /^ *cd (\S+)$/m.exec(question)?.[1] ?? "";
  const integration = /^ *git merge (\S+)$/m.exec(question)?.[1] ?? "";
  const git = (...args: string[]): string => project.git("-C", worktree, ...args);
  expect(git("status", "--porcelain")).toBe("");
  expect(() => git("merge", "--quiet", integration)).toThrow(/Command failed/);
  writeFileSync(join(worktree, "shared.txt"), "line 1\nline 2 from a and b\nline 3\n");
  git("add", "shared.txt");
  git("commit", "--quiet", "--no-edit");
};

const expectBothLanded = (): void => {
  expect(project.read("shared.txt")).toBe("line 1\nline 2 from a and b\nline 3\n");
  expect(statuses(project)).toEqual({ "1-1-a": "done", "1-2-b": "done" });
  expect(project.git("status", "--porcelain")).toBe("");
  expect(project.git("log", "--format=%s")).not.toContain("leave the statuses");
  expect(project.git("log", "--format=%s").match(/^feat/gm)).toHaveLength(2);
  expect(
    turnsOf(project)
      .filter((turn) => turn.includes("BUILD"))
      .toSorted(),
  ).toEqual(["1-1-a BUILD 1", "1-2-b BUILD 1"]);
};

test("a conflict is parked while the run waits; resolved in the worktree and answered, it lands", async () => {
  const environment = writeClash();
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
  expectBothLanded();
});

test("with `inbox: fail` a conflict ends the run with exit 1 and keeps the branch; answered and resumed, it lands", async () => {
  const environment = writeClash("inbox: fail\n");
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
  expectBothLanded();
});

test("two stories that are green apart and red together: the second is parked, and nothing red lands", async () => {
  const configuration = agentConfiguration().replace(
    "commands: {}",
    `commands: { test: '[ "$(ls parts 2>/dev/null | wc -l)" -lt 2 ] || { echo too many parts; exit 1; }' }`,
  );
  writeSprint(project, [{ key: "1-1-a" }, { key: "1-2-b" }], {
    configuration: `${configuration}order: parallel\ninbox: fail\n`,
  });
  project.commit();
  const part = 'mkdir -p parts && echo x > "parts/$STORYBOARD_STORY"; build';
  const environment = scripted(project, {
    "1-1-a.BUILD": `${TOGETHER_THEN.first}\n${part}`,
    "1-2-b.BUILD": `${TOGETHER_THEN.second}\n${part}`,
  });
  const { status, stdout } = await project.storyboard(["run", "--headless"], environment);
  expect(status).toBe(1);
  expect(stdout).toContain("The gate test is red on the merged tree");
  expect(stdout).toContain("too many parts");
  expect(project.git("ls-tree", "-r", "--name-only", "main", "parts/")).toBe("parts/1-1-a");
  expect(statuses(project)).toEqual({ "1-1-a": "done", "1-2-b": "review" });
  expect(project.git("status", "--porcelain")).toBe("");
  expect(readFileSync(join(project.path, SPRINT), "utf8")).toBe(`${project.git("show", `main:${SPRINT}`)}\n`);
});
