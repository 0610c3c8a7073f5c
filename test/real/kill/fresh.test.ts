import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { Project, writeSprint } from "../../support/project.ts";

let project: Project;
afterEach(() => project.remove());

test("a fresh start stops the agents that a killed run left at work", async () => {
  project = new Project();
  const script = join(project.base, "script");
  writeSprint(project, [{ key: "1-1-slow" }]);
  project.commit();
  project.write("../script/1-1-slow.BUILD", 'while :; do date +%s%N > "$HOME/beat"; sleep 0.05; done\n');
  const lead = project.start(["run", "--headless"], { AGENT_SCRIPT: script });
  const beat = join(project.home, "beat");
  await expect.poll(() => existsSync(beat), { timeout: 20_000 }).toBe(true);
  lead.kill("SIGKILL");
  project.write("../script/1-1-slow.BUILD", "build\n");
  const { status } = await project.storyboard(["run", "--fresh", "--headless"], { AGENT_SCRIPT: script });
  expect(status).toBe(0);
  const last = readFileSync(beat, "utf8");
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(readFileSync(beat, "utf8")).toBe(last);
});
