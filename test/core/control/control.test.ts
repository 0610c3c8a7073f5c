import { spawn } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { connectControl } from "../../../src/core/control/client.ts";
import { GOODBYE_MS } from "../../../src/core/control/hub.ts";
import { inFolder } from "../../../src/core/control/in-folder.ts";
import type { ControlClient } from "../../../src/core/control/open-client.ts";
import { type ControlServer, startControlServer } from "../../../src/core/control/server.ts";
import { PUBLISHED_CHARACTERS_MAX } from "../../../src/core/control/voice.ts";
import type { Command } from "../../../src/core/scheduler/inputs.ts";

interface Count {
  readonly events: number;
}
interface Numbered {
  readonly number: number;
  readonly text?: string;
}

let root: string;
let folder: string;
const closing: (() => unknown)[] = [];

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "control-")));
  folder = join(root, ".storyboard");
});

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  rmSync(root, { recursive: true, force: true });
});

interface Lead {
  readonly server: ControlServer<Numbered, string>;
  readonly commands: Command[];
  readonly publish: (text?: string) => void;
}

const startLead = async (directory = folder, socketName = "control.sock"): Promise<Lead> => {
  let events = 0;
  const commands: Command[] = [];
  const server = await startControlServer<Count, Numbered, string>({
    directory,
    socketName,
    snapshot: () => ({ events }),
    onCommand: async (command) => {
      commands.push(command);
      if (command.type === "cancel") throw new Error("a bug");
      return command.type === "resume" ? { ok: false, message: "the run is not paused" } : { ok: true };
    },
  });
  closing.push(() => server.close("the test ended"));
  const publish = (text?: string): void => {
    events++;
    server.publish({ number: events, ...(text === undefined ? {} : { text }) });
  };
  return { server, commands, publish };
};

const connectTo = async (directory = folder, socketName?: string): Promise<ControlClient<Count, Numbered, string>> => {
  const client = await connectControl<Count, Numbered, string>(directory, socketName);
  if (client === undefined) throw new Error("no lead");
  closing.push(() => client.close());
  return client;
};

/** Subscribes and keeps everything heard; `until` resolves when the predicate holds. */
const follow = async (client: ControlClient<Count, Numbered, string>) => {
  const heard: (Count | Numbered | string)[] = [];
  const waits: { holds: () => boolean; resolve: () => void }[] = [];
  const hear = (thing: Count | Numbered | string): void => {
    heard.push(thing);
    for (const wait of waits) if (wait.holds()) wait.resolve();
  };
  await client.subscribe({ onSnapshot: hear, onEvent: hear, onFeed: hear, onLagged: () => hear("lagged") });
  const until = (holds: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      waits.push({ holds, resolve });
      if (holds()) resolve();
    });
  return { heard, until };
};

const rawClient = async (
  ...lines: string[]
): Promise<{ socket: Socket; text: () => string; closed: Promise<void> }> => {
  const socket = inFolder(folder, () => connect("control.sock"));
  closing.push(() => socket.destroy());
  let text = "";
  socket.on("data", (piece) => {
    text += piece;
  });
  socket.on("error", () => {});
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  await new Promise((resolve) => socket.once("connect", resolve));
  for (const line of lines) socket.write(`${line}\n`);
  return { socket, text: () => text, closed };
};

const HELLO = '{"id":0,"type":"hello","v":1}';

test("a command makes the round trip and the reply says what the lead said", async () => {
  const lead = await startLead();
  const client = await connectTo();
  expect(await client.command({ type: "retry", story: "36-1", note: "mind the time zone" })).toEqual({ ok: true });
  expect(await client.command({ type: "resume" })).toEqual({ ok: false, message: "the run is not paused" });
  expect(await client.command({ type: "cancel", story: "36-1" })).toEqual({
    ok: false,
    message: "the command failed: a bug",
  });
  expect(lead.commands.map((command) => command.type)).toEqual(["retry", "resume", "cancel"]);
});

test("a snapshot contains what was published before, and events follow it without a gap", async () => {
  const lead = await startLead();
  lead.publish();
  lead.publish();
  const client = await connectTo();
  expect(await client.snapshot()).toEqual({ events: 2 });
  const { heard, until } = await follow(client);
  lead.publish();
  lead.server.publishFeed("36-1 │ BUILD  a failing test");
  lead.publish();
  await until(() => heard.length === 4);
  expect(heard).toEqual([{ events: 2 }, { number: 3 }, "36-1 │ BUILD  a failing test", { number: 4 }]);
});

