import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readBmadLanguages } from "../../../src/core/backlog/bmad-config.ts";
import { projectSkills, SKILL_PATHS, skillFor } from "../../../src/core/backlog/project-skills.ts";

const skillsOf = (files: Readonly<Record<string, string>>) => projectSkills(new Map(Object.entries(files)));
const WHOLE = "---\nname: x\n---\n# Steps\n";

describe("BMAD's own instructions, as its versions install them", () => {
  test.each([
    ["claude", ".claude/skills/bmad-dev-story/SKILL.md", "bmad-dev-story"],
    ["claude", ".claude/commands/bmad-bmm-dev-story.md", "bmad-bmm-dev-story"],
    ["claude", ".claude/commands/bmad/bmm/workflows/dev-story.md", "bmad:bmm:workflows:dev-story"],
    ["claude", ".agents/skills/bmad-dev-story/SKILL.md", undefined],
    ["claude", "_bmad/bmm/workflows/4-implementation/dev-story/workflow.yaml", undefined],
    ["codex", ".bmad/bmm/workflows/4-implementation/dev-story/workflow.yaml", undefined],
    ["codex", ".codex/prompts/bmad-bmm-dev-story.md", undefined],
    ["gemini", ".gemini/commands/bmad-workflow-bmm-dev-story.toml", undefined],
    ["opencode", ".opencode/command/bmad-bmm-dev-story.md", undefined],
    ["opencode", ".opencode/skills/bmad-dev-story/SKILL.md", undefined],
    ["command", ".claude/skills/bmad-dev-story/SKILL.md", undefined],
    ["gemini", ".claude/commands/bmad-bmm-dev-story.md", undefined],
  ])("%s: %s", (program, path, command) => {
    expect(skillFor(skillsOf({ [path]: WHOLE }), "build", program)).toEqual(
      command === undefined ? { path } : { path, command },
    );
  });

  test("each purpose has its own, and none is none", () => {
    const skills = skillsOf({
      ".claude/skills/bmad-code-review/SKILL.md": WHOLE,
      ".claude/skills/bmad-create-story/SKILL.md": WHOLE,
    });
    expect(skillFor(skills, "build", "claude")).toBeUndefined();
    expect(skillFor(skills, "review", "claude")?.command).toBe("bmad-code-review");
    expect(skillFor(skills, "create-story", "claude")?.command).toBe("bmad-create-story");
  });

  test("a program's own file comes before one for all, and that before another program's", () => {
    const own = ".opencode/skills/bmad-dev-story/SKILL.md";
    const all = "_bmad/bmm/workflows/4-implementation/dev-story/workflow.md";
    const others = ".claude/skills/bmad-dev-story/SKILL.md";
    const files = { [others]: WHOLE, [all]: WHOLE, [own]: WHOLE };
    expect(skillFor(skillsOf(files), "build", "opencode")?.path).toBe(own);
    expect(skillFor(skillsOf(files), "build", "codex")?.path).toBe(all);
    expect(skillFor(skillsOf({ [others]: WHOLE }), "build", "codex")).toEqual({ path: others });
  });

  test("dev-story comes before the unattended build, whoever it belongs to", () => {
    const skills = skillsOf({
      ".claude/skills/bmad-build-auto/SKILL.md": WHOLE,
      "_bmad/bmm/workflows/4-implementation/dev-story/workflow.yaml": WHOLE,
    });
    expect(skillFor(skills, "build", "claude")?.path).toContain("dev-story");
  });

  test("a skill that only forwards is left out, one that kept its steps counts", () => {
    const forwarding = "---\nname: bmad-dev-auto\nmetadata:\n  lifecycle: shim\n---\nInvoke bmad-build-auto.\n";
    const kept = `---\nname: bmad-dev-story\nmetadata:\n  lifecycle: shim\n---\n${"step\n".repeat(2_000)}`;
    const path = ".claude/skills/bmad-dev-auto/SKILL.md";
    expect(skillFor(skillsOf({ [path]: forwarding }), "build", "claude")).toBeUndefined();
    expect(skillFor(skillsOf({ [path]: WHOLE }), "build", "claude")?.path).toBe(path);
    expect(skillFor(skillsOf({ ".claude/skills/bmad-dev-story/SKILL.md": kept }), "build", "claude")).toBeDefined();
    expect(skillFor(skillsOf({ ".claude/skills/bmad-dev-story/SKILL.md": " \n" }), "build", "claude")).toBeUndefined();
  });
});

test("Pantheon's files for a worker", () => {
  const flows = "_bmad/pantheon/workflows";
  const files = {
    [`${flows}/batch-stories/agents/heracles.md`]: "x",
    [`${flows}/story-pipeline/workflow.md`]: "x",
    "_bmad/pantheon/agent-routing.yaml": "x",
  };
  expect(skillsOf(files).worker).toEqual({
    protocol: `${flows}/batch-stories/agents/heracles.md`,
    workflow: `${flows}/story-pipeline/workflow.md`,
    routing: "_bmad/pantheon/agent-routing.yaml",
  });
  expect(skillsOf({}).worker).toEqual({});
});

test("only files that are there are ever named, whatever is in them", () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom(...SKILL_PATHS), fc.string()),
      fc.constantFrom("claude", "codex", "gemini", "opencode", "acp"),
      (files, program) => {
        const skills = skillsOf(files);
        for (const purpose of ["build", "review", "create-story"] as const) {
          const found = skillFor(skills, purpose, program);
          if (found !== undefined) expect(Object.keys(files)).toContain(found.path);
          if (program !== "claude") expect(found?.command).toBeUndefined();
        }
      },
    ),
  );
});

test("BMAD's languages, from the file that comes last", () => {
  const yaml = "communication_language: German\ndocument_output_language: 'English'\n";
  expect(readBmadLanguages([yaml])).toEqual({ communication: "German", documents: "English" });
  expect(
    readBmadLanguages([
      yaml,
      '[core]\ncommunication_language = "French"\n[modules.other]\ndocument_output_language = "x"\n',
    ]),
  ).toEqual({
    communication: "French",
    documents: "English",
  });
  expect(readBmadLanguages(["communication_language: '{language}'\n"])).toEqual({});
  expect(readBmadLanguages([])).toEqual({});
});
