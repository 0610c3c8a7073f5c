import type { AgentWords, Reply } from "../../core/control/protocol.ts";
import type { Engine } from "../../core/engine/engine.ts";
import { turnJobName } from "../../core/engine/performers/turn-job.ts";
import type { World } from "../../core/engine/performers/world.ts";
import { plainText } from "../../core/model/plain-text.ts";
import { isCurrentTurn } from "../../core/scheduler/decide-asked.ts";
import type { RunTurn } from "../../core/scheduler/effects.ts";
import { progressReport } from "./progress-report.ts";

/** Takes what an agent says in the middle of its turn: progress for the feed, a question or a blocker for the inbox. */
export const hearAgent = ({
  world,
  engine,
  words,
}: {
  readonly world: World;
  readonly engine: Engine;
  readonly words: AgentWords;
}): Reply => {
  const turn = turnNamed(engine, words.turn);
  if (turn === undefined || turn.story !== words.story || !isCurrentTurn(engine.state, turn.story, turn.id)) {
    return { ok: false, message: "this turn is over, and what it says reaches nobody" };
  }
  const text = world.mask(plainText(words.text)).trim();
  if (text === "") return { ok: false, message: "the text is empty" };
  if (words.kind === "progress") {
    say(world, turn, words.phase === undefined ? undefined : world.mask(words.phase), text);
    return { ok: true };
  }
  const problem = engine.asked({ story: turn.story, turn: turn.id, kind: words.kind, text });
  return problem === undefined ? { ok: true } : { ok: false, message: problem };
};

/** The turn whose job has that folder; a folder that was used up by a crash left a number behind its name. */
const turnNamed = (engine: Engine, folder: string): RunTurn | undefined => {
  const name = folder.replace(/~\d+$/, "");
  for (const effect of engine.state.effects.values()) {
    if (effect.kind === "run-turn" && turnJobName(effect) === name) return effect;
  }
  return undefined;
};

const say = (world: World, turn: RunTurn, phase: string | undefined, said: string): void => {
  const { narrated, lines } = progressReport(phase, said);
  for (const text of lines) {
    world.feed({
      atMs: world.now(),
      story: turn.story,
      phase: narrated ?? turn.phase,
      ...(narrated === undefined ? {} : { narrated }),
      text,
    });
  }
};
