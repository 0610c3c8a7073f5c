import { z } from "zod";
import { STORY_KEY_LENGTH_MAX } from "../model/story-key.ts";
import type { Command } from "../scheduler/inputs.ts";
import type { Request } from "./protocol.ts";

/** Longest note or answer of a person, in characters. */
export const TEXT_LENGTH_MAX = 100_000;

/** Longest name of a gate and longest path of a folder, in characters. */
const GATE_NAME_LENGTH_MAX = 200;
const FOLDER_LENGTH_MAX = 8_192;

/** Longest name of a turn's folder, of a phase, and of what an agent says at once, in characters. */
const TURN_NAME_LENGTH_MAX = 400;
const PHASE_LENGTH_MAX = 40;
export const WORDS_LENGTH_MAX = 20_000;

const story = z.string().min(1).max(STORY_KEY_LENGTH_MAX);
const text = z.string().min(1).max(TEXT_LENGTH_MAX);

/** Every command of the scheduler, as it may come from a script. Whether one applies now is the scheduler's matter. */
export const commandSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("pause") }),
  z.strictObject({ type: z.literal("resume") }),
  z.strictObject({ type: z.literal("retry"), story, note: text.exactOptional() }),
  z.strictObject({ type: z.literal("skip"), story, satisfies: z.boolean().exactOptional() }),
  z.strictObject({ type: z.literal("cancel"), story }),
  z.strictObject({ type: z.literal("workers"), max: z.number().int().min(1).max(1000) }),
  z.strictObject({ type: z.literal("answer"), story, text }),
  z.strictObject({ type: z.literal("approve"), story, comments: text.exactOptional() }),
  z.strictObject({ type: z.literal("confirm"), story }),
  z.strictObject({ type: z.literal("decide-baseline"), choice: z.enum(["accept", "without", "quit"]) }),
  z.strictObject({ type: z.literal("message"), story, text }),
  z.strictObject({ type: z.literal("attach"), story }),
  z.strictObject({ type: z.literal("detach"), story }),
  z.strictObject({ type: z.literal("stop"), reason: text }),
]) satisfies z.ZodType<Command>;

const id = z.number().int().nonnegative();

const requestSchema = z.discriminatedUnion("type", [
  z.object({ id, type: z.literal("hello"), v: z.number() }),
  z.object({ id, type: z.literal("snapshot") }),
  z.object({ id, type: z.literal("subscribe") }),
  z.object({ id, type: z.literal("command"), command: z.unknown() }),
  z.object({
    id,
    type: z.literal("gate"),
    gate: z.string().min(1).max(GATE_NAME_LENGTH_MAX),
    folder: z.string().startsWith("/").max(FOLDER_LENGTH_MAX),
    story: story.exactOptional(),
  }),
  z.object({
    id,
    type: z.literal("agent"),
    words: z.object({
      story,
      turn: z.string().min(1).max(TURN_NAME_LENGTH_MAX),
      kind: z.enum(["progress", "question", "blocker"]),
      phase: z.string().max(PHASE_LENGTH_MAX).exactOptional(),
      text: z.string().min(1).max(WORDS_LENGTH_MAX),
    }),
  }),
]);

/** One line of a client as a request. Throws an error for the client where it is none. */
export const readRequest = (line: string): Request => {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new Error("a request must be one JSON object on a line");
  }
  const { data } = requestSchema.safeParse(value);
  if (data === undefined) throw new Error("this is not a request of the protocol");
  return data;
};

/** A command as it came, checked; or what is wrong with it, in one line for a person. */
export const readCommand = (value: unknown): { readonly command: Command } | { readonly problem: string } => {
  const { data, error } = commandSchema.safeParse(value);
  if (data !== undefined) return { command: data };
  const issue = error.issues[0];
  return { problem: `not a command: ${issue?.path.join(".") || "type"}: ${issue?.message ?? "unknown"}` };
};
