/** `14:02`, in the machine's own time zone. */
export const clockMinutes = (atMs: number): string => {
  const time = new Date(atMs);
  return `${pad(time.getHours())}:${pad(time.getMinutes())}`;
};

/** `14:02:11`, in the machine's own time zone. */
export const clockSeconds = (atMs: number): string => `${clockMinutes(atMs)}:${pad(new Date(atMs).getSeconds())}`;

/** A duration as a clock shows it: `02:10`, from an hour on `1:02:10`. */
export const durationClock = (durationMs: number): string => {
  const seconds = Math.max(0, Math.floor(durationMs / 1000));
  const hours = Math.floor(seconds / 3600);
  const rest = `${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
};

/** The same with hours always there: `00:42:13`. */
export const elapsedClock = (durationMs: number): string => {
  const clock = durationClock(durationMs);
  return durationMs < 3_600_000 ? `00:${clock}` : clock.padStart(8, "0");
};

/** A duration in words for a plan: `40 s`, `12 min`, `2 h 05 min`. */
export const durationWords = (seconds: number): string => {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
};

const pad = (value: number): string => String(value).padStart(2, "0");
