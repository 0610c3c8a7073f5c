import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import { goodSprint, shell, traces, until, withProject } from "./support.ts";

test("a second start in the repository is refused, from wherever it comes, says who leads, and disturbs nothing", () =>
  withProject(async (project) => {
    goodSprint(project);
    // A project of its own in a folder below, and the same repository a second time beside it.
    cpSync(join(project.path, "_bmad-output"), join(project.path, "sub/_bmad-output"), { recursive: true });
    project.write("sub/storyboard.yaml", project.read("storyboard.yaml")).commit();
    const beside = join(project.base, "beside");
    project.git("worktree", "add", "-q", "-b", "beside", beside);
    const gate = join(project.base, "gate");
    project.write("../scripts/1-1-a.BUILD", `while [ ! -e "${gate}" ]; do sleep 0.05; done; build\n`);
    const lead = project.start(["run"], { AGENT_SCRIPT: join(project.base, "scripts") });
    lead.stdout.resume();
    const ended = new Promise((resolve) => lead.on("close", resolve));
    try {
      const jobs = async (): Promise<boolean> =>
        (await shell(project, "ls .storyboard/runs/*/jobs/*BUILD*/transcript")).status === 0;
      await until("the first turn", jobs);
      await until("the socket", () => existsSync(join(project.path, ".storyboard/control.sock")));
      let before = traces(project);
      await until("a run that writes nothing more", async () => {
        await setTimeout(300);
        const earlier = before;
        before = traces(project);
        return isDeepStrictEqual(earlier, before);
      });
      const refused = `storyboard: A run is under way in ${project.path} (process ${lead.pid}).\n`;
      const here = await project.storyboard(["run"]);
      expect(here).toMatchObject({ status: 2, stdout: "" });
      expect(here.stderr).toBe(
        `${refused}  Look at it with: storyboard status\n  Follow it with: storyboard run --resume\n  Stop it with: storyboard ctl stop\n`,
      );
      for (const folder of [join(project.path, "sub"), beside]) {
        const ran = await shell(project, `cd "${folder}" && "$STORYBOARD" run`);
        expect(ran).toMatchObject({ status: 2, stdout: "" });
        expect(ran.stderr).toContain(refused);
        expect(ran.stderr).toContain(`storyboard ctl stop --project "${project.path}"\n`);
      }
      expect(await project.storyboard(["clean"])).toMatchObject({ status: 2, stdout: "" });
      expect(traces(project)).toEqual(before);
    } finally {
      project.write("../gate", "");
      expect(await ended).toBe(0);
    }
    expect(project.git("log", "--format=%s")).toContain("feat(1-1)");
  }));
