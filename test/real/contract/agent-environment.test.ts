import { existsSync, readFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { expect, test } from "vitest";
import { eachProject } from "../../support/each-project.ts";
import { agentConfiguration, type Project, STORYBOARD, writeSprint } from "../../support/project.ts";
import { promptOf, script, scripted, statusOf, writePlain } from "../../support/steering.ts";

/** The folder of our own package. */
const OWN = join(STORYBOARD, "..", "..");

let project: Project;
eachProject((made) => {
  project = made;
});

const variablesIn = (name: string): Map<string, string> =>
  new Map(
    readFileSync(join(project.base, name), "utf8")
      .split("\0")
      .filter((entry) => entry !== "")
      .map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]),
  );

test("an agent learns its turn from its environment, and nothing of ours or of a surrounding agent", async () => {
  const configuration = agentConfiguration().replace(" }\ngates", ", env: [WANTED] }\ngates");
  writeSprint(project, [{ key: "1-1-base" }], { configuration });
  project.commit();
  script(
    project,
    "BUILD",
    [
      'cat "/proc/$$/environ" > "$OUT/environ"',
      'pwd > "$OUT/cwd"; command -v node > "$OUT/node" || :',
      'test -f "$STORYBOARD_STORY_FILE" && head -1 "$STORYBOARD_STORY_FILE" > "$OUT/title"',
      '"$STORYBOARD_BIN" --version > "$OUT/version"',
      "build",
    ].join("\n"),
  );
  const { status, stdout } = await project.storyboard(
    ["run"],
    scripted(project, {
      WANTED: "by name",
      CLAUDECODE: "1",
      CLAUDE_CODE_ENTRYPOINT: "cli",
      AI_AGENT: "outer",
      STORYBOARD_SESSION: "outer",
      STORYBOARD_TURN_DIR: "/outer",
      GIT_INDEX_FILE: "/outer",
      // As if npm had started us in our own package.
      PATH: `${join(OWN, "node_modules", ".bin")}:${project.environment().PATH}`,
      npm_package_json: join(OWN, "package.json"),
      npm_lifecycle_event: "test",
      NODE_ENV: "test",
    }),
  );
  expect(stdout).toContain("1/1 succeeded");
  expect(status).toBe(0);
  const { run } = await statusOf(project);
  const variables = variablesIn("environ");
  const cwd = readFileSync(join(project.base, "cwd"), "utf8").trim();
  expect(variables.get("STORYBOARD_RUN")).toBe(run);
  expect(variables.get("STORYBOARD_STORY")).toBe("1-1-base");
  expect(variables.get("STORYBOARD_PHASE")).toBe("BUILD");
  expect(variables.get("STORYBOARD_ATTEMPT")).toBe("1");
  expect(variables.get("STORYBOARD_STORY_FILE")).toBe(join(cwd, "_bmad-output/implementation-artifacts/1-1-base.md"));
  expect(readFileSync(join(project.base, "title"), "utf8")).toContain("Story 1.1");
  const turn = variables.get("STORYBOARD_TURN_DIR") ?? "";
  expect(isAbsolute(turn) && existsSync(join(turn, "prompt.md"))).toBe(true);
  expect(variables.get("STORYBOARD_BIN")).toBe(STORYBOARD);
  expect(readFileSync(join(project.base, "version"), "utf8")).toMatch(/^storyboard \d+\.\d+\.\d+\n$/);
  expect(variables.get("WANTED")).toBe("by name");
  expect(variables.has("STORYBOARD_SESSION")).toBe(false);
  expect(
    [...variables.keys()].filter((name) => /^(CLAUDE|AI_AGENT|npm_|GIT_INDEX|STORYBOARD_LAUNCHER|NODE_)/.test(name)),
  ).toEqual([]);
  // The user's tools, in the user's order, and none of ours.
  expect(variables.get("PATH")).toBe(project.environment().PATH);
  expect(cwd).not.toBe(project.path);
});

test("leases reach the agent, a profile can set values, and a session comes back when it is continued", async () => {
  const configured = agentConfiguration(
    "resources: { port: { pool: 4000-4001, env: PORT }, db: 1 }\npipeline: build\nmax_workers: 3\n",
  ).replace(" }\ngates", ", env: { FLAVOUR: sweet } }\ngates");
  project
    .write("README.md", "made up\n")
    .write(
      "storyboard.yaml",
      `${configured}stories:\n  - { key: a, prompt: x, needs: [port] }\n  - { key: b, prompt: x, needs: [port, db] }\n`,
    )
    .commit();
  script(
    project,
    "BUILD",
    [
      'echo "$PORT $STORYBOARD_RESOURCE_PORT $(printenv STORYBOARD_RESOURCE_DB || echo -) $FLAVOUR $(printenv STORYBOARD_SESSION || echo -)" >> "$OUT/$STORYBOARD_STORY.log"',
      'echo "{\\"t\\":\\"session\\",\\"id\\":\\"session-of-$STORYBOARD_STORY\\"}"',
      '[ "$STORYBOARD_ATTEMPT" = 1 ] && { echo; echo "HALT: the well is dry"; exit; }',
      // Both hold their ports at the same time, or the test waits in vain.
      'touch "$OUT/$STORYBOARD_STORY.here"; while [ ! -e "$OUT/a.here" ] || [ ! -e "$OUT/b.here" ]; do sleep 0.05; done',
      "build",
    ].join("\n"),
  );
  const { status } = await project.storyboard(["run", "--json"], scripted(project));
  expect(status).toBe(0);
  const [a = [], b = []] = ["a", "b"].map((name) =>
    readFileSync(join(project.base, `${name}.log`), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => line.split(" ")),
  );
  expect([a.at(-1)?.[0], b.at(-1)?.[0]].sort()).toEqual(["4000", "4001"]);
  expect(a.map(([port, named]) => port === named)).toEqual([true, true]);
  expect([a[0]?.[2], b[0]?.[2]]).toEqual(["-", "1"]);
  expect(a[0]?.[3]).toBe("sweet");
  expect(a.map((line) => line[4])).toEqual(["-", "session-of-a"]);
  // The retried turn is told why, and continues instead of starting over.
  const prompt = await promptOf(project, "a.2.BUILD-2");
  expect(prompt).toContain("the well is dry");
  expect(prompt).toMatch(/do not restart/i);
});

test("an agent that never reads its prompt of a megabyte is fine", async () => {
  const long = `${"long ".repeat(200_000)}end`;
  writePlain(project, [`{ key: a, prompt: ${JSON.stringify(long)} }`]);
  const plain = `printf x > made && git add -A && git commit -q -m 'feat(a): made' && echo made`;
  project.write(
    "storyboard.yaml",
    `agents: { builder: { cli: command, command: [sh, -c, ${JSON.stringify(plain)}] } }\ngates: { commands: {} }\npipeline: build\nstories:\n  - { key: a, prompt: ${JSON.stringify(long)} }\n`,
  );
  const { status, stdout } = await project.storyboard(["run", "--json"]);
  expect(stdout).toContain('"outcome":"done"');
  expect(status).toBe(0);
  expect((await promptOf(project, "a.1.BUILD-1")).length).toBeGreaterThan(50_000);
});
