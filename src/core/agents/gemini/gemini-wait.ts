/**
 * When a limit ends by the words of its message, epoch milliseconds: `Please retry in 38.9s`, `Suggested retry after
 * 3600s`, `Your quota will reset after 2h15m30s`, `"retryDelay":"41s"`. Undefined where the text says nothing of the
 * kind, or where it is not known when it was said.
 */
export const waitEndIn = (text: string, saidAtMs: number | undefined): number | undefined => {
  const parts = DELAY.exec(text)?.groups;
  if (parts === undefined || saidAtMs === undefined) return undefined;
  const { hours = 0, minutes = 0, seconds = 0, milliseconds = 0 } = parts;
  const delayMs = Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1_000 + Number(milliseconds);
  return delayMs > 0 ? saidAtMs + Math.ceil(delayMs) : undefined;
};

const DELAY =
  /(?:retry in|retry after|reset after|retryDelay\\?":\s*\\?")\s*(?:(?<hours>\d{1,4})h)?(?:(?<minutes>\d{1,5})m(?!s))?(?:(?<seconds>\d{1,7}(?:\.\d{1,20})?)s|(?<milliseconds>\d{1,9}(?:\.\d{1,20})?)ms)?/i;
