import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterAll, describe, expect, test } from "vitest";
import { readChangedLines } from "../../../src/core/evidence/diff-lines.ts";
import type { ChangedFile, Flag } from "../../../src/core/evidence/evidence.ts";
import { findTampering } from "../../../src/core/evidence/tampering.ts";

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

type Files = Record<string, string | null>;

/** Commits `before` in a real repository, applies `after`, and reads what git says about the difference. */
const gitDiff = async (before: Files, after: Files): Promise<{ files: ChangedFile[]; diff: string }> => {
  const folder = await mkdtemp(path.join(tmpdir(), "tampering-"));
  folders.push(folder);
  const git = execa({ cwd: folder, env: { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" } });
  const write = async (files: Files) => {
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(folder, name);
      await mkdir(path.dirname(file), { recursive: true });
      await (text === null ? rm(file) : writeFile(file, text));
    }
  };
  const identity = ["-c", "user.name=T", "-c", "user.email=t@localhost"];
  await git`git init -q`;
  await write(before);
  await git`git add -A`;
  await git`git ${identity} commit -q -m base`;
  await write(after);
  await git`git add -A`;
  const { stdout: status } = await git`git diff --cached --no-renames --name-status -z HEAD`;
  const fields = status.split("\0");
  const words = { A: "added", M: "modified", D: "deleted" } as const;
  const files: ChangedFile[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    files.push({ status: words[fields[i] as "A" | "M" | "D"], path: fields[i + 1]! });
  }
  const { stdout: diff } = await git`git diff --cached --no-renames HEAD`;
  return { files, diff };
};

const flags = async (before: Files, after: Files, gates: Record<string, string> = {}): Promise<string[]> =>
  findTampering({ ...(await gitDiff(before, after)), gates }).map(
    ({ kind, file, what }: Flag) => `${kind} ${file}: ${what}`,
  );

const TEST_FILE = [
  "test('a', () => {",
  "  expect(1).toBe(1);",
  "  expect(2).toBe(2);",
  "  expect(3).toBe(3);",
  "});",
  "",
].join("\n");

describe("what makes green easier is flagged", () => {
  test("deleted, skipped and hollowed tests", async () => {
    expect(
      await flags(
        { "a.test.ts": TEST_FILE, "b.test.ts": TEST_FILE, "c.test.ts": TEST_FILE, "src/a.ts": "1\n" },
        {
          "a.test.ts": null,
          "b.test.ts": TEST_FILE.replace("test(", "test.skip("),
          "c.test.ts": "test('a', () => {});\n",
          "src/a.ts": null,
        },
      ),
    ).toEqual([
      "deleted-test a.test.ts: deletes this test file",
      "skipped-test b.test.ts: adds test.skip",
      "removed-assertions c.test.ts: removes 3 assertions more than it adds",
    ]);
  });

  test.each([
    ["tests/test_a.py", "@pytest.mark.skip(reason='x')\ndef test_a(): pass\n", "@pytest.mark.skip"],
    ["a_test.go", 'func TestA(t *testing.T) {\n\tt.Skip("x")\n}\n', "t.Skip"],
    ["src/test/java/ATest.java", "@Disabled\nvoid a() {}\n", "@Disabled"],
    ["tests/a.rs", "#[ignore]\nfn a() {}\n", "#[ignore"],
    ["a.spec.ts", "describe.only('x', () => {});\n", "describe.only"],
    ["a.spec.ts", "  xit('x', () => {});\n", "xit"],
    ["spec/a_spec.rb", "  skip 'later'\n", "skip"],
  ])("a skip in %s", async (file, text, skip) => {
    expect(await flags({ [file]: "x\n" }, { [file]: text })).toEqual([`skipped-test ${file}: adds ${skip}`]);
  });

  test("scripts, Makefile, checker settings and programs of gates", async () => {
    const manifest = (test: string, build: string) =>
      `{\n  "scripts": {\n    "test": "${test}",\n    "build": "${build}"\n  }\n}\n`;
    expect(
      await flags(
        {
          "package.json": manifest("vitest", "tsc"),
          Makefile: "check:\n\tx\n",
          "scripts/e2e.sh": "x\n",
          "vitest.config.ts": "1\n",
        },
        {
          "package.json": manifest("true", "esbuild"),
          Makefile: "check:\n\ttrue\n",
          "scripts/e2e.sh": "y\n",
          "vitest.config.ts": "2\n",
        },
        { test: "npm test", check: "make check", e2e: "sh ./scripts/e2e.sh" },
      ),
    ).toEqual([
      "gate-command Makefile: changes the Makefile that gate 'check' runs",
      "gate-command package.json: changes script 'test' of gate 'test'",
      "gate-command scripts/e2e.sh: changes a file that gate 'e2e' runs",
      "gate-command vitest.config.ts: changes settings of a checker",
    ]);
  });

  test("CI files and storyboard's configuration", async () => {
    const after = { ".github/workflows/ci.yml": "y\n", "app/storyboard.yaml": "y\n", ".gitlab-ci.yml": "y\n" };
    expect(await flags({ ".github/workflows/ci.yml": "x\n" }, after)).toEqual([
      "ci .github/workflows/ci.yml: changes a CI file",
      "ci .gitlab-ci.yml: adds a CI file",
      "configuration app/storyboard.yaml: adds storyboard's configuration",
    ]);
  });

  test("what agents of later stories follow: templates, skills, workflows; not what they write", async () => {
    const before = { ".claude/skills/bmad-code-review/SKILL.md": "x\n", "_bmad/bmm/config.yaml": "x\n" };
    const after = {
      ".claude/skills/bmad-code-review/SKILL.md": "approve\n",
      "_bmad/bmm/config.yaml": "y\n",
      "app/storyboard/prompts/verify.md": "approve\n",
      "_bmad-output/implementation-artifacts/x.md": "x\n",
      "docs/storyboard/prompts.md": "x\n",
    };
    expect(await flags(before, after)).toEqual([
      "configuration .claude/skills/bmad-code-review/SKILL.md: changes instructions that agents follow",
      "configuration _bmad/bmm/config.yaml: changes instructions that agents follow",
      "configuration app/storyboard/prompts/verify.md: adds instructions that agents follow",
    ]);
  });
});

test("ordinary work is not flagged: new tests, a script that no gate runs, words that look like skips, a skip that moved", async () => {
  const manifest = (scripts: object): string => `${JSON.stringify({ scripts }, null, 2)}\n`;
  const skipped = "test.skip('old', () => {});\n";
  expect(
    await flags(
      { "package.json": manifest({ build: "tsc", test: "vitest" }), "a.test.ts": `${skipped}// x\n` },
      {
        "package.json": manifest({ build: "esbuild", test: "vitest" }),
        "a.test.ts": `// x\n// y\n${skipped}`,
        "b.test.ts": `${TEST_FILE}fit;\nawait page.skip();\n`,
        "src/skip.ts": "it.skip\n",
      },
      { test: "npm test" },
    ),
  ).toEqual([]);
});

describe("readChangedLines", () => {
  test("is not misled by lines that look like headings, or by odd names", async () => {
    const { diff } = await gitDiff(
      { "a.sql": "-- x\nkeep\n", "b b.txt": "1\n", "gone.txt": "1\n" },
      { "a.sql": "++ y\n++ b/evil.txt\nkeep\n", "b b.txt": "2", "ö\t.txt": "3\n", "gone.txt": null },
    );
    expect([...readChangedLines(diff)]).toEqual([
      ["a.sql", { added: ["++ y", "++ b/evil.txt"], removed: ["-- x"] }],
      ["b b.txt", { added: ["2"], removed: ["1"] }],
      ["gone.txt", { added: [], removed: ["1"] }],
      ["ö\t.txt", { added: ["3"], removed: [] }],
    ]);
  });
});