test("two clients hear the same in the same order, and one that only asks hears nothing", async () => {
  const lead = await startLead();
  const [one, two, asking] = [await connectTo(), await connectTo(), await connectTo()];
  const [first, second] = [await follow(one), await follow(two)];
  for (let i = 0; i < 5_000; i++) lead.publish();
  await Promise.all([first, second].map(({ heard, until }) => until(() => heard.length === 5_001)));
  expect(first.heard).toEqual(second.heard);
  expect(first.heard.at(-1)).toEqual({ number: 5_000 });
  expect(await asking.snapshot()).toEqual({ events: 5_000 });
});

test("a project path of 300 characters works, and the working directory stays where it was", async () => {
  const deep = join(root, "a".repeat(150), "b".repeat(150), ".storyboard");
  const before = process.cwd();
  const lead = await startLead(deep);
  expect(process.cwd()).toBe(before);
  const client = await connectTo(deep);
  expect(process.cwd()).toBe(before);
  expect(await client.snapshot()).toEqual({ events: 0 });
  await lead.server.close("done");
  expect(existsSync(join(deep, "control.sock"))).toBe(false);
});

test("folder and socket are the user's alone, also where the folder was open before", async () => {
  mkdirSync(folder, { mode: 0o755 });
  await startLead();
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(lstatSync(join(folder, "control.sock")).isSocket()).toBe(true);
  expect(statSync(join(folder, "control.sock")).mode & 0o777).toBe(0o600);
});

test("a link in place of the folder is refused and its target left alone", async () => {
  const elsewhere = join(root, "elsewhere");
  mkdirSync(elsewhere, { mode: 0o755 });
  await import("node:fs/promises").then(({ symlink }) => symlink(elsewhere, folder));
  await expect(startLead()).rejects.toThrow(/not a folder of yours/);
  expect(statSync(elsewhere).mode & 0o777).toBe(0o755);
});

test("without a lead there is no client, whether the folder, the socket or only the process is missing", async () => {
  expect(await connectControl(folder)).toBeUndefined();
  mkdirSync(folder);
  expect(await connectControl(folder)).toBeUndefined();
  writeFileSync(join(folder, "control.sock"), "");
  expect(await connectControl(folder)).toBeUndefined();
});

test("a living lead is an error that names its socket; it goes on undisturbed", async () => {
  await startLead();
  const client = await connectTo();
  await expect(startLead()).rejects.toThrow(join(folder, "control.sock"));
  expect(await client.snapshot()).toEqual({ events: 0 });
  expect(await (await connectTo()).snapshot()).toEqual({ events: 0 });
});

test("a client that reads nothing delays nobody, is held to a bound, and catches up with a snapshot", async () => {
  const lead = await startLead();
  const stalled = await rawClient(HELLO, '{"id":1,"type":"subscribe"}');
  await expect.poll(stalled.text).toContain('"snapshot"');
  stalled.socket.pause();
  const other = await follow(await connectTo());
  const text = "x".repeat(10_000);
  const count = Math.ceil((3 * PUBLISHED_CHARACTERS_MAX) / text.length);
  let slowestMs = 0;
  for (let i = 0; i < count; i++) {
    const beforeMs = performance.now();
    lead.publish(text);
    slowestMs = Math.max(slowestMs, performance.now() - beforeMs);
    if (i % 50 === 0) await other.until(() => other.heard.length === i + 2);
  }
  await other.until(() => other.heard.length === count + 1);
  expect(other.heard).not.toContain("lagged");
  expect(slowestMs).toBeLessThan(1_000);
  stalled.socket.resume();
  await expect
    .poll(() => stalled.text().endsWith(`{"type":"snapshot","id":null,"snapshot":{"events":${count}}}\n`), {
      timeout: 10_000,
    })
    .toBe(true);
  expect(stalled.text()).toContain('{"type":"lagged"}');
  expect(stalled.text().length).toBeLessThan(2 * PUBLISHED_CHARACTERS_MAX);
  lead.publish("after");
  await expect.poll(stalled.text).toContain('"after"');
});

test("a client that asks without reading the answers is not read from, and delays nobody", async () => {
  let snapshots = 0;
  const server = await startControlServer<string, never, never>({
    directory: folder,
    snapshot: () => {
      snapshots++;
      return "x".repeat(100_000);
    },
    onCommand: async () => ({ ok: true }),
  });
  closing.push(() => server.close("the test ended"));
  const greedy = await rawClient(HELLO);
  await expect.poll(greedy.text).toContain('"ok":true');
  greedy.socket.pause();
  greedy.socket.write('{"id":1,"type":"snapshot"}\n'.repeat(1_000));
  const client = await connectTo();
  for (let i = 0; i < 20; i++) await client.snapshot();
  expect(snapshots).toBeLessThan(100);
});

