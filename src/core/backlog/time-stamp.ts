const FORM =
  /^(?:(\d{4})-(\d\d)-(\d\d)|(\d\d)-(\d\d)-(\d{4}))(?:([T ])(\d\d):(\d\d)(?::(\d\d)(\.\d{1,3})?)?)?(Z|[+-]\d\d:?\d\d)?$/;

/**
 * `now` in the form that `sample` has: `MM-DD-YYYY HH:MM` (BMAD's own; the day first where the sample leaves no doubt),
 * `YYYY-MM-DD`, with or without time, seconds, milliseconds and zone (formats.md 1.1). Without a zone it is local time.
 * Undefined where the sample is none of these.
 */
export const stampLike = (sample: string, now: Date): string | undefined => {
  const match = FORM.exec(sample.trim());
  if (match === null) return undefined;
  const [, year, , , first, , , separator, , , seconds, fraction, zone] = match;
  const clock = clockOf(now, zone);
  const month = two(clock.getUTCMonth() + 1);
  const day = two(clock.getUTCDate());
  const fullYear = String(clock.getUTCFullYear());
  const isDayFirst = Number(first) > 12;
  const date =
    year === undefined
      ? `${isDayFirst ? `${day}-${month}` : `${month}-${day}`}-${fullYear}`
      : `${fullYear}-${month}-${day}`;
  if (separator === undefined) return date + (zone ?? "");
  const time = `${two(clock.getUTCHours())}:${two(clock.getUTCMinutes())}`;
  const precise = seconds === undefined ? "" : `:${two(clock.getUTCSeconds())}`;
  const fine =
    fraction === undefined
      ? ""
      : `.${String(clock.getUTCMilliseconds())
          .padStart(3, "0")
          .slice(0, fraction.length - 1)}`;
  return date + separator + time + precise + fine + (zone ?? "");
};

/** A date whose UTC fields show the wall clock of `zone`, or local time without one. */
const clockOf = (now: Date, zone: string | undefined): Date =>
  new Date(now.getTime() + (zone === undefined ? -now.getTimezoneOffset() : minutesOf(zone)) * 60_000);

const minutesOf = (zone: string): number => {
  if (zone === "Z") return 0;
  const digits = zone.replace(":", "");
  const minutes = Number(digits.slice(1, 3)) * 60 + Number(digits.slice(3, 5));
  return digits.startsWith("-") ? -minutes : minutes;
};

const two = (value: number): string => String(value).padStart(2, "0");
