import { describe, expect, test } from "vitest";
import { createSecretMask } from "../../../src/core/agents/mask-secrets.ts";

const mask = createSecretMask();

describe("known shapes are masked", () => {
  test.each([
    ["key sk-ant-api03-abcdefghijklmnop1234 used", "key *** used"],
    [`token ghp_${"a".repeat(36)}`, "token ***"],
    [`github_pat_${"A1".repeat(15)}!`, "***!"],
    ["AKIAIOSFODNN7EXAMPLE", "***"],
    ["xoxb-1234567890-abcdef", "***"],
    ["jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl.", "jwt ***."],
    ["Authorization: Bearer abcdefghijklmnop", "Authorization: Bearer ***"],
    ["password=hunter2hunter2 next", "password=*** next"],
    ['"api_key": "abcdef123456"', '"api_key": "***"'],
    ["DB_PASSWORD: s3cr3tpass", "DB_PASSWORD: ***"],
    ["postgres://user:pa55word@host/db", "postgres://user:***@host/db"],
    ["-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\nrest", "***\nrest"],
  ])("%s", (text, masked) => expect(mask(text)).toBe(masked));

  test.each([
    "the password is asked for",
    "a token ring",
    "risk-assessment-of-the-day",
    "src/secret/a.ts:12",
    "bearer of news",
    "task-1 done",
  ])("ordinary words stay: %s", (text) => expect(mask(text)).toBe(text));
});

test("values of variables with secret names are masked, the longest first", () => {
  const masked = createSecretMask({
    DEPLOY_TOKEN: "abcd1234",
    OTHER_SECRET: "abcd1234efgh",
    HOME: "/home/somebody",
    SSH_AUTH_SOCK: "/tmp/agent.sock",
    API_KEY: "short",
    KEYBOARD: "qwertyuiop",
  });
  expect(masked("abcd1234efgh abcd1234 /home/somebody /tmp/agent.sock short qwertyuiop")).toBe(
    "*** *** /home/somebody /tmp/agent.sock short qwertyuiop",
  );
});

test("a long line takes no time worth mentioning", () => {
  const started = performance.now();
  mask("a-".repeat(200_000));
  mask("password".repeat(50_000));
  mask("-----BEGIN PRIVATE KEY-----".repeat(5_000));
  expect(performance.now() - started).toBeLessThan(3_000);
});
