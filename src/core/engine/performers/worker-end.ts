import { statesStory } from "../../evidence/pantheon/artifact-names.ts";
import { readWorkerMessage } from "../../evidence/pantheon/worker-message.ts";
import type { TurnEnd } from "../../model/turn.ts";
import type { RunTurn } from "../../scheduler/effects.ts";
import { keysOf } from "../artifacts/story-artifacts.ts";
import { isWorker } from "./turn-permission.ts";
import type { World } from "./world.ts";

/** What stands before the word is of its own line, or thousands of empty lines are looked at from each of them again. */
const IDLE = /^[ \t*_#]*Idle\b.*$/gim;

/** How a worker that runs all phases itself reports (swarm-batch.md, step 3); that it is complete is a claim and no end. */
export const workerEnd = (world: World, effect: RunTurn, end: TurnEnd, finalText: string): TurnEnd => {
  if (end.kind !== "finished" || !isWorker(world, effect)) return end;
  // That nothing else is left to do says nothing about the story, where its own end was told before.
  const isOwn = (stated: string): boolean => statesStory(stated, effect.story, keysOf(world));
  const message = readWorkerMessage(finalText.replaceAll(IDLE, ""), isOwn) ?? readWorkerMessage(finalText, isOwn);
  const words = [message?.reason, message?.advice];
  const said = words.filter((word) => word !== undefined && word !== "").join("; ");
  switch (message?.kind) {
    case "failed":
      return {
        kind: "halted",
        reason: message.reason ?? message.missing ?? "the worker says that it failed, and not why",
        ...(message.phase === undefined ? {} : { phase: message.phase }),
        ...(message.missing === undefined ? {} : { missing: message.missing }),
        ...(message.advice === undefined ? {} : { advice: message.advice }),
      };
    case "blocked":
      return { kind: "question", question: said === "" ? "the worker is blocked and does not say by what" : said };
    case "already-done":
      return { kind: "already-done" };
    case "idle":
      return { kind: "halted", reason: `the worker found nothing to do: ${said}` };
    case "complete":
    case undefined:
      return end;
  }
};
