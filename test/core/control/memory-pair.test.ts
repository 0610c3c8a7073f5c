import { expect, test } from "vitest";
import type { z } from "zod";
import { createControlPair } from "../../../src/core/control/memory-pair.ts";
import type { commandSchema } from "../../../src/core/control/request-schema.ts";
import type { Command } from "../../../src/core/scheduler/inputs.ts";

test("the pair in memory behaves like the socket: snapshot, events, commands, goodbye", async () => {
  const commands: Command[] = [];
  const pair = createControlPair<string, number, string>({
    snapshot: () => "the state",
    onCommand: async (command) => {
      commands.push(command);
      pair.server.publish(commands.length);
      return { ok: true, message: "done" };
    },
  });
  const client = await pair.connect();
  const heard: unknown[] = [];
  await client.subscribe({ onSnapshot: (s) => heard.push(s), onEvent: (e) => heard.push(e) });
  expect(await client.command({ type: "workers", max: 4 })).toEqual({ ok: true, message: "done" });
  expect(await client.command({ type: "workers", max: 0 })).toMatchObject({ ok: false });
  expect(heard).toEqual(["the state", 1]);
  await pair.server.close("the run has ended");
  expect(await client.ended).toEqual({ kind: "bye", reason: "the run has ended" });
});

test("the schema knows every command of the scheduler", () => {
  // Does not compile when a command is missing from the schema.
  const accepts = (command: Command): z.infer<typeof commandSchema> => command;
  expect(accepts({ type: "pause" })).toEqual({ type: "pause" });
});
