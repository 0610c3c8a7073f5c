import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { agentConfiguration, type Project, writeSprint } from "../../support/project.ts";
import { expectRefusal, goodSprint, type Refusal, SPRINT, SPRINT_FILE, withProject } from "./support.ts";

/** A sprint whose file ends with these lines. */
const sprintWith =
  (lines: string) =>
  (project: Project): void => {
    goodSprint(project);
    project.write(SPRINT_FILE, `${project.read(SPRINT_FILE)}${lines}\n`).commit();
  };

/** A plain list of stories, in the flow form of YAML. */
const plainStories =
  (...stories: readonly string[]) =>
  (project: Project): void => {
    const list = stories.map((story) => `  - { ${story} }\n`).join("");
    project.write("storyboard.yaml", agentConfiguration(`stories:\n${list}`)).commit();
  };

const inPlaceOfSprintFile =
  (put: (path: string) => void) =>
  (project: Project): void => {
    goodSprint(project);
    const path = join(project.path, SPRINT_FILE);
    rmSync(path);
    put(path);
    project.commit();
  };

const ALIAS_BOMB = [
  "a: &a [x, x, x, x, x, x, x, x, x, x]",
  ...[..."bcdefghij"].map((name, i) => {
    const before = "abcdefghi"[i];
    return `${name}: &${name} [${Array.from({ length: 10 }, () => `*${before}`).join(", ")}]`;
  }),
].join("\n");

const REFUSALS: readonly Refusal[] = [
  {
    name: "no backlog",
    make: (project) => void project.write("storyboard.yaml", agentConfiguration()).commit(),
    says: ["No backlog found in PROJECT.", "sprint-status.yaml", "sprint-planning", "`stories:` in storyboard.yaml"],
  },
  {
    name: "a sprint file that is no YAML",
    make: sprintWith("broken: [a"),
    says: [/sprint-status\.yaml:\d+: .*/, "Flow sequence"],
  },
  {
    name: "a sprint file nested beyond all measure",
    make: sprintWith(`deep: ${"[".repeat(20_000)}`),
    says: [/sprint-status\.yaml:\d+: this is not valid YAML/],
  },
  {
    name: "a huge sprint file",
    make: sprintWith(`# ${"x".repeat(100)}\n`.repeat(100_000)),
    says: ["sprint-status.yaml is larger than 8 MiB", "Check that this is the sprint file"],
  },
  {
    name: "an alias bomb for a status",
    make: (project) => {
      goodSprint(project);
      const text = project.read(SPRINT_FILE).replace("1-1-a: ready-for-dev", "1-1-a: *j");
      project.write(SPRINT_FILE, `${ALIAS_BOMB}\n${text}`).commit();
    },
    says: [/sprint-status\.yaml:\d+: the status of "1-1-a" is an alias of a list or a map/, "Write the status itself"],
  },
  {
    name: "an alias bomb in the configuration",
    make: (project) => {
      goodSprint(project);
      project.write("storyboard.yaml", `${ALIAS_BOMB}\n${agentConfiguration()}`).commit();
    },
    says: ["storyboard.yaml:1:1", "uses aliases (*name) more than 100 times"],
  },
  {
    name: "a story that is there twice",
    make: (project) => {
      goodSprint(project);
      const text = project.read(SPRINT_FILE);
      project.write(SPRINT_FILE, text.replace("  1-1-a: ready-for-dev\n", "$&  1-1-a: done\n")).commit();
    },
    says: [/sprint-status\.yaml:\d+: the key "1-1-a" is there twice\./, "Remove one of the two entries"],
  },
  {
    name: "a sprint file of another schema",
    make: (project) => {
      goodSprint(project);
      project.write(SPRINT_FILE, "sprint: 1\nstories:\n  - id: 1-1-a\n    status: ready\n").commit();
    },
    says: ["sprint-status.yaml is not a BMAD v6 sprint file: it has `stories[]`", "development_status"],
  },
  {
    name: "a dangling link as sprint file",
    make: inPlaceOfSprintFile((path) => symlinkSync("nowhere.yaml", path)),
    says: ["sprint-status.yaml is a symbolic link to a file that does not exist.", "Restore what it points to"],
  },
  {
    name: "a folder as sprint file",
    make: inPlaceOfSprintFile((path) => mkdirSync(path)),
    says: ["sprint-status.yaml cannot be read: it is not a regular file."],
  },
  {
    name: "a key that climbs out of its folder",
    make: (project) => {
      goodSprint(project);
      const text = project.read(SPRINT_FILE);
      project.write(SPRINT_FILE, text.replace("1-1-a:", "../../x:")).commit();
    },
    says: [/sprint-status\.yaml:\d+: the story key "\.\.\/\.\.\/x" may only hold letters/, "Rename the story."],
  },
  {
    name: "a key that looks like an option",
    make: (project) => {
      goodSprint(project);
      const text = project.read(SPRINT_FILE);
      project.write(SPRINT_FILE, text.replace("1-1-a:", "--upload-pack=x:")).commit();
    },
    says: [/sprint-status\.yaml:\d+: the story key "--upload-pack=x" may only hold letters/, "Rename the story."],
  },
  {
    name: "all mistakes in plain stories at once: keys, a file outside, an unknown and an own dependency, a double",
    make: plainStories(
      'key: "../../x", prompt: p',
      'key: "--upload-pack=x", prompt: p',
      "key: a-1, file: ../../../etc/passwd",
      "key: a-2, prompt: p, depends_on: [a-9]",
      "key: a-3, prompt: p, depends_on: [a-3]",
      "key: a-3, prompt: p",
    ),
    says: [
      'storyboard.yaml: stories[0].key: the story key "../../x" may only hold letters',
      'storyboard.yaml: stories[1].key: the story key "--upload-pack=x" may only hold letters',
      'storyboard.yaml: stories[2]: "../../../etc/passwd" lies outside the project',
      '"a-2" depends on "a-9", which fits no story',
      '"a-3" depends on itself',
      'storyboard.yaml: stories[5].key: "a-3" is already the key of stories[4]',
    ],
  },
  {
    name: "a cycle of plain stories",
    make: plainStories(
      "key: a-1, prompt: p, depends_on: [a-3]",
      "key: a-2, prompt: p, depends_on: [a-1]",
      "key: a-3, prompt: p, depends_on: [a-2]",
    ),
    says: [
      "Stories wait for each other in a circle:",
      "a-3 -> a-2 -> a-1 -> a-3",
      'a-1 waits for a-3: storyboard.yaml: stories[0].depends_on "a-3"',
      "Remove one of these dependencies",
    ],
  },
  {
    name: "a cycle of story files",
    make: (project) => {
      writeSprint(project, [
        { key: "1-1-a", after: ["1-2-b"] },
        { key: "1-2-b", after: ["1-1-a"] },
      ]);
      project.commit();
    },
    says: ["1-2-b -> 1-1-a -> 1-2-b", /1-1-a waits for 1-2-b: .*1-1-a\.md:\d+ "Depends on: Story 1\.2"/],
  },
];

