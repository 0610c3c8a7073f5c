import type { Duplex } from "node:stream";
import { createOutbox } from "./outbox.ts";
import type { Message } from "./protocol.ts";

/** How much published text may wait for a slow client, in characters besides its snapshot, before it is left out. */
export const PUBLISHED_CHARACTERS_MAX = 4 * 1024 * 1024;

/** How much may wait for a slow client before progress is left out, in characters. */
const OFFERED_CHARACTERS_MAX = 256 * 1024;

/** The lead's voice towards one client. */
export interface Voice {
  say(message: Message<never, never, never>): void;
  saySnapshot(id: number | null): void;
  /** Says it, or leaves it out when the client does not keep up. */
  offer(message: Message<never, never, never>): void;
  /** Passes on a published line. A client that does not keep up loses some and gets a new snapshot when it has read. */
  publish(line: string): void;
  /** Resolves when the client has read what was said, or is gone. */
  whenRead(): Promise<void>;
  /** Says a last message and ends the stream; resolves when it is closed. */
  end(message: Message<never, never, never>): Promise<void>;
}

/** @param snapshot must contain everything published so far */
export const createVoice = (stream: Duplex, snapshot: () => unknown): Voice => {
  const outbox = createOutbox(stream);
  let isLagging = false;
  let charactersMax = PUBLISHED_CHARACTERS_MAX;

  const say = (message: Message<unknown, never, never>): number => {
    const line = JSON.stringify(message);
    outbox.send(line);
    return line.length;
  };

  const saySnapshot = (id: number | null): void => {
    charactersMax = PUBLISHED_CHARACTERS_MAX + say({ type: "snapshot", id, snapshot: snapshot() });
  };

  const catchUp = async (): Promise<void> => {
    await outbox.whenRead();
    isLagging = false;
    if (stream.writable) saySnapshot(null);
  };

  return {
    say: (message) => void say(message),
    saySnapshot,
    offer: (message) => void outbox.offer(JSON.stringify(message), OFFERED_CHARACTERS_MAX),
    publish: (line) => {
      if (isLagging || outbox.offer(line, charactersMax)) return;
      isLagging = true;
      say({ type: "lagged" });
      void catchUp();
    },
    whenRead: outbox.whenRead,
    end: async (message) => {
      if (!stream.writable) return;
      const closed = new Promise<void>((resolve) => void stream.once("close", resolve));
      say(message);
      outbox.flush();
      stream.end();
      // Whatever the client still says is dropped, so that its own end is seen.
      stream.resume();
      await closed;
    },
  };
};