test.each([
  ["text that is no JSON", [HELLO, "pause please"], /one JSON object/],
  ["a request of no known type", [HELLO, '{"id":1,"type":"dance"}'], /not a request/],
  ["a command before hello", ['{"id":1,"type":"command","command":{"type":"pause"}}'], /first request must be hello/],
  ["another version", ['{"id":0,"type":"hello","v":99}'], /version 1 .* not 99/],
  ["a line without end", [HELLO, "x".repeat(1024 * 1024 + 1)], /longer than 1048576 bytes/],
])("%s ends that client with a reason and no other", async (_, lines, reason) => {
  const lead = await startLead();
  const client = await connectTo();
  const garbage = await rawClient(...lines);
  await garbage.closed;
  expect(garbage.text()).toMatch(reason);
  expect(lead.commands).toEqual([]);
  expect(await client.snapshot()).toEqual({ events: 0 });
});

test.each([
  { type: "dance" },
  { type: "workers", max: 0 },
  { type: "workers", max: "3" },
  { type: "retry" },
  { type: "retry", story: "" },
  { type: "skip", story: "36-1", satisfies: "yes" },
  { type: "pause", extra: true },
  "pause",
  null,
])("%j is not a command: it is answered and never reaches the engine", async (command) => {
  const lead = await startLead();
  const client = await connectTo();
  const reply = await client.command(command as unknown as Command);
  expect(reply).toMatchObject({ ok: false, message: expect.stringMatching(/^not a command: /) });
  expect(lead.commands).toEqual([]);
});

test("an orderly end says goodbye and why; a client that reads nothing does not hold it up", async () => {
  const lead = await startLead();
  const client = await connectTo();
  const stalled = await rawClient(HELLO);
  stalled.socket.pause();
  const beforeMs = performance.now();
  await lead.server.close("the run has ended");
  expect(performance.now() - beforeMs).toBeLessThan(GOODBYE_MS + 2_000);
  expect(await client.ended).toEqual({ kind: "bye", reason: "the run has ended" });
  expect(existsSync(join(folder, "control.sock"))).toBe(false);
  expect(await connectControl(folder)).toBeUndefined();
});

test("closing never removes the socket of a lead that came after", async () => {
  const first = await startLead();
  rmSync(join(folder, "control.sock"));
  await startLead();
  await first.server.close("too late");
  expect(await (await connectTo()).snapshot()).toEqual({ events: 0 });
});

test("a killed lead is lost at once, its commands are answered so, and the next one takes its socket over", async () => {
  const lead = spawn(process.execPath, [join(import.meta.dirname, "lead-fixture.ts"), folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  closing.push(() => lead.kill("SIGKILL"));
  await new Promise((resolve) => lead.stdout.once("data", resolve));
  const client = await connectTo();
  expect(await client.command({ type: "pause" })).toEqual({ ok: true });
  expect(await client.snapshot()).toEqual({ commands: 1 });
  lead.kill("SIGKILL");
  expect(await client.ended).toMatchObject({ kind: "lost" });
  expect(await client.command({ type: "pause" })).toMatchObject({ ok: false });
  expect(await client.snapshot()).toBeUndefined();
  expect(existsSync(join(folder, "control.sock"))).toBe(true);
  expect(await connectControl(folder)).toBeUndefined();
  await startLead();
  expect(await (await connectTo()).snapshot()).toEqual({ events: 0 });
});

test("a lead that is stopped and does not answer is an error after a while, not a wait for ever", async () => {
  const { openControlClient } = await import("../../../src/core/control/open-client.ts");
  const { duplexPair } = await import("node:stream");
  const [, clientSide] = duplexPair();
  await expect(openControlClient(clientSide, 20)).rejects.toThrow(/does not answer/);
});

test("where the folder cannot hold a socket, a link leads to one that can", async () => {
  // The name under which the server binds is longer than its final one, and too long for a socket's address.
  const name = "s".repeat(102);
  const lead = await startLead(folder, name);
  expect(lstatSync(join(folder, name)).isSymbolicLink()).toBe(true);
  const client = await connectTo(folder, name);
  expect(await client.command({ type: "pause" })).toEqual({ ok: true });
  expect(lead.commands).toEqual([{ type: "pause" }]);
  await expect(startLead(folder, name)).rejects.toThrow(/alive already/);
});
