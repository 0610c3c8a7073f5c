import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Project } from "../../support/project.ts";
import { scriptedSprint } from "./scripts.ts";
import { goodSprint, traces, withProject } from "./support.ts";

/** Whether this machine lets the test mount: root in a container that may. */
const canMount = ((): boolean => {
  const folder = join(tmpdir(), `storyboard-mount-${process.pid}`);
  try {
    mkdirSync(folder);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "none", folder], { stdio: "ignore" });
    execFileSync("umount", [folder], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
})();

// Nobody but root may mount, so this is skipped for the others, in CI too.
const mounted = test.skipIf(!canMount);
const skipped = canMount ? "" : " (skipped: this user may not mount a file system)";

/** Mounts something over the project's folder while it is used. */
const withMount = async (project: Project, args: readonly string[][], use: () => Promise<void>): Promise<void> => {
  try {
    for (const one of args) execFileSync("mount", [...one, project.path]);
    await use();
  } finally {
    execFileSync("umount", ["--lazy", project.path]);
  }
};

const smallDisk = (megabytes: number): string[][] => [["-t", "tmpfs", "-o", `size=${megabytes}m`, "none"]];

/** Takes what is left of a file system. */
const fill = (path: string): void => {
  try {
    writeFileSync(path, Buffer.alloc(64 * 2 ** 20));
  } catch (error) {
    expect(error).toMatchObject({ code: "ENOSPC" });
  }
};

mounted(`a disk that is full at the start: refused with what to do, nothing left behind${skipped}`, () =>
  withProject(async (project) => {
    await withMount(project, smallDisk(4), async () => {
      goodSprint(project);
      project.commit();
      fill(join(project.path, ".git/filler"));
      const before = traces(project);
      const { status, stderr } = await project.storyboard(["run"]);
      expect({ status, stderr }).toEqual({
        status: 3,
        stderr: expect.stringMatching(
          /^storyboard: No space is left on the disk \(.*\): storyboard had to stop\.\n {2}Make room on it\.\n/,
        ),
      });
      expect(traces(project)).toEqual(before);
      rmSync(join(project.path, ".git/filler"));
      expect((await project.storyboard(["run"])).status).toBe(0);
    });
  }),
);

/** When the disk becomes full, in seconds after the agent's start. Each moment is a test of its own; below 0.6 they differ most. */
const FULL_AFTER_S = Number(process.env.STORYBOARD_FULL_AFTER ?? 0);

mounted(
  `a disk that an agent fills: the run stops with status 3, and goes on where it was when there is room (STORYBOARD_FULL_AFTER=${FULL_AFTER_S})${skipped}`,
  () =>
    withProject(async (project) => {
      await withMount(project, smallDisk(8), async () => {
        const fills = `: > "$BASE/full"; sleep ${FULL_AFTER_S}; cat /dev/zero > "$BASE/project/.git/filler"`;
        const environment = scriptedSprint(
          project,
          {
            "1-1-fills": `[ -e "$BASE/full" ] || { ${fills}; }; build`,
            "1-2-other": "build",
            "1-3-slow": "sleep 0.1; build",
            "1-4-other": "build",
            "1-5-other": "build",
          },
          // An agent that ends badly because it cannot write has lost an attempt.
          "max_retry_per_story: 2\n",
        );
        const stopped = await project.storyboard(["run"], environment);
        expect(`${stopped.stdout}${stopped.stderr}`).toMatch(/no space left|No space is left/i);
        expect(stopped.stderr).not.toContain("this is a bug");
        expect(stopped.status).toBe(3);
        rmSync(join(project.path, ".git/filler"));
        const resumed = await project.storyboard(["run", "--resume"], environment);
        expect(resumed).toMatchObject({ status: 0, stderr: "" });
        const landed = project.git("log", "--format=%s").split("\n");
        expect(landed.filter((subject) => subject.startsWith("feat("))).toHaveLength(5);
        expect(() => project.git("fsck")).not.toThrow();
      });
    }),
);

mounted(`a project that cannot be written: refused with what to do, while looking at it works${skipped}`, () =>
  withProject(async (project) => {
    goodSprint(project);
    project.commit();
    const before = traces(project);
    const readOnly = [
      ["--bind", project.path],
      ["-o", "remount,ro,bind"],
    ];
    await withMount(project, readOnly, async () => {
      for (const command of ["run", "clean"]) {
        const { status, stderr } = await project.storyboard([command]);
        expect({ status, stderr }).toEqual({
          status: 2,
          stderr: `storyboard: ${project.path}/.git cannot be written: its file system is mounted read-only.\n  Mount it so that it can be written, or start in a clone elsewhere.\n`,
        });
      }
      expect(traces(project)).toEqual(before);
      expect(await project.storyboard(["plan"])).toMatchObject({ status: 0, stderr: "" });
    });
  }),
);
