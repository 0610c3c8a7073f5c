import { plainText } from "../../model/plain-text.ts";
import type { EffectResult } from "../../scheduler/effects.ts";

/** Fields that name things of ours or of git: no text of an agent, and changed by nothing. */
const NAMES: ReadonlySet<string> = new Set(["kind", "session", "commit", "baseline", "cause"]);

/**
 * What performers found out, as it may be journaled and shown: everything that an agent, a gate or a repository said
 * loses its terminal control and its secrets here, once, before any screen, card, file or commit can see it.
 */
export const cleanResult = (result: EffectResult, mask: (text: string) => string): EffectResult =>
  clean(result, (text) => mask(plainText(text)));

const clean = <T>(value: T, cleanText: (text: string) => string): T => {
  if (typeof value === "string") return cleanText(value) as T;
  if (Array.isArray(value)) return value.map((one) => clean(one, cleanText)) as T;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, one]) => [name, NAMES.has(name) ? one : clean(one, cleanText)]);
  return Object.fromEntries(entries) as T;
};
