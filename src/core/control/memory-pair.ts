import { duplexPair } from "node:stream";
import { assert } from "../model/assert.ts";
import type { ControlHost } from "./attached-client.ts";
import { createControlHub } from "./hub.ts";
import { type ControlClient, openControlClient } from "./open-client.ts";
import type { ControlServer } from "./server.ts";

/** A lead's side and its clients in one process, over streams in memory: the same protocol without a socket. */
export interface ControlPair<Snapshot, Event, FeedLine> {
  readonly server: ControlServer<Event, FeedLine>;
  connect(): Promise<ControlClient<Snapshot, Event, FeedLine>>;
}

/** For tests, and for a screen in the process of its lead. */
export const createControlPair = <Snapshot, Event, FeedLine>(
  host: ControlHost<Snapshot>,
): ControlPair<Snapshot, Event, FeedLine> => {
  const hub = createControlHub<Snapshot, Event, FeedLine>(host);
  return {
    server: hub,
    connect: async () => {
      const [leadSide, clientSide] = duplexPair();
      hub.attach(leadSide);
      const client = await openControlClient<Snapshot, Event, FeedLine>(clientSide);
      assert(client !== undefined, "the hub of a pair in memory answers");
      return client;
    },
  };
};
