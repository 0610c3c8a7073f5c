import { UserError } from "../../core/model/user-error.ts";

const CLOCK = /^([01]?\d|2[0-3]):([0-5]\d)$/;
const ISO = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/** Whether a text is a time that `--until` takes: a clock time, or an ISO date with or without a time. */
export const isTime = (text: string): boolean =>
  CLOCK.test(text) || (ISO.test(text) && !Number.isNaN(Date.parse(isoOf(text))));

/**
 * The moment that `--until` means, in epoch milliseconds: a clock time is the next such moment on this machine's clock,
 * an ISO time without a zone is local. Throws a UserError when it has passed.
 */
export const untilMs = (text: string, nowMs: number): number => {
  const clock = CLOCK.exec(text);
  if (clock !== null) return nextClockTimeMs(Number(clock[1]), Number(clock[2]), nowMs);
  const atMs = Date.parse(isoOf(text));
  if (atMs > nowMs) return atMs;
  throw new UserError(`--until ${text} has passed already.`, ["Give a time that is still to come, or leave it out."]);
};

/** A bare date is read as UTC by Date; with a time it is local, as a person means it. */
const isoOf = (text: string): string => (text.length === 10 ? `${text}T00:00` : text.replace(" ", "T"));

const nextClockTimeMs = (hours: number, minutes: number, nowMs: number): number => {
  const at = new Date(nowMs);
  at.setHours(hours, minutes, 0, 0);
  if (at.getTime() <= nowMs) at.setDate(at.getDate() + 1);
  return at.getTime();
};
