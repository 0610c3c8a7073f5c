import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import type { Project } from "../../support/project.ts";
import { endRuns, eventually, gate, live, reached, statusOf, storyIn } from "../../support/steering.ts";
import { COMPLETIONS, FOLDER, workerConfiguration, workerEnvironment, workerSprint } from "./support.ts";

vi.setConfig({ testTimeout: 60_000 });

const projects: Project[] = [];
const made = (project: Project): Project => {
  projects.push(project);
  return project;
};
afterAll(() => {
  for (const project of projects) {
    endRuns(project);
    project.remove();
  }
});

/** A sprint file as it was before its stories were done. */
const forgetStatuses = (project: Project): void => {
  for (const file of ["sprint-status.yaml", "36-1-first.md", "36-2-badge.md"]) {
    project.write(
      `${FOLDER}/${file}`,
      project.read(`${FOLDER}/${file}`).replaceAll(/: (?:done|review)\n/g, ": in-progress\n"),
    );
  }
  project.git("commit", "-qam", "as the lost run left it");
};

test("where no run is left, a complete story is not run again, and one that was begun says where it had been", async () => {
  const project = made(
    workerSprint([{ key: "36-1-first" }, { key: "36-2-badge", after: ["36-1-first"] }], {
      "36-2-badge.1": `prepare; build; ${gate("built")}; verify; assess; refine; settle; reflect; complete`,
    }),
  ).commit();
  const lost = live(project, ["run", "--headless"], workerEnvironment(project));
  await reached(project, "built");
  await eventually("the progress of 36-2", () => existsSync(join(project.path, COMPLETIONS, "36-2-progress.json")));
  lost.signal("SIGKILL");
  await lost.ended;
  endRuns(project);
  rmSync(join(project.path, ".storyboard"), { recursive: true });
  rmSync(join(project.base, "built.reached"));
  forgetStatuses(project);
  const commits = project.git("log", "--format=%s").split("\n");
  const again = live(project, ["run", "--headless"], workerEnvironment(project));
  await reached(project, "built");
  project.write("../built.open", "");
  expect(await again.ended).toBe(0);
  const out = again.stdout();
  const landed = project.git("log", "--format=%h", "--abbrev=7", "--grep=^feat(36-1)");
  expect(out).toContain(
    `⏭ 36-1 ALREADY DONE — 36-1-first\n   All tasks checked, no gaps. Skipped pipeline.\n   Note: recovered from its progress artifact, commit ${landed}\n`,
  );
  expect(out).toContain("  Note: an earlier run had come to BUILD, as its progress artifact says\n");
  expect(storyIn(await statusOf(project), "36-1")).toMatchObject({ status: "already-done", turn: 0 });
  expect(project.read(`${FOLDER}/sprint-status.yaml`)).toContain("  36-1-first: done\n  36-2-badge: done\n");
  expect(project.read(`${FOLDER}/36-1-first.md`)).toContain("Status: done\n");
  expect(
    project
      .git("log", "--format=%s")
      .split("\n")
      .filter((subject) => subject === commits.find((one) => one.startsWith("feat(36-1)"))),
  ).toHaveLength(1);
  expect(project.git("status", "--porcelain")).toBe("");
});

test("forged progress artifacts recover nothing, and are named", async () => {
  const project = made(
    workerSprint(
      [
        "1-1-nowhere",
        "1-2-foreign",
        "1-3-empty",
        "1-4-reverted",
        "1-5-nameless",
        "1-6-unlanded",
        "1-7-rebased",
        "1-8-unticked",
      ].map((key) => ({ key })),
      {},
      workerConfiguration("order: parallel\nmax_workers: 4\n"),
    ),
  ).commit();
  const commit = (file: string, subject: string): string => {
    project.write(file, `${subject}\n`).git("add", file);
    project.git("commit", "-q", "--allow-empty", "-m", subject);
    return project.git("rev-parse", "--short=10", "HEAD");
  };
  const claim = (short: string, hash: string | undefined): void =>
    void project.write(
      `${COMPLETIONS}/${short}-progress.json`,
      `${JSON.stringify({ story_key: short, current_phase: "COMPLETE", status: "SUCCESS", metrics: { git_commit: hash } })}\n`,
    );
  claim("1-1", "0123456789");
  claim("1-2", commit("src/other.ts", "feat(1-20): another story's"));
  project.git("commit", "-q", "--allow-empty", "-m", "feat(1-3): nothing");
  claim("1-3", project.git("rev-parse", "--short=10", "HEAD"));
  claim("1-4", commit("src/reverted.ts", "feat(1-4): taken back"));
  project.git("revert", "--no-edit", "HEAD");
  claim("1-5", undefined);
  project.git("switch", "-q", "-c", "aside");
  claim("1-6", commit("src/aside.ts", "feat(1-6): on a branch"));
  const rebased = commit("src/rebased.ts", "feat(1-7): rebased");
  project.git("switch", "-q", "main");
  project.git("cherry-pick", rebased);
  claim("1-7", rebased);
  claim("1-8", commit("src/unticked.ts", "feat(1-8): with open tasks"));
  project.write(`${FOLDER}/1-7-rebased.md`, project.read(`${FOLDER}/1-7-rebased.md`).replaceAll("[ ]", "[x]"));
  project.git("add", "-A").concat(project.git("commit", "-qm", "what was left"));
  const ran = await project.storyboard(["run"], workerEnvironment(project));
  expect(ran.stderr).toBe("");
  const status = await statusOf(project);
  for (const [short, why] of [
    ["1-1", "names commit 0123456789, which is not in this repository"],
    ["1-2", "which is not its own: feat(1-20): another story's"],
    ["1-3", "which changes nothing"],
    ["1-4", "which was reverted since"],
    ["1-5", "names no commit"],
    ["1-6", "which has not landed"],
  ] as const) {
    expect(ran.stdout).toMatch(
      new RegExp(`Note: ${short}-\\S+ is not recovered: its progress artifact .*${why.replaceAll(/[()]/g, "\\$&")}\n`),
    );
    expect(storyIn(status, short)).toMatchObject({ status: "done", turn: 1 });
  }
  // What a rebase made of it counts; a landed commit without a ticked task does not.
  expect(storyIn(status, "1-7")).toMatchObject({ status: "already-done", turn: 0 });
  expect(storyIn(status, "1-8")).toMatchObject({ status: "done", turn: 1 });
});
