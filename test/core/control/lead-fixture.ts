import { startControlServer } from "../../../src/core/control/server.ts";

/** A lead that serves the folder given as its argument until it is killed, and publishes each command that it gets. */
const directory = process.argv[2] as string;
let commands = 0;
const server = await startControlServer<{ commands: number }, string, string>({
  directory,
  snapshot: () => ({ commands }),
  onCommand: async (command) => {
    commands++;
    server.publish(command.type);
    return { ok: true };
  },
});
process.stdout.write("ready\n");
