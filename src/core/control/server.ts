import { randomUUID } from "node:crypto";
import { chmodSync, lstatSync, renameSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { UserError } from "../model/user-error.ts";
import type { ControlHost } from "./attached-client.ts";
import { connectControl } from "./client.ts";
import { type ControlHub, createControlHub } from "./hub.ts";
import { inFolder } from "./in-folder.ts";
import { makePrivateFolder } from "./private-folder.ts";
import { SOCKET_NAME } from "./protocol.ts";
import { linkToRuntimeSocket } from "./runtime-socket.ts";

/** Most clients at a time; further ones are turned away. */
export const CLIENTS_MAX = 256;

/** What the lead needs to be looked at and steered. */
export interface ControlServerOptions<Snapshot> extends ControlHost<Snapshot> {
  /** The project's `.storyboard` folder; made when it is not there, and readable by the user alone afterwards. */
  readonly directory: string;
  readonly socketName?: string;
}

/** The lead's side of the control socket. */
export type ControlServer<Event, FeedLine> = Omit<ControlHub<Event, FeedLine>, "attach">;

/**
 * Serves the run's socket. A stale socket file is replaced; throws a UserError when a living lead serves it. The caller
 * holds the project's lock, which is what keeps two leads from starting at the same moment.
 */
export const startControlServer = async <Snapshot, Event, FeedLine>(
  options: ControlServerOptions<Snapshot>,
): Promise<ControlServer<Event, FeedLine>> => {
  const { directory, socketName = SOCKET_NAME } = options;
  makePrivateFolder(directory);
  await refuseLivingLead(directory, socketName);
  const hub = createControlHub<Snapshot, Event, FeedLine>(options);
  const server = createServer((socket) => hub.attach(socket));
  server.maxConnections = CLIENTS_MAX;
  const isOurs = await publishSocket(server, directory, socketName);
  return {
    publish: hub.publish,
    publishFeed: hub.publishFeed,
    close: async (reason) => {
      if (isOurs()) rmSync(join(directory, socketName), { force: true });
      server.close();
      await hub.close(reason);
    },
  };
};

const refuseLivingLead = async (directory: string, socketName: string): Promise<void> => {
  const client = await connectControl(directory, socketName);
  if (client === undefined) return;
  client.close();
  throw new UserError(`A lead is alive already and serves ${join(directory, socketName)}.`, [
    "See it with `storyboard status`.",
    "Stop it with `storyboard ctl stop`.",
  ]);
};

/**
 * Binds under a name of its own and renames: the socket appears whole, with its mode, in place of a stale one; and when
 * Node removes the file it bound, on closing, it cannot hit another lead's.
 * @returns whether the file at the socket's name is still ours
 */
const publishSocket = async (server: Server, directory: string, socketName: string): Promise<() => boolean> => {
  const path = join(directory, socketName);
  const ownName = `${socketName}.${randomUUID().slice(0, 8)}`;
  try {
    await listening(server, () => inFolder(directory, () => server.listen(ownName)));
    chmodSync(join(directory, ownName), 0o600);
  } catch {
    // No sockets in this file system, or no change of folder in this thread: a link leads to a place that can.
    await listening(server, () => linkToRuntimeSocket(server, join(directory, ownName)));
  }
  renameSync(join(directory, ownName), path);
  const { ino } = lstatSync(path);
  return () => lstatSync(path, { throwIfNoEntry: false })?.ino === ino;
};

const listening = (server: Server, listen: () => void): Promise<void> =>
  new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      server.off("listening", settle);
      server.off("error", settle);
      if (error === undefined) resolve();
      else reject(error);
    };
    server.once("listening", settle);
    server.once("error", settle);
    try {
      listen();
    } catch (error) {
      settle(error as Error);
    }
  });
