import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { eachProject } from "../../support/each-project.ts";
import { type Project, writeSprint } from "../../support/project.ts";
import {
  contractLines,
  eventually,
  gate,
  live,
  open,
  promptOf,
  reached,
  script,
  scripted,
} from "../../support/steering.ts";

const FOLDER = "_bmad-output/implementation-artifacts";
// Many programs are started one after the other, on a machine that others use too.
vi.setConfig({ testTimeout: 60_000 });

let project: Project;
eachProject((made) => {
  project = made;
});

const verdict = (text: string): string => `printf '%s\\n' '\`\`\`json' '${text}' '\`\`\`'`;
const statusInSprint = (): string => /1-1-base: (\S+)/.exec(project.read(`${FOLDER}/sprint-status.yaml`))?.[1] ?? "";
const statusInStory = (): string => /^Status: (\S+)/m.exec(project.read(`${FOLDER}/1-1-base.md`))?.[1] ?? "";

const areBoth = (status: string): Promise<unknown> =>
  eventually(`both are ${status}`, () => statusInSprint() === status && statusInStory() === status);

test("findings go back to the builder's session and to the reviewer's; statuses are true on the way; the rest is deferred", async () => {
  writeSprint(project, [{ key: "1-1-base" }]);
  project.commit();
  script(project, "BUILD", `echo '{"t":"session","id":"builder-1"}'; ${gate("build")}; build`);
  script(
    project,
    "VERIFY",
    [
      'echo "{\\"t\\":\\"session\\",\\"id\\":\\"reviewer-1\\"}"',
      `[ -e "$OUT/refined" ] && { approve; exit; }; ${gate("verify")}`,
      verdict(
        '{"verdict":"changes","findings":[{"severity":"high","file":"src/1-1-base.txt","line":1,"title":"Wrong word","detail":"it says 1-1"},{"severity":"low","file":"src/1-1-base.txt","title":"No full stop","detail":"add one"}]}',
      ),
    ].join("\n"),
  );
  script(
    project,
    "REFINE",
    'touch "$OUT/refined"; echo better >> src/1-1-base.txt; git commit -q -a -m "fix(1-1): word"; echo "in $STORYBOARD_SESSION"',
  );
  const run = live(project, ["run", "--json"]);
  await reached(project, "build");
  // Statuses are written while the agent starts.
  await areBoth("in-progress");
  open(project, "build");
  await reached(project, "verify");
  await areBoth("review");
  open(project, "verify");
  expect(await run.ended).toBe(0);
  expect([statusInSprint(), statusInStory()]).toEqual(["done", "done"]);

  const lines = contractLines(run.stdout());
  expect(lines.flatMap((line) => (line.type === "turn.started" ? [`${line.phase} ${line.session}`] : []))).toEqual([
    "BUILD null",
    "VERIFY null",
    "REFINE builder-1",
    "VERIFY reviewer-1",
  ]);
  expect(lines).toContainEqual(expect.objectContaining({ type: "feed", text: "in builder-1" }));
  expect(await promptOf(project, "1-1-base.1.REFINE-3")).toContain("[high] src/1-1-base.txt:1 Wrong word");
  expect(await promptOf(project, "1-1-base.1.VERIFY-4")).toContain("Wrong word");
  const deferred = project.read(`${FOLDER}/deferred-work.md`);
  expect(deferred).toContain("No full stop");
  expect(deferred).not.toContain("Wrong word");
  expect(project.read("src/1-1-base.txt")).toBe("1-1-base\nbetter\n");
  expect(project.git("status", "--porcelain")).toBe("");
});

test("a reviewer that writes is undone and noted; one without a verdict fails its turn and approves nothing", async () => {
  writeSprint(project, [{ key: "1-1-base" }]);
  project.commit();
  script(
    project,
    "VERIFY",
    [
      'echo mine > src/reviewer.txt; echo more >> src/1-1-base.txt; git add -A; git commit -q -m "feat(1-1): mine"',
      '[ "$STORYBOARD_ATTEMPT" = 1 ] && { echo "looks good to me, approved"; exit; }',
      "approve",
    ].join("\n"),
  );
  const { status, stdout } = await project.storyboard(["run", "--json"], scripted(project));
  expect(status).toBe(0);
  const lines = contractLines(stdout);
  expect(lines.find(({ type }) => type === "story.retrying")).toMatchObject({
    attempt: 2,
    error: { message: "VERIFY: the reviewer ended without a verdict" },
  });
  expect(lines.flatMap((line) => (line.type === "turn.started" ? [line.phase] : []))).toEqual([
    "BUILD",
    "VERIFY",
    "VERIFY",
  ]);
  expect(project.read("src/1-1-base.txt")).toBe("1-1-base\n");
  expect(existsSync(join(project.path, "src/reviewer.txt"))).toBe(false);
  const again = await project.storyboard(["run", "--resume"]);
  expect(again.stdout).toContain("1/1 succeeded");
});

test("what is still open after the last review waits for a person, and can be accepted as deferred work", async () => {
  writeSprint(project, [{ key: "1-1-base" }]);
  project
    .write("storyboard.yaml", `${project.read("storyboard.yaml")}review: { max_iterations: 2 }\ninbox: fail\n`)
    .commit();
  script(
    project,
    "VERIFY",
    verdict('{"verdict":"changes","findings":[{"severity":"high","file":"src/a","title":"Never right","detail":"x"}]}'),
  );
  script(project, "REFINE", "echo more >> src/1-1-base.txt; git commit -q -a -m 'fix(1-1): more'");
  const first = await project.storyboard(["run"], scripted(project));
  expect(first.status).toBe(1);
  expect(first.stdout).toContain("[high] src/a Never right");
  expect(first.stdout).toContain('storyboard ctl answer 1-1-base "accept"');
  expect((await project.storyboard(["ctl", "answer", "1-1", "accept"])).stdout).toContain("run --resume");
  const second = await project.storyboard(["run", "--resume"], scripted(project));
  expect(second.stdout).toContain("1/1 succeeded");
  expect(second.status).toBe(0);
  expect(project.read(`${FOLDER}/deferred-work.md`)).toContain("Never right");
  expect(statusInSprint()).toBe("done");
});
