import type { TurnEnd } from "../../model/turn.ts";
import type { AgentExit } from "../agent.ts";

/** A program's own verdict, believed only where its exit status agrees: a good one is a failure where that is not 0. */
export const withExit = (verdict: TurnEnd, { status, signal }: AgentExit, program: string): TurnEnd => {
  if (verdict.kind === "failed" || verdict.kind === "halted" || status === 0) return verdict;
  const how = status === null ? `was killed by ${signal ?? "a signal"}` : `ended with exit status ${status}`;
  return { kind: "failed", cause: "exit", message: `${program} said that it was done, but ${how}` };
};
