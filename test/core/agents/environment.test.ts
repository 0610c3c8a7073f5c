import { describe, expect, test } from "vitest";
import { agentEnvironment } from "../../../src/core/agents/environment/environment.ts";

const ownRoot = "/opt/storyboard";
const contract = { run: "r1" };
const base = {
  PATH: "/usr/bin",
  HOME: "/home/u",
  LC_ALL: "C.UTF-8",
  MY_DATABASE: "db",
  SECRET_TOKEN: "t",
  CLAUDECODE: "1",
  CLAUDE_CODE_ENTRYPOINT: "cli",
  CODEX_SANDBOX: "seatbelt",
  CODEX_HOME: "/home/u/.codex",
  GEMINI_CLI: "1",
  OPENCODE: "1",
  AI_AGENT: "x",
  PWD: "/home/u/app",
  GIT_DIR: "/home/u/app/.git",
  GIT_AUTHOR_NAME: "U",
  https_proxy: "http://p",
  STORYBOARD_SESSION: "outer",
  STORYBOARD_TEST_MODE: "mine",
};

describe("who gets what", () => {
  test("command agents and gates get the starter's environment, less that of a surrounding agent", () => {
    for (const profile of [{ cli: "command" as const, env: [] }, undefined]) {
      const environment = agentEnvironment({ base, contract, ownRoot, ...(profile && { profile }) });
      expect(environment).toEqual({
        PATH: "/usr/bin",
        HOME: "/home/u",
        LC_ALL: "C.UTF-8",
        MY_DATABASE: "db",
        SECRET_TOKEN: "t",
        CODEX_HOME: "/home/u/.codex",
        GIT_AUTHOR_NAME: "U",
        https_proxy: "http://p",
        STORYBOARD_TEST_MODE: "mine",
        STORYBOARD_RUN: "r1",
      });
    }
  });

  test("other agents get an allow-list and what their profile names", () => {
    const named = agentEnvironment({
      base,
      contract,
      ownRoot,
      profile: { cli: "claude", env: ["SECRET_TOKEN", "ABSENT"] },
    });
    expect(named).toEqual({
      PATH: "/usr/bin",
      HOME: "/home/u",
      LC_ALL: "C.UTF-8",
      GIT_AUTHOR_NAME: "U",
      https_proxy: "http://p",
      SECRET_TOKEN: "t",
      STORYBOARD_RUN: "r1",
    });
    const given = agentEnvironment({
      base,
      contract,
      ownRoot,
      profile: { cli: "claude", env: { MODE: "x", STORYBOARD_RUN: "no" } },
    });
    expect(given).toMatchObject({ MODE: "x", STORYBOARD_RUN: "r1" });
  });

  test("the contract's variables, leases and the temporary folder are set", () => {
    const environment = agentEnvironment({
      base: {},
      ownRoot,
      leases: { PORT: "4001" },
      jobTmpDir: "/jobs/1/tmp",
      contract: {
        run: "r1",
        story: "1-1-a",
        storyFile: "/w/1-1-a.md",
        phase: "BUILD",
        attempt: 2,
        turnDir: "/jobs/1",
        bin: "/b",
        session: "s",
      },
    });
    expect(environment).toEqual({
      PORT: "4001",
      TMPDIR: "/jobs/1/tmp",
      STORYBOARD_RUN: "r1",
      STORYBOARD_STORY: "1-1-a",
      STORYBOARD_STORY_FILE: "/w/1-1-a.md",
      STORYBOARD_PHASE: "BUILD",
      STORYBOARD_ATTEMPT: "2",
      STORYBOARD_TURN_DIR: "/jobs/1",
      STORYBOARD_BIN: "/b",
      STORYBOARD_SESSION: "s",
    });
  });
});

describe("what storyboard brings along stays here", () => {
  const pathOf = (list: string[], more: Record<string, string> = {}, root = ownRoot) =>
    agentEnvironment({ base: { PATH: list.join(":"), ...more }, contract, ownRoot: root }).PATH?.split(":");

  test("its own folders leave the PATH, the user's stay in order", () => {
    expect(
      pathOf([
        "/opt/storyboard/node_modules/.bin",
        "/opt/storyboard/tools/node/node_modules/.bin",
        "/home/u/app/node_modules/.bin",
        "/usr/lib/node_modules/npm/node_modules/@npmcli/run-script/lib/node-gyp-bin",
        "/opt/storyboard/test/bin",
        "/opt/storyboard-extras/node_modules/.bin",
        "/opt/node_modules/.bin",
        "/usr/bin",
      ]),
    ).toEqual([
      "/home/u/app/node_modules/.bin",
      "/opt/storyboard/test/bin",
      "/opt/storyboard-extras/node_modules/.bin",
      "/opt/node_modules/.bin",
      "/usr/bin",
    ]);
  });

  test("started by npm in our own package, so do the folders that npm adds above it", () => {
    const started = { npm_package_json: "/opt/storyboard/package.json" };
    expect(pathOf(["/opt/node_modules/.bin", "/node_modules/.bin", "/usr/bin"], started)).toEqual(["/usr/bin"]);
  });

  test("the folder that npx downloaded us to leaves, too", () => {
    const root = "/home/u/.npm/_npx/0a1b/node_modules/storyboard";
    const list = [
      "/home/u/.npm/_npx/0a1b/node_modules/.bin",
      "/home/u/.npm/_npx",
      "/home/u/.npm/_npx/2c3d/bin",
      "/usr/bin",
    ];
    expect(pathOf(list, {}, root)).toEqual(list.slice(1));
  });

  const variables = {
    npm_config_cache: "c",
    INIT_CWD: "/x",
    NODE: "/n",
    NODE_ENV: "test",
    NODE_OPTIONS: "-r x",
    NODE_COMPILE_CACHE: "k",
  };

  test("npm's variables go where npm started our own package", () => {
    const started = { ...variables, npm_package_json: "/opt/storyboard/package.json" };
    expect(agentEnvironment({ base: started, contract, ownRoot })).toEqual({ STORYBOARD_RUN: "r1" });
  });

  test("the same variables stay where the user's own npm script or shell set them", () => {
    const started = { ...variables, npm_package_json: "/home/u/app/package.json" };
    expect(agentEnvironment({ base: started, contract, ownRoot })).toEqual({ ...started, STORYBOARD_RUN: "r1" });
    expect(agentEnvironment({ base: variables, contract, ownRoot })).toEqual({ ...variables, STORYBOARD_RUN: "r1" });
  });

  test("what the launcher says that it set goes", () => {
    const launched = { ...variables, STORYBOARD_LAUNCHER_SET: "NODE_ENV NODE_COMPILE_CACHE" };
    const environment = agentEnvironment({ base: launched, contract, ownRoot });
    expect(Object.keys(environment).sort()).toEqual([
      "INIT_CWD",
      "NODE",
      "NODE_OPTIONS",
      "STORYBOARD_RUN",
      "npm_config_cache",
    ]);
  });
});
