import { once } from "node:events";
import { ReadableStream, WritableStream } from "node:stream/web";
import type { AnyMessage, Stream } from "@agentclientprotocol/sdk";
import { type Fields, fieldsOf, readObject } from "../../core/agents/reading/fields.ts";
import { createLineSplitter } from "../../core/jobs/line-splitter.ts";
import { plainLine } from "../../core/model/plain-text.ts";
import type { AgentProcess } from "./start-agent.ts";

/** Bytes of a message that are kept; one that is longer is lost. */
const MESSAGE_BYTES_MAX = 64 * 1024 * 1024;
/** Lines that are no messages that go to stderr, for people, and characters of each. */
const STRAY_LINES_MAX = 100;
const STRAY_LENGTH_MAX = 500;

/** Who is told of what an agent sends. */
export interface StreamListeners {
  /** Anything at all. */
  onLife(): void;
  /** The parameters of a `session/update`. */
  onUpdate(params: Fields): void;
}

/**
 * The messages between us and an agent's process. Updates do not go through the SDK, which handles them after the
 * answer that they came before, and drops those that do not fit its schema in every field. Some agents print other
 * lines among the messages: those go to stderr, and are not answered, as the SDK's own stream would.
 */
export const messageStream = ({ stdin, stdout }: AgentProcess, { onLife, onUpdate }: StreamListeners): Stream => {
  const lines = createLineSplitter(MESSAGE_BYTES_MAX);
  let strayLines = 0;
  const read = (line: string): readonly AnyMessage[] => {
    const message = readObject(line);
    if (message?.jsonrpc === "2.0") {
      if (message.method !== "session/update") return [message as AnyMessage];
      onUpdate(fieldsOf(message.params) ?? {});
      return [];
    }
    if (line.trim() !== "" && strayLines++ < STRAY_LINES_MAX) {
      process.stderr.write(`${plainLine(line.slice(0, STRAY_LENGTH_MAX))}\n`);
    }
    return [];
  };
  const pieces = stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  return {
    readable: new ReadableStream<AnyMessage>({
      async pull(controller) {
        let found: readonly AnyMessage[] = [];
        while (found.length === 0) {
          const { done, value } = await pieces.next();
          if (done === true) {
            for (const message of lines.end().flatMap(read)) controller.enqueue(message);
            controller.close();
            return;
          }
          onLife();
          found = lines.push(value).flatMap(read);
        }
        for (const message of found) controller.enqueue(message);
      },
    }),
    writable: new WritableStream<AnyMessage>({
      async write(message) {
        // An agent that has ended is told of by its end.
        if (!stdin.writable || stdin.write(`${JSON.stringify(message)}\n`)) return;
        await Promise.race([once(stdin, "drain"), once(stdin, "close")]);
      },
    }),
  };
};
