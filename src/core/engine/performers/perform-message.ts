import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { writeAtomically } from "../../files/write-atomically.ts";
import { firstLine } from "../../model/plain-text.ts";
import type { StoryKey } from "../../model/story-key.ts";
import type { DeliverMessage, EffectResult } from "../../scheduler/effects.ts";
import type { World } from "./world.ts";

const PAUSE_MS = 100;
/** Digits of a message's number, so that names sort as the messages came. */
const NUMBER_DIGITS = 9;

/**
 * Brings a person's message to an agent at work: a file in the turn's folder, which the bridge there takes. Repeated
 * after a crash it finds the same file, or the sign that it was taken.
 */
export const performMessage = (world: World, effect: DeliverMessage, signal: AbortSignal): Promise<EffectResult> => {
  const delivery = deliver(world, effect, signal).then((delivered): EffectResult => {
    if (delivered) tellSaid(world, effect.story, effect.text);
    return { kind: "message", delivered };
  });
  // The turn's end waits for it: a message that was heard is not said again.
  const others = world.messages.get(effect.turn) ?? [];
  world.messages.set(effect.turn, [...others, delivery.catch(() => undefined)]);
  return delivery;
};

/** Shows in the feed what a person said to an agent. */
export const tellSaid = (world: World, story: StoryKey, text: string): void =>
  world.feed({ atMs: world.now(), story, phase: undefined, text: world.mask(`you said: ${firstLine(text)}`) });

const deliver = async (world: World, { id, turn, text }: DeliverMessage, signal: AbortSignal): Promise<boolean> => {
  // Effects are numbered as they are decided.
  const name = id.replace(/\d+$/, (number) => number.padStart(NUMBER_DIGITS, "0"));
  for (;;) {
    const running = world.turns.get(turn);
    if (running === undefined) return false;
    // A turn that is still being prepared has no folder yet.
    if (running.directory !== undefined) {
      const taken = join(running.directory, "messages", `${name}.taken`);
      await put(join(running.directory, "messages"), name, text);
      if (existsSync(taken)) return true;
      if (running.hasEnded?.() === true) return existsSync(taken);
    }
    await sleep(PAUSE_MS, undefined, { signal });
  }
};

const put = async (folder: string, name: string, text: string): Promise<void> => {
  if (existsSync(join(folder, `${name}.json`)) || existsSync(join(folder, `${name}.taken`))) return;
  await mkdir(folder, { recursive: true });
  await writeAtomically(join(folder, `${name}.json`), Buffer.from(JSON.stringify({ text })));
};
