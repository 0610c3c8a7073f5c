import { expect, test } from "vitest";
import { eachProject } from "../../support/each-project.ts";
import type { Project } from "../../support/project.ts";
import {
  ctl,
  eventually,
  gate,
  live,
  open,
  promptOf,
  reached,
  script,
  statusOf,
  storyIn,
  writePlain,
} from "../../support/steering.ts";

let project: Project;
eachProject((made) => {
  project = made;
});

test("a message ends the turn of an agent that cannot listen, and continues its session with it at no cost", async () => {
  script(
    project,
    "a",
    `echo '{"t":"session","id":"s-1"}'; if [ -n "$STORYBOARD_SESSION" ]; then build; else ${gate("a")}; fi`,
  );
  writePlain(project, ["{ key: a, prompt: x }"], "pipeline: build\n");
  const run = live(project, ["run", "--json"]);
  await reached(project, "a");
  expect(await ctl(project, "message", "a", "use", "blue")).toEqual({ status: 0, text: "done\n" });
  expect(await run.ended).toBe(0);
  const prompt = await promptOf(project, "a.1.BUILD-2");
  expect(prompt).toContain("MESSAGE of the person in charge");
  expect(prompt).toContain("use blue");
  expect(prompt).toContain("Do NOT restart");
  expect(run.stdout()).toContain('"text":"you said: use blue"');
  expect(storyIn(await statusOf(project), "a")).toMatchObject({ status: "done", attempt: 1, turn: 2, session: "s-1" });
  const refused = await ctl(project, "message", "a", "too late");
  expect(refused.status).not.toBe(0);
  expect(refused.text).toContain("nothing to steer");
});

test("a message with nobody at work is refused, and says what to do", async () => {
  script(project, "a", `${gate("a")}; build`);
  writePlain(project, ["{ key: a, prompt: x }", "{ key: b, prompt: x, depends_on: [a] }"], "pipeline: build\n");
  const run = live(project, ["run", "--json"]);
  await reached(project, "a");
  expect(await ctl(project, "message", "b", "hello")).toEqual({
    status: 1,
    text: "storyboard: no agent of b is at work\n",
  });
  await eventually("the run", () => {
    open(project, "a");
    return true;
  });
  expect(await run.ended).toBe(0);
});
