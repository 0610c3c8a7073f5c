/**
 * When a usage limit ends by the words of its message, epoch milliseconds: `try again at 3:05 PM` on the day on which it
 * is said, else `try again at Jul 23rd, 2026 4:15 AM`, both by the clock of this machine and without seconds: so the end
 * of that minute. No line of the stream says when it was written, so a bare clock time is the first one after the thread
 * began: in a thread of many days that may lie in the past, but never too late. Undefined where the text has no time.
 */
export const resetTimeIn = (text: string, threadId: string | undefined): number | undefined => {
  const parts = TIME.exec(text)?.groups;
  if (parts === undefined) return undefined;
  const hour = (Number(parts.hour) % 12) + (parts.half?.toUpperCase() === "PM" ? 12 : 0);
  const minute = Number(parts.minute);
  if (parts.month !== undefined) {
    const month = MONTHS.indexOf(parts.month.toLowerCase());
    return new Date(Number(parts.year), month, Number(parts.day), hour, minute + 1).getTime();
  }
  const begunMs = beginOf(threadId);
  if (begunMs === undefined) return undefined;
  const then = new Date(begunMs);
  then.setHours(hour, minute + 1, 0, 0);
  if (then.getTime() <= begunMs) then.setDate(then.getDate() + 1);
  return then.getTime();
};

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

const TIME =
  /\btry again at (?:(?<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* (?<day>\d{1,2})(?:st|nd|rd|th)?, (?<year>\d{4}),? )?(?<hour>1[0-2]|\d):(?<minute>[0-5]\d) ?(?<half>[ap]m)\b/i;

/** The ids of threads are UUIDs of version 7, which begin with the time when they were made. */
const beginOf = (threadId: string | undefined): number | undefined => {
  const digits = /^([\da-f]{8})-([\da-f]{4})-7/i.exec(threadId ?? "");
  return digits === null ? undefined : Number.parseInt(`${digits[1]}${digits[2]}`, 16);
};
