import { connect, type Socket } from "node:net";
import { inFolder } from "./in-folder.ts";

/** What connecting says when nobody serves the socket: no file, no folder, or a file that a dead lead left. */
const NOBODY = new Set(["ENOENT", "ECONNREFUSED", "ENOTDIR"]);

/** Connects by the socket's bare name from inside its folder. Undefined when nobody serves it; rejects on other errors. */
export const connectSocket = async (directory: string, socketName: string): Promise<Socket | undefined> => {
  try {
    const socket = inFolder(directory, () => connect(socketName));
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    return socket;
  } catch (error) {
    if (NOBODY.has((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
};
