import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { detectGates } from "../../../src/core/evidence/detect-gates.ts";

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

const detect = async (files: Record<string, string>): Promise<string[]> => {
  const folder = await mkdtemp(path.join(tmpdir(), "detect-gates-"));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
  const gates = await detectGates({
    read: (name) => readFile(path.join(folder, name), "utf8").catch(() => undefined),
    exists: (name) =>
      stat(path.join(folder, name)).then(
        () => true,
        () => false,
      ),
  });
  return gates.map(({ name, run, foundIn }) => `${name}: ${run} (${foundIn})`);
};

const manifest = (fields: object): string => JSON.stringify(fields);

describe("a Node project", () => {
  test("scripts are run by npm where nothing says otherwise", async () => {
    const scripts = { "type-check": "tsc", lint: "eslint .", test: "vitest" };
    expect(await detect({ "package.json": manifest({ scripts }) })).toEqual([
      "typecheck: npm run type-check (package.json scripts.type-check)",
      "lint: npm run lint (package.json scripts.lint)",
      "test: npm test (package.json scripts.test)",
    ]);
  });

  test.each([
    ["pnpm-lock.yaml", "pnpm test"],
    ["yarn.lock", "yarn test"],
    ["bun.lock", "bun run test"],
    ["package-lock.json", "npm test"],
  ])("%s means %s", async (lockfile, run) => {
    expect((await detect({ "package.json": manifest({ scripts: { test: "x" } }), [lockfile]: "" }))[0]).toContain(
      ` ${run} `,
    );
  });

  test("what the package declares outweighs the lockfile", async () => {
    const text = manifest({ packageManager: "pnpm@9.0.0", scripts: { test: "x" } });
    expect(await detect({ "package.json": text, "yarn.lock": "" })).toEqual([
      "test: pnpm test (package.json scripts.test)",
    ]);
  });

  test("npm's default test script is no test", async () => {
    const scripts = { test: 'echo "Error: no test specified" && exit 1' };
    expect(await detect({ "package.json": manifest({ scripts }) })).toEqual([]);
  });

  test("the compiler is run only where the package brings it and has no script for it", async () => {
    const typed = manifest({ devDependencies: { typescript: "5" } });
    expect(await detect({ "package.json": typed, "tsconfig.json": "{}" })).toEqual([
      "typecheck: npx tsc --noEmit (tsconfig.json)",
    ]);
    expect(await detect({ "package.json": typed, "tsconfig.json": "{}", "pnpm-lock.yaml": "" })).toEqual([
      "typecheck: pnpm exec tsc --noEmit (tsconfig.json)",
    ]);
    expect(await detect({ "package.json": typed })).toEqual([]);
    expect(await detect({ "package.json": "{}", "tsconfig.json": "{}" })).toEqual([]);
  });

  test("a package.json that cannot be read shows nothing", async () => {
    expect(await detect({ "package.json": "{ nonsense" })).toEqual([]);
    expect(await detect({ "package.json": "[]" })).toEqual([]);
  });
});

describe("other projects", () => {
  test.each<[string, Record<string, string>, string[]]>([
    ["Cargo", { "Cargo.toml": "[package]" }, ["test: cargo test (Cargo.toml)"]],
    [
      "Cargo with clippy",
      { "Cargo.toml": "[lints.clippy]\nall='deny'" },
      ["lint: cargo clippy --all-targets (Cargo.toml lints.clippy)", "test: cargo test (Cargo.toml)"],
    ],
    ["Go", { "go.mod": "module x" }, ["lint: go vet ./... (go.mod)", "test: go test ./... (go.mod)"]],
    [
      "Python",
      { "pyproject.toml": "[tool.pytest.ini_options]\n[tool.ruff]\n[tool.mypy]", "uv.lock": "" },
      [
        "typecheck: uv run mypy . (pyproject.toml)",
        "lint: uv run ruff check . (pyproject.toml)",
        "test: uv run pytest (pyproject.toml)",
      ],
    ],
    ["Python with requirements", { "requirements-dev.txt": "pytest==8\n" }, ["test: pytest (requirements-dev.txt)"]],
    ["Python without tests", { "pyproject.toml": "[project]\nname='x'\n# pytest one day" }, []],
    ["Gradle", { "build.gradle.kts": "", gradlew: "" }, ["test: ./gradlew test (build.gradle.kts)"]],
    ["Maven", { "pom.xml": "" }, ["test: mvn -B test (pom.xml)"]],
    ["Mix", { "mix.exs": "", ".credo.exs": "" }, ["lint: mix credo (.credo.exs)", "test: mix test (mix.exs)"]],
    ["RSpec", { Gemfile: "", ".rspec": "" }, ["test: bundle exec rspec (.rspec)"]],
    ["Rake", { Gemfile: "", Rakefile: "Rake::TestTask.new" }, ["test: bundle exec rake test (Rakefile)"]],
    [
      "Composer",
      { "composer.json": '{"scripts":{"test":"phpunit"}}' },
      ["test: composer run-script test (composer.json scripts.test)"],
    ],
    [
      "Deno",
      { "deno.jsonc": '{ // tasks\n "tasks": {"lint": "deno lint",}, }' },
      ["lint: deno task lint (deno.jsonc tasks.lint)", "test: deno test (deno.jsonc)"],
    ],
    [
      "Make",
      { Makefile: "CHECK := x\n.PHONY: test lint\nlint test: deps\n\techo lint\ncheck:\n" },
      ["lint: make lint (Makefile target lint)", "test: make test (Makefile target test)"],
    ],
    ["Make with an assignment only", { Makefile: "test := 1\nlint = 2\n" }, []],
    ["nothing", {}, []],
  ])("%s", async (_, files, gates) => expect(await detect(files)).toEqual(gates));
});

test("a second gate of a kind gets its language's name, and a Makefile adds only what nothing else gave", async () => {
  const files = {
    "package.json": manifest({ scripts: { test: "x" } }),
    "Cargo.toml": "",
    Makefile: "test:\n\tx\nlint:\n\ty\n",
  };
  expect(await detect(files)).toEqual([
    "lint: make lint (Makefile target lint)",
    "test: npm test (package.json scripts.test)",
    "cargo-test: cargo test (Cargo.toml)",
  ]);
});
