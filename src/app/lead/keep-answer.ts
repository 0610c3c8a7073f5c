import type { Reply } from "../../core/control/protocol.ts";
import type { Command } from "../../core/scheduler/inputs.ts";
import type { Repository } from "../../core/workspace/inspect-repository.ts";
import { storeAnswer, takeBack } from "./answers.ts";
import { connectWhenReady } from "./connect-when-ready.ts";

const TAKEN: Reply = { ok: true };

/**
 * Keeps a command for the next lead of a run. One that has begun meanwhile, or was about to, may have looked at what was
 * kept already and would drop this at its end: it is given the command itself. Returns its reply; undefined where the
 * command is kept. Throws a UserError where a lead does not answer.
 */
export const keepAnswer = async (
  repository: Repository,
  runDirectory: string,
  command: Command,
): Promise<Reply | undefined> => {
  const path = storeAnswer(runDirectory, command, Date.now());
  const client = await connectWhenReady(repository);
  if (client === undefined) return undefined;
  try {
    // A lead takes what is kept before it answers anybody.
    return takeBack(path) ? await client.command(command) : TAKEN;
  } finally {
    client.close();
  }
};
