import type { Socket } from "node:net";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { UserError } from "../model/user-error.ts";
import { connectSocket } from "./connect-socket.ts";
import { type ControlClient, openControlClient } from "./open-client.ts";
import { SOCKET_NAME } from "./protocol.ts";

/** A lead that is being killed still accepts for a moment; asked again after this long it is gone. */
const SECOND_TRY_MS = 100;

/**
 * Connects to the lead of a project.
 * @param directory the project's `.storyboard` folder
 * @returns undefined, quickly, when no lead is alive. Throws a UserError when one is but cannot be talked to.
 */
export const connectControl = async <Snapshot, Event, FeedLine>(
  directory: string,
  socketName: string = SOCKET_NAME,
): Promise<ControlClient<Snapshot, Event, FeedLine> | undefined> => {
  for (const isLastTry of [false, true]) {
    const socket = await connectOrExplain(directory, socketName, isLastTry);
    if (socket === undefined) return undefined;
    if (socket === "dying") {
      await setTimeout(SECOND_TRY_MS);
      continue;
    }
    const client = await openControlClient<Snapshot, Event, FeedLine>(socket);
    if (client !== undefined) return client;
    if (!isLastTry) await setTimeout(SECOND_TRY_MS);
  }
  throw new UserError(`The lead that serves ${join(directory, socketName)} turns clients away.`, [
    "Close other screens of this run and try again.",
  ]);
};

/** What connecting says to a lead that ends at that moment. */
const DYING = new Set(["ECONNRESET", "EPIPE"]);

const connectOrExplain = (
  directory: string,
  socketName: string,
  isLastTry: boolean,
): Promise<Socket | "dying" | undefined> =>
  connectSocket(directory, socketName).catch((error: NodeJS.ErrnoException) => {
    if (!isLastTry && DYING.has(error.code ?? "")) return "dying";
    throw new UserError(`Cannot connect to ${join(directory, socketName)}: ${error.message}.`, [
      "Check that you are the user who started the run.",
    ]);
  });
