import { expect, test } from "vitest";
import { agentConfiguration, jsonLines, type Project, writeSprint } from "../../support/project.ts";
import { goodSprint, SPRINT_FILE, withProject } from "./support.ts";

const withGates = (project: Project, gates: string): void => {
  project.write("storyboard.yaml", agentConfiguration().replace("commands: {}", gates));
};

test("a gate that is red before the first story stops the start with status 2 and its last lines, and can be accepted", () =>
  withProject(async (project) => {
    goodSprint(project);
    withGates(project, 'commands: { test: "echo one thing is broken; false" }');
    project.commit();
    const refused = await project.storyboard(["run"]);
    expect(refused.status).toBe(2);
    expect(refused.stdout).toContain("⚠ Red on the baseline: test\n    │ one thing is broken\n");
    expect(refused.stdout).toContain(
      "red before the first story: test. Put it right, or accept it with --accept-baseline (gates.baseline: accept).",
    );
    expect(project.git("log", "--format=%s")).toBe("start");
    expect(project.git("status", "--porcelain")).toBe("");

    const accepted = await project.storyboard(["run", "--accept-baseline"]);
    expect(accepted.status).toBe(0);
    expect(accepted.stdout).toContain("Note: gate 'test' is red, as it was on the baseline");
    expect(project.git("log", "--format=%s")).toContain("feat(1-1)");
  }));

test("a gate that never ends is cut off after its minutes, and that is said", () =>
  withProject(async (project) => {
    goodSprint(project);
    withGates(project, 'commands: { test: { run: "echo begins; sleep 1000", minutes: 0.01 } }');
    project.commit();
    const { status, stdout } = await project.storyboard(["run"]);
    expect(status).toBe(2);
    expect(stdout).toContain(
      "⚠ Red on the baseline: test\n    │ begins\n    │ cut off: it took longer than 0.01 minutes\n",
    );
  }));

test("a gate that a story turns red: the agent is told each time, then the story fails, its dependents are blocked, others land", () =>
  withProject(async (project) => {
    writeSprint(project, [{ key: "1-1-breaks" }, { key: "1-2-after", after: ["1-1-breaks"] }, { key: "1-3-other" }]);
    withGates(project, 'commands: { test: "if [ -e src/1-1-breaks.txt ]; then echo it is broken by 1-1; false; fi" }');
    project.commit();
    const log = `${project.base}/prompts`;
    project.write(
      "../scripts/1-1-breaks.BUILD",
      `cp "$STORYBOARD_TURN_DIR/prompt.md" "${log}.$STORYBOARD_ATTEMPT"; [ -e src ] || build; echo tried\n`,
    );
    const { status, stdout } = await project.storyboard(["run", "--json"], { AGENT_SCRIPT: `${project.base}/scripts` });
    expect(status).toBe(1);
    const ended = jsonLines(stdout).filter((line) => line.type === "story.ended");
    expect(ended).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          story: "1-1-breaks",
          outcome: "failed",
          attempts: 3,
          error: expect.objectContaining({ message: expect.stringContaining("gate 'test' fails") }),
        }),
        expect.objectContaining({ story: "1-2-after", outcome: "blocked" }),
        expect.objectContaining({ story: "1-3-other", outcome: "done" }),
      ]),
    );
    for (const attempt of [2, 3]) expect(project.read(`../prompts.${attempt}`)).toContain("it is broken by 1-1");
    expect(project.git("ls-tree", "-r", "--name-only", "main")).not.toContain("src/1-1-breaks.txt");
    expect(project.read(SPRINT_FILE)).toMatch(
      /1-1-breaks: in-progress\n {2}1-2-after: ready-for-dev\n {2}1-3-other: done\n/,
    );
  }));
