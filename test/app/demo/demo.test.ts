import { expect, test } from "vitest";
import { helpText } from "../../../src/app/command-line/help.ts";
import { parseCommandLine } from "../../../src/app/command-line/parse-command-line.ts";
import { bothSides } from "../../../src/app/demo/agent/merge.ts";
import { demoEnvironment } from "../../../src/app/demo/demo-environment.ts";
import { readPace } from "../../../src/app/demo/pace.ts";
import { projectFiles } from "../../../src/app/demo/project-files.ts";
import { exported, NOTHING_EXPORTED } from "../../../src/app/demo/stories/exported.ts";

test("the command line of the demo", () => {
  expect(parseCommandLine(["demo"])).toEqual({
    name: "demo",
    options: { project: undefined, keep: false, json: false },
  });
  expect(parseCommandLine(["demo", "--json", "--keep", "--project", "there"])).toEqual({
    name: "demo",
    options: { project: "there", keep: true, json: true },
  });
  expect(() => parseCommandLine(["demo", "now"])).toThrow(/demo does not know what to do with/);
  expect(() => parseCommandLine(["run", "--keep"])).toThrow(/it belongs to demo/);
});

test("the demo's agent is a command that no help names", () => {
  expect(parseCommandLine(["demo-agent"])).toEqual({ name: "demo-agent" });
  expect(helpText()).not.toContain("demo-agent");
  expect(helpText()).toMatch(/^ {2}demo /m);
});

test("nothing of the user's git, Node and storyboard reaches the demo, the rest does", () => {
  const user = {
    PATH: "/bin",
    LANG: "C.UTF-8",
    HOME: "/home/user",
    XDG_CONFIG_HOME: "/home/user/.config",
    GIT_CONFIG_GLOBAL: "/home/user/git",
    GIT_DIR: "/somewhere",
    NODE_OPTIONS: "--inspect",
    NODE_TEST_CONTEXT: "child",
    NODE_COMPILE_CACHE: "/cache",
  };
  const environment = demoEnvironment(user, "/demo");
  expect(environment).toMatchObject({ PATH: "/bin", LANG: "C.UTF-8", NODE_COMPILE_CACHE: "/cache", HOME: "/demo" });
  expect(Object.values(environment).filter((value) => value.startsWith("/home/user"))).toEqual([]);
  for (const name of ["GIT_DIR", "NODE_OPTIONS", "NODE_TEST_CONTEXT"]) expect(environment).not.toHaveProperty(name);
});

test("the pace is a number, and 1 for anything else", () => {
  const paces = ["0", "0.25", "99", "fast", "-1", undefined].map((text) => readPace({ STORYBOARD_DEMO_PACE: text }));
  expect(paces).toEqual([0, 0.25, 10, 1, 1, 1]);
});

test("a Node in a folder with quotes and blanks is still one word of the gate", () => {
  const files = projectFiles({ node: "/o'brien's node/bin/node", hasIsolation: false, pace: 1 });
  expect(files["storyboard.yaml"]).toContain(String.raw`test: "'/o'\\''brien'\\''s node/bin/node' --test"`);
});

test("the first export takes the place of none, the next ones follow, none comes twice", () => {
  const one = exported("one", "./one.js").text(`// head\n${NOTHING_EXPORTED}\n`);
  const two = exported("two", "./two.js").text(one);
  expect(two).toBe('// head\nexport { one } from "./one.js";\nexport { two } from "./two.js";\n');
  expect(exported("one", "./one.js").text(two)).toBe(two);
});

test("both sides of a conflict stay, in whatever style git marks it", () => {
  const text = "a\n<<<<<<< HEAD\nb\n||||||| 1a2b3c\n=======\nc\n>>>>>>> 1a2b3c (feat: c)\nd\n";
  expect(bothSides(text)).toBe("a\nb\nc\nd\n");
});