test.concurrent.each(REFUSALS)("$name: refused before the start, with the place and what to do", expectRefusal);

test.concurrent("a missing story file, and a dependency that is none: the first stops only its story and what waits for it, and the exit status is 1 with the reason", () =>
  withProject(async (project) => {
    writeSprint(project, [
      { key: "1-1-there" },
      { key: "1-2-missing" },
      { key: "1-3-also", after: ["7-2-nowhere"] },
      { key: "1-4-waits", after: ["1-2-missing"] },
    ]);
    rmSync(join(project.path, SPRINT, "1-2-missing.md"));
    project.commit();
    const { status, stdout } = await project.storyboard(["run"]);
    expect(status).toBe(1);
    expect(project.git("log", "--format=%s")).toContain("feat(1-1)");
    expect(project.git("log", "--format=%s")).toContain("feat(1-3)");
    expect(stdout).toContain(
      "1-2-missing did not run: it is ready-for-dev, but has no story file. Run BMAD's create-story",
    );
    expect(stdout).toContain("1-4-waits did not run: it depends on 1-2-missing, which does not run");
    expect(project.read(SPRINT_FILE)).toContain("1-2-missing: ready-for-dev\n");
    // An unknown dependency in a story file is said at the start; in storyboard.yaml, where it can only be a slip, it is refused.
    expect(stdout).toContain(
      `Note: 1-3-also depends on what fits no story of the backlog, or several: Story 7.2 (${SPRINT}/1-3-also.md:8). Nothing waits for it.`,
    );
  }));
