import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadBacklog } from "../../../src/core/backlog/load-backlog.ts";
import { STORY_FILE_BYTES_MAX } from "../../../src/core/backlog/read-project.ts";
import { configSchema } from "../../../src/core/model/config.ts";
import { UserError } from "../../../src/core/model/user-error.ts";

let project: string;
beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), "storyboard-backlog-"));
});
afterEach(() => rm(project, { recursive: true, force: true }));

const put = async (files: Record<string, string>): Promise<void> => {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(project, path)), { recursive: true });
    await writeFile(join(project, path), text);
  }
};
const load = (settings: object = {}) => loadBacklog(project, configSchema.parse(settings));
const refusal = async (work: Promise<unknown>): Promise<UserError> => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
};

const SPRINT = `story_location: docs/stories
development_status:
  epic-1: in-progress
  1-1-setup: done
  1-2-login: in-progress
  1-3-badge: ready-for-dev
  epic-1-retrospective: optional
  epic-2: backlog
  2-1-search: backlog
`;

describe("a BMAD project", () => {
  test("is read with its story files, their dependencies and a note where statuses differ", async () => {
    await put({
      "docs/sprint-artifacts/sprint-status.yaml": SPRINT,
      "docs/stories/1-1-setup.md": "# Story 1.1: Set up\n\nStatus: review\n\n## Tasks\n- [x] Create `src/app.ts`\n",
      "docs/sprint-artifacts/1-2-login.md":
        "# Story 1.2: Log in\n\n**Depends on:** Story 1.1\n\n## Acceptance Criteria\n1. It logs in\n",
      "docs/sprint-artifacts/stories/epic-1/story-1.3.md":
        "# Story 1.3: Badge\n\nShown beside src/app.ts, uses the API from 1-2.\n",
    });
    const backlog = await load();
    expect(backlog).toMatchObject({ source: "bmad", sprintFile: "docs/sprint-artifacts/sprint-status.yaml" });
    expect(backlog.stories.map(({ key, epic, status, title, file }) => [key, epic, status, title, file])).toEqual([
      ["1-1-setup", "1", "done", "Set up", "docs/stories/1-1-setup.md"],
      ["1-2-login", "1", "in-progress", "Log in", "docs/sprint-artifacts/1-2-login.md"],
      ["1-3-badge", "1", "ready-for-dev", "Badge", "docs/sprint-artifacts/stories/epic-1/story-1.3.md"],
      ["2-1-search", "2", "backlog", "Search", undefined],
    ]);
    expect(backlog.stories.map(({ dependsOn }) => dependsOn.map(({ key, source }) => `${source.kind}:${key}`))).toEqual(
      [[], ["declared:1-1-setup"], ["reference:1-2-login", "file:1-1-setup"], []],
    );
    expect(backlog.stories[1]?.acceptanceCriteria).toEqual([{ id: "1", text: "It logs in" }]);
    expect(backlog.notes).toEqual([
      "The sprint file counts where a story file has another status: 1-1-setup (done, in its file review).",
    ]);
  });

  test("has its sprint file where the configuration says, in every version's form", async () => {
    await put({ "docs/sprint-status.yaml": SPRINT });
    const configurations: readonly (readonly [file: string, text: string, place: string])[] = [
      ["bmad/bmm/config.yaml", "output_folder: '{project-root}/out1'\n", "out1"],
      [".bmad/bmm/config.yaml", "dev_ephemeral_location: '{project-root}/.e'\n", ".e"],
      [
        "_bmad/bmm/config.yaml",
        'output_folder: "{project-root}/out"\nimplementation_artifacts: {output_folder}/impl # x\n',
        "out/impl",
      ],
      [
        "_bmad/config.toml",
        '[core]\noutput_folder = "o"\n[modules.bmm]\nimplementation_artifacts = "{project-root}/toml"\n[modules.x]\nimplementation_artifacts = "no"\n',
        "toml",
      ],
      ["_bmad/custom/config.toml", "[modules.bmm]\nimplementation_artifacts = 'team/'\n", "team"],
    ];
    for (const [file, text, place] of configurations) {
      await put({ [file]: text, [`${place}/sprint-status.yml`]: SPRINT });
      const { sprintFile, notes } = await load();
      expect(sprintFile).toBe(`${place}/sprint-status.yml`);
      expect(notes[0]).toMatch(/^Several sprint files: .* is used, .*docs\/sprint-status\.yaml/);
    }
  });

  test("is never looked for outside the project", async () => {
    await put({
      "_bmad/bmm/config.yaml": "implementation_artifacts: ../../etc\nsprint_artifacts: /etc\n",
      "docs/sprint-status.yaml": SPRINT,
    });
    const { sprintFile, notes } = await load();
    expect(sprintFile).toBe("docs/sprint-status.yaml");
    expect(notes).toHaveLength(2);
    expect(notes[0]).toContain("outside the project");
  });

  test("keeps to a source that is known", async () => {
    await put({
      "docs/sprint-status.yaml": SPRINT,
      "_bmad-output/sprint-status.yaml": SPRINT,
      "docs/sprint-artifacts/sprint-status.yaml": "x: [\n",
    });
    const known = { source: "bmad", sprintFile: "_bmad-output/sprint-status.yaml" } as const;
    expect((await loadBacklog(project, configSchema.parse({}), known)).sprintFile).toBe(
      "_bmad-output/sprint-status.yaml",
    );
  });

  test("with another schema in front of the right file is read, with a note", async () => {
    await put({ "docs/sprint-status.yaml": "sprints: []\n", "_bmad-output/sprint-status.yaml": SPRINT });
    const { sprintFile, notes } = await load();
    expect(sprintFile).toBe("_bmad-output/sprint-status.yaml");
    expect(notes[0]).toMatch(/^Passed over: docs\/sprint-status\.yaml is not a BMAD v6 sprint file/);
    await rm(join(project, "_bmad-output"), { recursive: true });
    expect((await refusal(load())).message).toContain("not a BMAD v6 sprint file");
  });

  test("with a dangling link for a sprint file says so", async () => {
    await put({ "docs/x": "" });
    await symlink("/nowhere/sprint-status.yaml", join(project, "docs/sprint-status.yaml"));
    expect((await refusal(load())).message).toBe(
      "docs/sprint-status.yaml is a symbolic link to a file that does not exist.",
    );
  });

  test("with unresolved names, a huge story file and a folder for a story names each in a note", async () => {
    await put({
      "sprint-status.yaml":
        "development_status:\n  1-1-a:\n    status: review\n    depends_on: [9-9-x]\n  1-2-b: review\n",
      "1-2-b.md": "x".repeat(STORY_FILE_BYTES_MAX + 1),
    });
    await symlink(tmpdir(), join(project, "1-1-a.md"));
    const { notes, stories } = await load();
    expect(stories).toHaveLength(2);
    expect(notes[0]).toMatch(/^sprint-status\.yaml:4 "9-9-x": 1-1-a depends on it/);
    expect(notes[1]).toMatch(/1-1-a\.md .* cannot be read/);
    expect(notes[2]).toMatch(/1-2-b\.md .* larger than/);
  });

  test("without any backlog names the places and what to do", async () => {
    const error = await refusal(load());
    expect(error.exitStatus).toBe(2);
    expect(error.message).toContain("_bmad-output/implementation-artifacts");
    expect(error.nextSteps.join()).toMatch(/sprint-planning.*stories:/);
  });
});

