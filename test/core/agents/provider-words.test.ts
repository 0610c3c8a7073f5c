import { expect, test } from "vitest";
import { failureOfError } from "../../../src/core/agents/acp/acp-failure.ts";
import { AGENTS } from "../../../src/core/agents/agents.ts";

const endOf = (cli: string, lines: readonly object[], status = 1) => {
  const parser = AGENTS.find((agent) => agent.cli === cli)?.createParser();
  for (const line of lines) parser?.line(JSON.stringify(line));
  return parser?.end({ status }).end;
};

/** How the Gemini API words every limit, and how it words one that waiting does not help with. */
const QUOTA =
  "You exceeded your current quota, please check your plan and billing details. * Quota exceeded for metric: generate_content_free_tier_requests, limit: 20, model: gemini-2.5-pro Please retry in 38.9s.";
const NO_QUOTA = QUOTA.replace("limit: 20", "limit: 0");

test.each([
  ["gemini", (message: string) => [{ type: "result", status: "error", error: { type: "unknown", message } }]],
  [
    "opencode",
    (message: string) => [
      { type: "error", sessionID: "ses_1", error: { name: "APIError", data: { message, statusCode: 429 } } },
    ],
  ],
])("%s: a limit that names billing is a limit; a quota of nothing is a bill", (cli, lines) => {
  expect(endOf(cli, lines(QUOTA))).toMatchObject({ kind: "failed", cause: "rate-limit" });
  expect(endOf(cli, lines(NO_QUOTA))).toMatchObject({ kind: "failed", cause: "billing" });
});

test("claude: the limit that an organisation sets itself is no failure of the work", () => {
  const said = (text: string) => [
    {
      type: "result",
      subtype: "success",
      is_error: true,
      terminal_reason: "api_error",
      api_error_status: 400,
      result: text,
    },
  ];
  const limit =
    "API Error: 400 You have reached your specified API usage limits. You will regain access on 2027-04-01.";
  expect(endOf("claude", said(limit))).toMatchObject({ cause: "billing" });
  expect(endOf("claude", said("API Error: 400 This organization has been disabled."))).toMatchObject({ cause: "auth" });
});

test("acp: what an agent said of its work does not decide what an error was", () => {
  const error = { code: -32603, message: "Internal error" };
  for (const said of ["I add the login form and the authentication.", "Handling ENOSPC and 429 now.", "billing"]) {
    expect(failureOfError(error, said)).toMatchObject({ cause: "other" });
  }
  expect(failureOfError(error, "API Error: 529 overloaded")).toMatchObject({ cause: "overloaded" });
});
