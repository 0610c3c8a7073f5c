import type { DetectedGate, GateDetector, GateKind, ProjectReader } from "./detected-gate.ts";
import { parseJsonWithComments } from "./json-with-comments.ts";

/** A place where a tool of Python leaves its settings. */
type Place = readonly [file: string, section: RegExp];

const PYTEST: readonly Place[] = [
  ["pytest.ini", /^/],
  ["pyproject.toml", /^\s*\[tool\.pytest\b/m],
  ["setup.cfg", /^\s*\[tool:pytest\]/m],
  ["tox.ini", /^\s*\[pytest\]/m],
  ["conftest.py", /^/],
  ["tests/conftest.py", /^/],
  ["pyproject.toml", /^[^#\n]*["']?\bpytest\b/m],
  ["requirements-dev.txt", /^\s*pytest\b/m],
  ["requirements.txt", /^\s*pytest\b/m],
  ["Pipfile", /^\s*pytest\b/m],
];

const RUFF: readonly Place[] = [
  ["ruff.toml", /^/],
  [".ruff.toml", /^/],
  ["pyproject.toml", /^\s*\[tool\.ruff\b/m],
];

const MYPY: readonly Place[] = [
  ["mypy.ini", /^/],
  [".mypy.ini", /^/],
  ["pyproject.toml", /^\s*\[tool\.mypy\b/m],
  ["setup.cfg", /^\s*\[mypy\b/m],
];

/** pytest, ruff and mypy where the project configures them, run by the tool whose lockfile is there. */
export const detectPython: GateDetector = async (reader) => {
  const runner = await pythonRunner(reader);
  const gate = async (kind: GateKind, run: string, places: readonly Place[]): Promise<Omit<DetectedGate, "name">[]> => {
    const foundIn = await firstPlace(reader, places);
    return foundIn === undefined ? [] : [{ kind, run: runner + run, foundIn }];
  };
  return [
    ...(await gate("typecheck", "mypy .", MYPY)),
    ...(await gate("lint", "ruff check .", RUFF)),
    ...(await gate("test", "pytest", PYTEST)),
  ];
};

const RUNNERS: readonly (readonly [lockfile: string, runner: string])[] = [
  ["uv.lock", "uv run "],
  ["poetry.lock", "poetry run "],
  ["pdm.lock", "pdm run "],
  ["Pipfile.lock", "pipenv run "],
];

const pythonRunner = async (reader: ProjectReader): Promise<string> => {
  for (const [lockfile, runner] of RUNNERS) if (await reader.exists(lockfile)) return runner;
  return "";
};

const firstPlace = async (reader: ProjectReader, places: readonly Place[]): Promise<string | undefined> => {
  for (const [file, section] of places) {
    const text = await reader.read(file);
    if (text !== undefined && section.test(text)) return file;
  }
  return undefined;
};

/** RSpec, else the Rakefile's test task; rubocop where it is configured. All through bundler. */
export const detectRuby: GateDetector = async (reader) => {
  if (!(await reader.exists("Gemfile"))) return [];
  const rubocop = (await reader.exists(".rubocop.yml"))
    ? [{ kind: "lint", run: "bundle exec rubocop", foundIn: ".rubocop.yml" } as const]
    : [];
  return [...rubocop, ...(await rubyTests(reader))];
};

const RAKE_TEST = /\bRake::TestTask\b|\bMinitest::TestTask\b|\btask\s*\(?\s*:?["']?test\b|load_tasks/;

const rubyTests = async (reader: ProjectReader): Promise<readonly Omit<DetectedGate, "name">[]> => {
  for (const file of [".rspec", "spec/spec_helper.rb"]) {
    if (await reader.exists(file)) return [{ kind: "test", run: "bundle exec rspec", foundIn: file }];
  }
  const rakefile = (await reader.read("Rakefile")) ?? "";
  return RAKE_TEST.test(rakefile) ? [{ kind: "test", run: "bundle exec rake test", foundIn: "Rakefile" }] : [];
};

const COMPOSER_SCRIPTS: readonly (readonly [GateKind, readonly string[]])[] = [
  ["typecheck", ["typecheck", "type-check", "types", "phpstan", "analyse", "analyze", "psalm"]],
  ["lint", ["lint", "cs", "check-style"]],
  ["test", ["test", "tests", "phpunit"]],
];

/** Scripts of composer.json. */
export const detectComposer: GateDetector = async (reader) => {
  const scripts = parseJsonWithComments(await reader.read("composer.json"))?.scripts;
  if (typeof scripts !== "object" || scripts === null) return [];
  return COMPOSER_SCRIPTS.flatMap(([kind, names]) => {
    const name = names.find((script) => Object.hasOwn(scripts, script));
    return name === undefined
      ? []
      : [{ kind, run: `composer run-script ${name}`, foundIn: `composer.json scripts.${name}` }];
  });
};