describe("stories in storyboard.yaml", () => {
  test("come before BMAD's, as ready, with their dependencies by full or short key", async () => {
    await put({ "docs/sprint-status.yaml": SPRINT, "notes/b.md": "# B\n\n## Tasks\n- [ ] one\n" });
    const stories = [
      { key: "1-1-a", prompt: "Do a", epic: 1, touches: ["src/**"], needs: ["db"] },
      { key: "b", title: "Bee", file: "./notes/b.md", depends_on: ["1-1"], complexity: "light" },
    ];
    const backlog = await load({ stories });
    expect(backlog).toMatchObject({ source: "storyboard", notes: [] });
    expect(backlog.sprintFile).toBeUndefined();
    expect(backlog.stories[0]).toMatchObject({
      key: "1-1-a",
      title: "1-1-a",
      epic: "1",
      status: "ready-for-dev",
      prompt: "Do a",
      touches: ["src/**"],
      needs: ["db"],
    });
    expect(backlog.stories[1]).toMatchObject({ title: "Bee", file: "notes/b.md", complexity: "light" });
    expect(backlog.stories[1]?.dependsOn).toEqual([
      { key: "1-1-a", source: { kind: "declared", where: 'storyboard.yaml: stories[1].depends_on "1-1"' } },
    ]);
    expect(backlog.stories[1]?.tasks).toHaveLength(1);
    expect((await load({ stories, source: "bmad" })).source).toBe("bmad");
  });

  test("are refused with everything that is wrong at once", async () => {
    const error = await refusal(
      load({
        stories: [
          { key: "../x" },
          { key: "login" },
          { key: "login", depends_on: ["logn", "login"] },
          { key: "c", file: "../../etc/passwd" },
          { key: "d", file: "none.md" },
        ],
      }),
    );
    for (const part of [
      '"../x"',
      "already the key of stories[1]",
      '"logn"',
      'Did you mean "login"?',
      "depends on itself",
      "outside the project",
      "none.md (story d) does not exist",
    ]) {
      expect(error.message).toContain(part);
    }
  });
});
