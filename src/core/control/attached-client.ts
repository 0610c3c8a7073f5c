import type { Duplex } from "node:stream";
import { assertNever } from "../model/assert.ts";
import type { Command } from "../scheduler/inputs.ts";
import { createGateCalls, type GateHost } from "./gate-calls.ts";
import { createLineReader } from "./line-reader.ts";
import { type AgentWords, PROTOCOL_VERSION, REQUEST_BYTES_MAX, type Reply, type Request } from "./protocol.ts";
import { readCommand, readRequest } from "./request-schema.ts";
import { createVoice, type Voice } from "./voice.ts";

/** What the lead offers to its clients. */
export interface ControlHost<Snapshot> {
  /** Everything published so far is contained in it. */
  readonly snapshot: () => Snapshot;
  /** Called with checked commands alone. */
  readonly onCommand: (command: Command) => Promise<Reply>;
  /** Takes what an agent says; unset where nobody listens to agents. */
  readonly onAgent?: (words: AgentWords) => Promise<Reply>;
  /** Unset where nobody runs gates. */
  readonly onGate?: GateHost;
}

/** One client, seen from the lead. */
export interface AttachedClient {
  readonly isSubscribed: boolean;
  /** Passes on a published line, or leaves it out when the client does not keep up. */
  publish(line: string): void;
  /** Says goodbye and resolves when the client has read it and gone; the caller bounds the time. */
  leave(reason: string): Promise<void>;
}

/**
 * Serves one client over a stream. Its requests are answered one after the other, but for gates, which take their time
 * beside them; nothing of it reaches others.
 */
export const attachClient = <Snapshot>(stream: Duplex, host: ControlHost<Snapshot>): AttachedClient => {
  const voice = createVoice(stream, host.snapshot);
  const gates = createGateCalls(voice, host.onGate);
  const requests = createLineReader(REQUEST_BYTES_MAX);
  let hasGreeted = false;
  let isSubscribed = false;

  const answer = async (request: Request): Promise<void> => {
    if (!hasGreeted) {
      greet(request, voice);
      hasGreeted = true;
      return;
    }
    isSubscribed ||= request.type === "subscribe";
    if (request.type === "gate") gates.begin(request.id, request);
    else await answerRequest(request, voice, host);
  };

  const answerAll = async (lines: readonly string[] | "too-long"): Promise<void> => {
    if (lines === "too-long") throw new Error(`a request is longer than ${REQUEST_BYTES_MAX} bytes`);
    for (const line of lines) {
      await answer(readRequest(line));
      // A client that does not read its answers is not read from either: what waits for it stays bounded.
      await voice.whenRead();
      if (!stream.writable) return;
    }
  };

  stream.on("data", (piece: Buffer) => {
    stream.pause();
    answerAll(requests.push(piece)).then(
      () => stream.resume(),
      (error: unknown) => voice.end({ type: "error", message: messageOf(error) }),
    );
  });

  // One that says nothing more waits for nothing more: a socket closes then by itself.
  stream.on("end", gates.drop);
  stream.on("close", gates.drop);

  return {
    get isSubscribed() {
      return isSubscribed;
    },
    publish: voice.publish,
    leave: (reason) => {
      gates.cut(reason);
      return voice.end({ type: "bye", reason });
    },
  };
};

/** Throws when the client does not begin as it must. */
const greet = (request: Request, voice: Voice): void => {
  if (request.type !== "hello") throw new Error("the first request must be hello");
  if (request.v !== PROTOCOL_VERSION) {
    throw new Error(`this lead speaks version ${PROTOCOL_VERSION} of the protocol, not ${request.v}`);
  }
  voice.say({ type: "reply", id: request.id, reply: { ok: true } });
};

const answerRequest = async <Snapshot>(
  request: Exclude<Request, { type: "gate" }>,
  voice: Voice,
  host: ControlHost<Snapshot>,
): Promise<void> => {
  switch (request.type) {
    case "hello":
      return voice.say({ type: "reply", id: request.id, reply: { ok: true } });
    case "snapshot":
    case "subscribe":
      return voice.saySnapshot(request.id);
    case "command":
      return voice.say({ type: "reply", id: request.id, reply: await obey(request.command, host) });
    case "agent":
      return voice.say({ type: "reply", id: request.id, reply: await hear(request.words, host) });
    default:
      return assertNever(request);
  }
};

const hear = async <Snapshot>(words: AgentWords, { onAgent }: ControlHost<Snapshot>): Promise<Reply> => {
  try {
    return (await onAgent?.(words)) ?? { ok: false, message: "nobody listens to agents here" };
  } catch (error) {
    return { ok: false, message: messageOf(error) };
  }
};

const obey = async <Snapshot>(value: unknown, host: ControlHost<Snapshot>): Promise<Reply> => {
  const read = readCommand(value);
  if ("problem" in read) return { ok: false, message: read.problem };
  try {
    return await host.onCommand(read.command);
  } catch (error) {
    return { ok: false, message: `the command failed: ${messageOf(error)}` };
  }
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
