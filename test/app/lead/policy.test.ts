import { expect, test } from "vitest";
import { policyOf } from "../../../src/app/lead/policy.ts";
import { configSchema } from "../../../src/core/model/config.ts";

const statusOf = (settings: Readonly<Record<string, unknown>>): string => {
  const config = configSchema.parse({ agents: { builder: { cli: "claude" } }, ...settings });
  return policyOf(config, "bmad", { hasGates: false, probesHooks: false, person: "nobody" }).finalStatus;
};

test.each([
  ["build", "story-file", undefined, "review"],
  ["build", "story-file", "done", "done"],
  ["build", "pantheon", undefined, "review"],
  ["build", "pantheon", "done", "done"],
  ["worker", "pantheon", "review", "done"],
  ["worker", "story-file", undefined, "review"],
  ["dev-review", "pantheon", "review", "done"],
])("what %s lands under %s, with final_status %s, is %s", (pipeline, profile, final_status, status) => {
  const more = final_status === undefined ? {} : { final_status };
  expect(statusOf({ pipeline, evidence: { profile }, ...more })).toBe(status);
});
