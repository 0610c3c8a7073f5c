import { describe, expect, test } from "vitest";
import { type GatePlanInput, planGates } from "../../../src/core/evidence/gate-plan.ts";
import { configSchema } from "../../../src/core/model/config.ts";

const gates = configSchema.parse({
  gates: {
    minutes: 10,
    commands: {
      typecheck: "npx tsc --noEmit",
      lint: "npm run lint",
      test: "npm test",
      api: { run: "go test ./...", cwd: "services/api", paths: ["services/api", "*.proto"], minutes: 2 },
    },
  },
}).gates;

const plan = (more: Partial<GatePlanInput> = {}) => planGates({ gates, detected: [], batchMode: false, ...more });
const names = (more: Partial<GatePlanInput> = {}) => plan(more).gates.map(({ name }) => name);

test("all configured gates apply, with their folders and limits", () => {
  expect(names()).toEqual(["typecheck", "lint", "test", "api"]);
  expect(plan().gates.at(-1)).toEqual({
    name: "api",
    run: "go test ./...",
    cwd: "services/api",
    timeoutMs: 120_000,
    foundIn: "gates.commands.api",
  });
  expect(plan().gates[0]).toMatchObject({ cwd: ".", timeoutMs: 600_000 });
});

test("a gate with paths applies only where one of them changed", () => {
  expect(names({ changedPaths: ["web/a.ts"] })).toEqual(["typecheck", "lint", "test"]);
  expect(names({ changedPaths: ["web/a.ts", "services/api/main.go"] })).toContain("api");
  expect(names({ changedPaths: ["x.proto"] })).toContain("api");
  expect(plan({ changedPaths: [] }).left).toEqual([{ name: "api", why: "paths" }]);
});

test("evidence.gates chooses, and an unknown name names the nearest", () => {
  expect(names({ wanted: ["test"] })).toEqual(["test"]);
  expect(() => plan({ wanted: ["tests", "zzz"] })).toThrow(
    'evidence.gates: there is no gate named "tests" (did you mean "test"?), "zzz"',
  );
  // As any other name, and as one that is asked for by an agent: a beginning is enough.
  expect(() => plan({ wanted: ["typ"] })).toThrow('"typ" (did you mean "typecheck"?)');
});

test("batch mode leaves type-check and lint to the end", () => {
  expect(plan({ batchMode: true }).left.map(({ name }) => name)).toEqual(["typecheck", "lint"]);
});

describe("without configuration", () => {
  const auto = configSchema.parse({}).gates;
  const detected = [
    { name: "test", kind: "test", run: "cargo test", foundIn: "Cargo.toml" },
    { name: "cargo-lint", kind: "lint", run: "cargo clippy", foundIn: "clippy.toml" },
  ] as const;

  test("the detected ones apply", () => {
    expect(plan({ gates: auto, detected, batchMode: true }).gates).toEqual([
      { name: "test", run: "cargo test", cwd: ".", timeoutMs: 1_800_000, foundIn: "Cargo.toml" },
    ]);
  });

  test("an empty list of commands means none", () => {
    expect(names({ gates: { ...auto, commands: {} }, detected })).toEqual([]);
  });
});

test.each(["/etc", "../x", "a/../../b", "~/x", "C:\\x"])("a folder outside the project is refused: %s", (cwd) => {
  expect(() => plan({ gates: { ...gates, commands: { test: { run: "x", cwd } } } })).toThrow("gates.commands.test.cwd");
});
