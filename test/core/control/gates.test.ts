import { duplexPair } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { attachClient, type ControlHost } from "../../../src/core/control/attached-client.ts";
import { GATE_CALLS_MAX, type GateHost } from "../../../src/core/control/gate-calls.ts";
import type { GateAnswer, GateProgress } from "../../../src/core/control/gate-messages.ts";
import { createControlHub } from "../../../src/core/control/hub.ts";
import { createControlPair } from "../../../src/core/control/memory-pair.ts";
import { openControlClient } from "../../../src/core/control/open-client.ts";
import { createGateRunner, type GateRun } from "../../../src/core/evidence/gate-runner.ts";

const host = (onGate: GateHost): ControlHost<string> => ({
  snapshot: () => "state",
  onCommand: async () => ({ ok: true }),
  onGate,
});
const PASS: GateAnswer = { kind: "reports", reports: [] };
const ask = (gate = "test") => ({ gate, folder: "/w" });

describe("requests for gates", () => {
  test("wait beside each other and beside commands, and are told how far they are", async () => {
    const open = new Map<string, (answer: GateAnswer) => void>();
    const pair = createControlPair(
      host((asked, _, tell) => {
        tell({ kind: "queued", name: asked.gate, ahead: 2 });
        return new Promise((resolve) => void open.set(asked.gate, resolve));
      }),
    );
    const client = await pair.connect();
    const heard: GateProgress[] = [];
    const [slow, quick] = [client.gate(ask("slow"), (how) => heard.push(how)), client.gate(ask("quick"))];
    expect(await client.command({ type: "pause" })).toEqual({ ok: true });
    open.get("quick")?.(PASS);
    expect(await quick).toEqual(PASS);
    expect(heard).toEqual([{ kind: "queued", name: "slow", ahead: 2 }]);
    open.get("slow")?.({ kind: "cut", reason: "x" });
    expect(await slow).toEqual({ kind: "cut", reason: "x" });
  });

  test("are answered when the lead leaves, before its goodbye, and their run is given up", async () => {
    let signal: AbortSignal | undefined;
    const pair = createControlPair(
      host((_, given) => {
        signal = given;
        return new Promise(() => {});
      }),
    );
    const client = await pair.connect();
    const waiting = client.gate(ask());
    await client.snapshot();
    await pair.server.close("the run stops");
    expect(await waiting).toEqual({ kind: "cut", reason: "the run stops" });
    expect(await client.ended).toMatchObject({ kind: "bye" });
    expect(signal?.aborted).toBe(true);
  });

  test("of a client that goes away are given up; one that fails is an answer", async () => {
    const signals: AbortSignal[] = [];
    const pair = createControlPair(
      host((asked, signal) => {
        signals.push(signal);
        return asked.gate === "bad" ? Promise.reject(new Error("the disk is full")) : new Promise(() => {});
      }),
    );
    const [leaver, stayer] = [await pair.connect(), await pair.connect()];
    const [left, failed] = [leaver.gate(ask()), stayer.gate(ask("bad"))];
    expect(await failed).toEqual({ kind: "cut", reason: "the disk is full" });
    void stayer.gate(ask());
    await stayer.snapshot();
    leaver.close();
    expect(await left).toBeUndefined();
    await nextTurn();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false, false]);
  });

  test("are bounded for each client, and off where nobody runs gates", async () => {
    const pair = createControlPair(host(() => new Promise(() => {})));
    const client = await pair.connect();
    for (let n = 0; n < GATE_CALLS_MAX; n++) void client.gate(ask());
    expect(await client.gate(ask())).toMatchObject({ kind: "cut" });
    const off = createControlPair({ snapshot: () => "", onCommand: async () => ({ ok: true }) });
    expect(await (await off.connect()).gate(ask())).toEqual({ kind: "off" });
  });

  test.each([
    { gate: "", folder: "/w" },
    { gate: "test", folder: "relative" },
    { gate: "x".repeat(201), folder: "/w" },
    { gate: "test", folder: "/w", story: "" },
  ])("that are none (%o) end the connection with a reason", async (asked) => {
    const client = await createControlPair(host(async () => PASS)).connect();
    expect(await client.gate(asked)).toBeUndefined();
    expect(await client.ended).toMatchObject({ kind: "lost", message: expect.stringContaining("not a request") });
  });

  test("leave out the progress that a client does not read, never the answer", async () => {
    const [leadSide, clientSide] = duplexPair({ highWaterMark: 1024 });
    attachClient(
      leadSide,
      host(async (_, __, tell) => {
        for (let n = 0; n < 5_000; n++) tell({ kind: "running", name: "test", lines: ["x".repeat(500)] });
        return PASS;
      }),
    );
    clientSide.write('{"id":0,"type":"hello","v":1}\n{"id":1,"type":"gate","gate":"test","folder":"/w"}\n');
    await nextTurn();
    let text = "";
    for await (const piece of clientSide) {
      text += piece;
      if (text.includes('"type":"gate"')) break;
    }
    expect(text.length).toBeLessThan(600 * 1024);
    expect(text).toContain('"type":"progress"');
  });
});

