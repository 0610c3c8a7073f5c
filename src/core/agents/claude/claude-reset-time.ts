/**
 * When a usage limit ends by the words of its message, epoch milliseconds: `...limit reached|1762952400`,
 * `resets 1:30am (Asia/Dhaka)`, `will reset at 9am (America/Chicago)`, `resets Oct 7, 3pm (UTC)`. A clock time needs
 * to know when it was said; undefined where the text has no time that one could wait for.
 */
export const resetTimeIn = (text: string, saidAtMs: number | undefined): number | undefined => {
  const seconds = /limit reached\|(\d{9,11})\b/.exec(text)?.[1];
  if (seconds !== undefined) return Number(seconds) * 1000;
  const clock = CLOCK.exec(text)?.groups;
  if (clock === undefined || saidAtMs === undefined) return undefined;
  const now = wallClock(saidAtMs, clock.zone);
  if (now === undefined) return undefined;
  const hour = (Number(clock.hour) % 12) + (clock.half?.toLowerCase() === "pm" ? 12 : 0);
  const then = new Date(now);
  then.setUTCHours(hour, Number(clock.minute ?? 0), 0, 0);
  if (clock.month !== undefined) {
    then.setUTCMonth(MONTHS.indexOf(clock.month.toLowerCase()), Number(clock.day));
    if (then.getTime() < now - DAY_MS) then.setUTCFullYear(then.getUTCFullYear() + 1);
  } else if (then.getTime() <= now) then.setTime(then.getTime() + DAY_MS);
  return saidAtMs + (then.getTime() - now);
};

const DAY_MS = 86_400_000;
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

const CLOCK =
  /\bresets?(?: at)? (?:(?<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* (?<day>\d{1,2})(?:,| at)* )?(?<hour>1[0-2]|\d)(?::(?<minute>[0-5]\d))? ?(?<half>[ap]m)\b(?: \((?<zone>[\w+/-]{1,50})\))?/i;

/** What the clocks of a zone show at a moment, as if it were UTC; without a zone those of this machine. */
const wallClock = (atMs: number, zone: string | undefined): number | undefined => {
  try {
    const format = new Intl.DateTimeFormat("en-US", {
      ...{ year: "numeric", month: "numeric", day: "numeric" },
      ...{ hour: "numeric", minute: "numeric", second: "numeric", hourCycle: "h23" },
      ...(zone === undefined ? {} : { timeZone: zone }),
    });
    const shown = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown;
    return Date.UTC(year, month - 1, day, hour, minute, second) + (atMs % 1000);
  } catch {
    // A zone that this machine does not know.
    return undefined;
  }
};
