import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { anthropicWire } from "./anthropic-wire.ts";
import { chatWire } from "./chat-wire.ts";
import { type Brain, type Conversation, type ModelRequest, NO_TOKENS, type Step, TOKENS } from "./conversation.ts";
import { geminiWire } from "./gemini-wire.ts";
import { responsesWire } from "./responses-wire.ts";
import { toolCall } from "./tool-calls.ts";
import { type Answer, type Fields, fieldsOf, type Wire } from "./wire.ts";

const WIRES: readonly Wire[] = [anthropicWire, responsesWire, chatWire, geminiWire];
const LOOPBACK = "127.0.0.1";

/** A request that was seen, with what was answered. */
export interface SeenRequest extends ModelRequest {
  /** A request for a title, a summary or a number of tokens, which no brain is asked about. */
  readonly isSide: boolean;
  /** Unset while the brain has not decided. */
  step?: Step;
}

/**
 * A server on loopback that stands for the models of all programs, in this process. What it answers is decided by the
 * brain of the name in the base URL, so that programs and tests do not get into each other's way.
 */
export class ModelServer {
  readonly #brains = new Map<string, Brain>();
  readonly #seen = new Map<string, SeenRequest[]>();
  readonly #troubles: string[] = [];
  #server: Server | undefined;
  #port = 0;

  /** Starts to listen; after `close` at the same port again. */
  async open(): Promise<void> {
    const server = createServer((request, response) => {
      this.#handle(request, response).catch((error: unknown) => {
        // A program that has gone away needs no answer, and may have gone in the middle of its request.
        if (response.destroyed) return;
        this.#troubles.push(String(error));
        if (response.headersSent) response.destroy();
        // Not an error of the server's, which programs would try again for minutes.
        else sendJson(response, 400, { error: { message: String(error) } });
      });
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(this.#port, LOOPBACK, resolve);
    });
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Stops to listen and cuts all connections. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  /** Gives a name a brain, and forgets what it has been asked so far. */
  think(name: string, brain: Brain): void {
    this.#brains.set(name, brain);
    this.#seen.set(name, []);
  }

  /** The base URL of that name, without what a program's own API adds to it. */
  url(name: string): string {
    return `http://${LOOPBACK}:${this.#port}/${name}`;
  }

  /** All requests that the brain of that name was asked about, oldest first. */
  asked(name: string): readonly SeenRequest[] {
    return this.seen(name).filter(({ isSide }) => !isSide);
  }

  /** All requests to that name, side requests too. */
  seen(name: string): readonly SeenRequest[] {
    return this.#seen.get(name) ?? [];
  }

  /** Requests that could not be answered: the brain threw, or named a tool that the program does not have. */
  get troubles(): readonly string[] {
    return this.#troubles;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const [, name = "", path = "/"] = /^\/([^/]*)(\/.*)?$/.exec(pathname) ?? [];
    const wire = WIRES.find((each) => each.matches(path));
    const brain = this.#brains.get(name);
    const body = await readBody(request);
    if (wire === undefined || brain === undefined || request.method !== "POST") {
      const isList = request.method === "GET" && path.endsWith("/models");
      return sendJson(response, isList ? 200 : 404, isList ? { object: "list", data: [], models: [] } : NOTHING);
    }
    if (wire.counts?.(path)) return sendJson(response, 200, wire.count?.(TOKENS.input));
    const conversation = wire.read(body, path);
    const seen: SeenRequest = {
      ...conversation,
      wire: wire.name,
      path,
      number: this.asked(name).length,
      isSide: isSideRequest(conversation),
    };
    this.#seen.get(name)?.push(seen);
    seen.step = seen.isSide ? SIDE_STEP : await brain(seen);
    await play(seen.step, seen, wire, response);
  }
}

/** A title or a summary is asked for without tools, what a person might type next with the whole conversation. */
const isSideRequest = ({ tools, said }: Conversation): boolean => {
  const last = said.at(-1);
  return tools.length === 0 || (last?.by === "user" && last.text.startsWith("[SUGGESTION MODE:"));
};

const NOTHING = { error: { type: "not_found_error", message: "there is nothing here" } };
const SIDE_STEP: Step = { do: "say", text: "A story", tokens: NO_TOKENS };

const play = async (step: Step, request: ModelRequest, wire: Wire, response: ServerResponse): Promise<void> => {
  if (response.destroyed) return;
  switch (step.do) {
    case "hang":
      return;
    case "drop":
      response.destroy();
      return;
    case "refuse": {
      const body = step.body ?? wire.error(step.status, step.message ?? "The model server refuses.");
      return sendJson(response, step.status, body, step.headers);
    }
    case "stall":
    case "break-off":
      await sendPart(step.text, request, wire, response);
      if (step.do === "break-off") response.destroy();
      return;
    default:
      sendAnswer(answerOf(step, request), request, wire, response);
  }
};

const answerOf = (step: Extract<Step, { tokens?: unknown }>, request: ModelRequest): Answer =>
  step.do === "say"
    ? { text: step.text, tokens: step.tokens ?? TOKENS }
    : { text: step.say, call: toolCall(step, request.tools), tokens: step.tokens ?? TOKENS };

const sendAnswer = (answer: Answer, request: ModelRequest, wire: Wire, response: ServerResponse): void => {
  if (!request.streams) {
    sendJson(response, 200, wire.whole(answer, request.model));
    return;
  }
  startStream(response);
  for (const event of wire.stream(answer, request.model)) sendEvent(response, event);
  response.end();
};

/** The first half of a stream's events. */
const sendPart = (text: string, request: ModelRequest, wire: Wire, response: ServerResponse): Promise<void> => {
  const events = wire.stream({ text, tokens: TOKENS }, request.model);
  startStream(response);
  const half = events.slice(0, Math.max(1, Math.floor(events.length / 2)));
  for (const event of half) sendEvent(response, event);
  return new Promise((resolve) => response.write("\n", () => resolve()));
};

const startStream = (response: ServerResponse): void => {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" });
};

const sendEvent = (response: ServerResponse, { name, data }: { name?: string; data: unknown }): void => {
  const text = typeof data === "string" ? data : JSON.stringify(data);
  response.write(`${name === undefined ? "" : `event: ${name}\n`}data: ${text}\n\n`);
};

const sendJson = (
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void => {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
};

const readBody = async (request: IncomingMessage): Promise<Fields> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  const bytes = unpacked(Buffer.concat(parts), request.headers["content-encoding"]);
  return bytes.length === 0 ? {} : fieldsOf(JSON.parse(bytes.toString("utf8")));
};

const unpacked = (bytes: Buffer, encoding: string | undefined): Buffer => {
  switch (encoding) {
    case "gzip":
      return gunzipSync(bytes);
    case "br":
      return brotliDecompressSync(bytes);
    case "zstd":
      return zstdDecompressSync(bytes);
    default:
      return bytes;
  }
};
