import type { Duplex } from "node:stream";
import { type AttachedClient, attachClient, type ControlHost } from "./attached-client.ts";
import type { Message } from "./protocol.ts";

/** How long the end of the lead waits for its clients to read the goodbye. */
export const GOODBYE_MS = 500;

/** Everything that clients of one lead share, whatever they are connected by. */
export interface ControlHub<Event, FeedLine> {
  attach(stream: Duplex): void;
  /** Tells every subscriber. Returns at once, however slow they read. */
  publish(event: Event): void;
  publishFeed(line: FeedLine): void;
  /** Says goodbye to all; resolves within GOODBYE_MS. */
  close(reason: string): Promise<void>;
}

/** @param host what the lead offers to its clients */
export const createControlHub = <Snapshot, Event, FeedLine>(
  host: ControlHost<Snapshot>,
): ControlHub<Event, FeedLine> => {
  const clients = new Map<Duplex, AttachedClient>();

  const tell = (message: Message<never, Event, FeedLine>): void => {
    const subscribers = [...clients.values()].filter((client) => client.isSubscribed);
    if (subscribers.length === 0) return;
    const line = JSON.stringify(message);
    for (const client of subscribers) client.publish(line);
  };

  return {
    attach: (stream) => {
      // A client that breaks off is the client's matter; `close` follows.
      stream.on("error", () => {});
      stream.on("close", () => clients.delete(stream));
      clients.set(stream, attachClient(stream, host));
    },
    publish: (event) => tell({ type: "event", event }),
    publishFeed: (feed) => tell({ type: "feed", feed }),
    close: async (reason) => {
      const goodbyes = Promise.all([...clients.values()].map((client) => client.leave(reason)));
      await Promise.race([goodbyes, afterMs(GOODBYE_MS)]);
      for (const stream of clients.keys()) stream.destroy();
    },
  };
};

/** Keeps the process alive for no longer than the goodbye itself. */
const afterMs = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
