import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Project } from "../../support/project.ts";
import { goodSprint, shell, withProject } from "./support.ts";

const landed = (project: Project): boolean => project.git("log", "--format=%s").includes("feat(1-1)");

test.concurrent("a project path with spaces, quotes, dollars, other scripts and 200 characters", () =>
  withProject(
    async (project) => {
      goodSprint(project);
      // The gate and the agent's file are reached through that path, too.
      project.write(
        "storyboard.yaml",
        project.read("storyboard.yaml").replace("commands: {}", 'commands: { test: "test -e README.md || pwd" }'),
      );
      project.commit();
      const { status, stdout, stderr } = await project.storyboard(["run"]);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout).toContain("1/1 succeeded");
      expect(landed(project)).toBe(true);
      expect((await project.storyboard(["logs", "1-1"])).stdout).toContain("built 1-1-a");
      expect(await project.storyboard(["clean"])).toMatchObject({ status: 0, stderr: "" });
      expect(project.git("worktree", "list").split("\n")).toHaveLength(1);
      expect(project.git("status", "--porcelain")).toBe("");
    },
    `it's a "project" $HOME \`x\` ünï 日本/${"d".repeat(200)}`,
  ));

test.concurrent("a HOME in which nothing can be made: worktrees are made beside the repository", () =>
  withProject(async (project) => {
    goodSprint(project);
    project.commit();
    const ran = await shell(project, 'unset XDG_STATE_HOME XDG_CONFIG_HOME; HOME=/dev/null exec "$STORYBOARD" run');
    expect({ status: ran.status, stderr: ran.stderr }).toEqual({ status: 0, stderr: "" });
    expect(landed(project)).toBe(true);
    expect(existsSync(join(project.base, ".storyboard-worktrees"))).toBe(true);
  }));

test.concurrent("no HOME at all: the program starts, and nothing is made at the root of the file system", () =>
  withProject(async (project) => {
    goodSprint(project);
    project.commit();
    const ran = await shell(
      project,
      'unset HOME XDG_CONFIG_HOME XDG_CACHE_HOME NODE_COMPILE_CACHE; exec "$STORYBOARD" run',
    );
    expect({ status: ran.status, stderr: ran.stderr }).toEqual({ status: 0, stderr: "" });
    expect(landed(project)).toBe(true);
    expect(existsSync("/.cache/storyboard")).toBe(false);
  }));

test.concurrent.each([
  ["a closed stdin", '"$STORYBOARD" run <&-', /1\/1 succeeded/],
  ["a closed stdout", '"$STORYBOARD" run >&-', /^$/],
  ["a stdout that is full", '"$STORYBOARD" run >/dev/full', /^$/],
  ["a stdout whose reader has gone", '{ "$STORYBOARD" run; echo "$?" >&2; } | true', /^$/],
])("%s: the run goes to its end all the same", (_, line, stdout) =>
  withProject(async (project) => {
    goodSprint(project);
    project.commit();
    const ran = await shell(project, line);
    expect(ran.stderr).toMatch(/^(0\n)?$/);
    expect(ran.status).toBe(0);
    expect(ran.stdout).toMatch(stdout);
    expect(landed(project)).toBe(true);
  }),
);

test.concurrent("a command whose output cannot be written says so with status 1; one whose reader has gone is quiet", () =>
  withProject(async (project) => {
    goodSprint(project);
    project.commit();
    for (const command of ["--help", "--version", "plan", "plan --json"]) {
      const full = await shell(project, `"$STORYBOARD" ${command} >/dev/full`);
      expect({ command, status: full.status }).toEqual({ command, status: 1 });
      expect(full.stderr).toMatch(/^storyboard: The output could not be written: .*no space left.*\n {2}Look at where/);
      const gone = await shell(project, `{ sleep 0.2; "$STORYBOARD" ${command}; echo "$?" >&2; } | true`);
      expect({ command, stderr: gone.stderr }).toEqual({ command, stderr: "0\n" });
    }
  }));
