import { expect, test } from "vitest";
import { parse } from "yaml";
import { configJsonSchema, type JsonSchema } from "../../../src/app/configuration/json-schema.ts";
import { configSchema } from "../../../src/core/model/config.ts";

/** The example of the documentation. */
const EXAMPLE = `
source: auto
order: auto
pipeline: dev-review
max_workers: 3
max_retry_per_story: 3
circuit_breaker: 3
isolation: worktree
worktree: { root: auto, setup: auto, clone: auto, copy: auto, keep: [node_modules] }
agents:
  builder:  { cli: claude, model: sonnet, escalate: [opus], permissions: edit }
  reviewer: { cli: codex }
dev_agent: builder
review_agent: reviewer
review:   { blocking: high, max_iterations: 3 }
evidence: { profile: story-file, criteria: warn, gates: [test] }
gates:    { commands: { typecheck: npx tsc --noEmit, lint: npm run lint, test: npm test }, parallel: 1, baseline: require, coordinator: auto }
batch_mode: false
limits:   { turn_minutes: 120, silent_minutes: 20, story_turns: 20, transcript_mb: 200, story_usd: null, run_usd: null, story_tokens: null, run_tokens: null }
resources: { test-db: 1, port: { pool: 4000-4010, env: PORT } }
plan_gate: off
inbox:    wait
notify:   { bell: true, desktop: true, webhook: null }
hooks:    { story_ended: [./notify.sh] }
finish:   { push: false, pr: false }
`;

test("the published schema accepts the documented example, as the program does", () => {
  expect(violations(parse(EXAMPLE), configJsonSchema())).toEqual([]);
  expect(configSchema.safeParse(parse(EXAMPLE)).error).toBeUndefined();
});

test("the published schema accepts pipelines, roles and templates of a project's own", () => {
  const text = `
pipeline: careful
roles: { security: auditor }
prompts: { audit: house/audit.md }
pipelines:
  careful:
    phases:
      - { name: BUILD, times: 3, on_failure: BUILD }
      - { name: AUDIT, role: security, prompt: audit, permission: read, evidence: verdict, on_findings: REPAIR, next: LAND }
      - { name: REPAIR, session: BUILD, status: in-progress, permission: edit, next: AUDIT, triage: false }
`;
  expect(violations(parse(text), configJsonSchema())).toEqual([]);
  expect(configSchema.safeParse(parse(text)).error).toBeUndefined();
});

test("the published schema accepts the other names of settings", () => {
  const text = "max_parallel_agents: 3\ndev_category: deep\nworker_model: opus\nplan_approval_gate: true\n";
  expect(violations(parse(text), configJsonSchema())).toEqual([]);
});

test.each([
  ["max_worker: 3", "max_worker"],
  ["order: alphabetic", "order"],
  ["agents: { builder: { cli: claud } }", "agents.builder.cli"],
  ["agents: { builder: { model: x } }", "agents.builder.cli"],
  ["max_workers: 0", "max_workers"],
  ["gates: { commands: 3 }", "gates.commands"],
  ["pipelines: { own: { phases: [] } }", "pipelines.own.phases"],
  ["pipelines: { own: { phases: [{ name: build }] } }", "pipelines.own.phases[0].name"],
  ["pipelines: { own: { phases: [{ name: BUILD, on_error: X }] } }", "pipelines.own.phases[0].on_error"],
  ["pipelines: { own: { phases: [{ name: BUILD, evidence: belief }] } }", "pipelines.own.phases[0].evidence"],
  ["pipelines: { own: { phases: [{ name: BUILD, times: 0 }] } }", "pipelines.own.phases[0].times"],
  ["roles: { security: 3 }", "roles.security"],
  ["prompts: { build: [] }", "prompts.build"],
  ["plan_gate: some", "plan_gate"],
])("the published schema refuses %s", (text, place) => {
  expect(violations(parse(text), configJsonSchema())).toEqual([place]);
});

/** Places that a schema refuses: the keywords that ours uses, and no others. */
const violations = (value: unknown, schema: JsonSchema, at = ""): string[] => {
  if (schema.anyOf !== undefined) {
    return schema.anyOf.some((branch) => violations(value, branch, at).length === 0) ? [] : [at];
  }
  const isWrong = [
    schema.type !== undefined && ![schema.type].flat().some((type) => typeName(value, type) === type),
    schema.const !== undefined && schema.const !== value,
    Array.isArray(schema.enum) && !schema.enum.includes(value),
    typeof schema.pattern === "string" && !new RegExp(schema.pattern, "u").test(String(value)),
    typeof schema.exclusiveMinimum === "number" && Number(value) <= schema.exclusiveMinimum,
    typeof schema.maximum === "number" && Number(value) > schema.maximum,
    typeof schema.minLength === "number" && String(value).length < schema.minLength,
    typeof schema.minItems === "number" && (value as unknown[]).length < schema.minItems,
  ].some(Boolean);
  if (isWrong) return [at];
  if (Array.isArray(value)) return value.flatMap((item, i) => violations(item, schema.items ?? {}, `${at}[${i}]`));
  if (typeof value !== "object" || value === null) return [];
  const path = (key: string): string => (at === "" ? key : `${at}.${key}`);
  const missing = ((schema.required as string[] | undefined) ?? []).filter((key) => !Object.hasOwn(value, key));
  return [
    ...missing.map(path),
    ...Object.entries(value).flatMap(([key, inner]) => {
      const known = schema.properties?.[key] ?? schema.additionalProperties ?? true;
      if (known === false) return [path(key)];
      return known === true ? [] : violations(inner, known, path(key));
    }),
  ];
};

const typeName = (value: unknown, wanted: unknown): string => {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value === "number" && wanted === "integer" && Number.isInteger(value) ? "integer" : typeof value;
};
