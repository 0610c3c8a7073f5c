/**
 * The environment variable that makes the demo faster or slower: a factor on all its pauses. 1 is the normal speed,
 * 0 leaves the pauses out, as tests do.
 */
export const PACE_VARIABLE = "STORYBOARD_DEMO_PACE";

const PACE_MAX = 10;

/** The factor that an environment asks for; 1 where it says nothing sensible. */
export const readPace = (environment: NodeJS.ProcessEnv): number => {
  const text = environment[PACE_VARIABLE] ?? "";
  const pace = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : 1;
  return Math.min(PACE_MAX, pace);
};
