import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { AcpAnswer, AcpConnection } from "../../../src/app/bridge/acp-connection.ts";
import { beginSession } from "../../../src/app/bridge/acp-session.ts";
import { type AcpVerdict, runAcpTurn } from "../../../src/app/bridge/acp-turn.ts";
import { createBell } from "../../../src/app/bridge/bell.ts";
import type { TurnMessage } from "../../../src/app/bridge/turn-messages.ts";
import { createAcpTools } from "../../../src/core/agents/acp/acp-tools.ts";
import { createAcpUpdates } from "../../../src/core/agents/acp/acp-updates.ts";
import { createAcpUsage } from "../../../src/core/agents/acp/acp-usage.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A connection to an agent that answers as it is told, once it is asked. */
const connectionTo = (answer: (method: string) => Promise<AcpAnswer>): AcpConnection & { readonly sent: string[] } => {
  const sent: string[] = [];
  return {
    sent,
    request: (method) => {
      sent.push(method);
      return answer(method);
    },
    notify: (method) => void sent.push(method),
  };
};

test("an agent that does not say what it is within a minute is the configuration's fault", async () => {
  const connection = connectionTo(async () => ({ kind: "late" }));
  const request = { command: ["cat"], permission: "edit", gates: [] } as const;
  const wish = { request, folder: "/tree", version: "1" };
  expect(await beginSession(connection, wish)).toMatchObject({ t: "failed", cause: "config" });
});

test("an agent that does not give a prompt up for a message has failed, and is not asked twice", async () => {
  const connection = connectionTo(() => new Promise(() => undefined));
  const waiting: TurnMessage[] = [];
  const bell = createBell();
  const turn: Promise<AcpVerdict> = runAcpTurn(
    {
      ...{ connection, session: "s", bell, isToEnd: () => false },
      updates: createAcpUpdates(createAcpTools("/tree")),
      usage: createAcpUsage({ countsLastStep: false, isNewSession: true }),
      messages: { waiting: () => waiting, taken: () => undefined, close: () => undefined },
      onNextPrompt: () => undefined,
      onAnswer: () => undefined,
    },
    "Do it.",
  );
  await vi.advanceTimersByTimeAsync(100);
  expect(connection.sent).toEqual(["session/prompt"]);
  waiting.push({ id: "1", text: "Another word." });
  bell.ring();
  await vi.advanceTimersByTimeAsync(14_000);
  bell.ring();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await turn).toMatchObject({ t: "failed", cause: "other" });
  expect(connection.sent).toEqual(["session/prompt", "session/cancel"]);
});
