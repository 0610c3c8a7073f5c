import type { TurnEnd } from "../../model/turn.ts";
import type { AgentExit, AgentParser } from "../agent.ts";
import { createCommandParser } from "../command/command-parser.ts";
import { denialNotes } from "../reading/denial-notes.ts";
import { causeOfSystemWords, wasStoppedByOthers } from "../reading/known-causes.ts";

/** Denials that are remembered. */
const DENIALS_MAX = 1_000;
/** Characters of stderr that a message repeats. */
const STDERR_LENGTH_MAX = 1_000;

/**
 * A parser for what the bridge prints: lines of our own event model. Its `finished` or `failed` line is the verdict;
 * its exit status says nothing, and without such a line the turn has failed.
 */
export const createAcpParser = (): AgentParser => {
  const lines = createCommandParser();
  const denied = new Set<string>();
  let verdict: "finished" | "failed" | undefined;
  return {
    line(line) {
      const events = lines.line(line);
      for (const event of events) {
        if (event.t === "finished" || event.t === "failed") verdict = event.t;
        else if (event.t === "denied" && denied.size < DENIALS_MAX) denied.add(`${event.name} ${event.detail}`.trim());
      }
      return events;
    },
    end(exit) {
      const turn = lines.end({ ...exit, status: 0 });
      return {
        ...turn,
        end: verdict === undefined ? endWithoutWord(exit) : withStderr(turn.end, exit),
        notes: denialNotes(denied),
      };
    },
  };
};

const endWithoutWord = (exit: AgentExit): TurnEnd => {
  const how = exit.status === null ? `killed by ${exit.signal ?? "a signal"}` : `exit status ${exit.status}`;
  if (wasStoppedByOthers(exit))
    return { kind: "failed", cause: "cancelled", message: `the agent was stopped (${how})` };
  return withStderr({ kind: "failed", cause: "exit", message: `the agent ended without a word (${how})` }, exit);
};

/** A program that just ends says why on stderr, if anywhere. */
const withStderr = (end: TurnEnd, { stderr = "" }: AgentExit): TurnEnd => {
  const words = stderr.trim().slice(-STDERR_LENGTH_MAX);
  if (end.kind !== "failed" || end.cause !== "exit" || words === "") return end;
  return { ...end, cause: causeOfSystemWords(words) ?? end.cause, message: `${end.message}: ${words}` };
};