/** What may happen to a lead and its clients while gates are asked for. */
type Act =
  | { readonly kind: "ask"; readonly client: number; readonly key: number }
  | { readonly kind: "leave"; readonly client: number }
  | { readonly kind: "end"; readonly nth: number; readonly how: "pass" | "fail" | "cut" | "crash" };

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("ask" as const), client: fc.nat(2), key: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("leave" as const), client: fc.nat(2) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("end" as const),
      nth: fc.nat(3),
      how: fc.constantFrom("pass" as const, "fail" as const, "cut" as const, "crash" as const),
    }),
  },
);

/** A lead whose gates end when the test says so, or when nobody waits for them any more. */
const leadOf = (parallel: number) => {
  const running: { end: (run: GateRun) => void; crash: (error: Error) => void }[] = [];
  let most = 0;
  const runner = createGateRunner({
    parallel,
    cache: { get: async () => undefined, set: async () => {} },
    run: (_, signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<GateRun>();
      const gate = { end: resolve, crash: reject };
      running.push(gate);
      most = Math.max(most, running.length);
      const gone = () => void running.splice(running.indexOf(gate), 1);
      promise.then(gone, gone);
      signal.addEventListener("abort", () => resolve(ended("cut")));
      return promise;
    },
  });
  const leaving = new AbortController();
  const hub = createControlHub<string, never, never>(
    host(async ({ gate }, signal) => {
      const request = { name: gate, key: gate, run: "true", cwd: "/", timeoutMs: 1 };
      const outcome = await runner.request(request, AbortSignal.any([signal, leaving.signal]));
      return outcome.cut === undefined ? PASS : { kind: "cut", reason: outcome.cut };
    }),
  );
  /** A client, and how many answers the lead has written to it. */
  const connect = async () => {
    const [leadSide, clientSide] = duplexPair();
    hub.attach(leadSide);
    let text = "";
    clientSide.on("data", (piece) => {
      text += piece;
    });
    const client = await openControlClient<string, never, never>(clientSide);
    if (client === undefined) throw new Error("the hub answers");
    return { client, written: () => text.split('"type":"gate"').length - 1 };
  };
  return { hub, connect, running, leaving, most: () => most };
};

const ended = (how: "pass" | "fail" | "cut"): GateRun => {
  const told = { durationMs: 1, tail: [], output: "/o" };
  return how === "cut" ? { kind: "cut", reason: "stopped", ...told } : { kind: "ended", ok: how === "pass", ...told };
};

test("whatever clients and the lead do, every request is answered once, and no more gates run than may", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 3 }), fc.array(act, { maxLength: 40 }), async (parallel, acts) => {
      const lead = leadOf(parallel);
      const clients = [await lead.connect(), await lead.connect(), await lead.connect()];
      const requests = [0, 0, 0];
      const asked: Promise<void>[] = [];
      const hasLeft = new Set<number>();
      for (const one of acts) {
        if (one.kind === "ask") {
          requests[one.client]! += 1;
          const answer = clients[one.client]!.client.gate(ask(`k${one.key}`));
          // A client that is there hears a real answer.
          asked.push(answer.then((given) => expect(given !== undefined || hasLeft.has(one.client)).toBe(true)));
        } else if (one.kind === "leave") {
          hasLeft.add(one.client);
          clients[one.client]!.client.close();
        } else {
          const gate = lead.running[one.nth];
          if (one.how === "crash") gate?.crash(new Error("vanished"));
          else gate?.end(ended(one.how));
        }
        await nextTurn();
        await nextTurn();
      }
      lead.leaving.abort(new Error("the run stops"));
      // Its goodbye to clients that have gone takes half a second.
      void lead.hub.close("the run stops");
      await Promise.all(asked);
      for (const [index, { written }] of clients.entries()) {
        if (hasLeft.has(index)) expect(written()).toBeLessThanOrEqual(requests[index]!);
        else expect(written()).toBe(requests[index]);
      }
      expect(lead.most()).toBeLessThanOrEqual(parallel);
      await nextTurn();
      expect(lead.running).toEqual([]);
    }),
    { numRuns: 150 },
  );
});
