import { join } from "node:path";

/** Variables that would have the demo's git, tests or agents behave as the user's own are set up to behave. */
const NOT_THE_DEMOS = /^(?:GIT_(?!EXEC_PATH$)|XDG_|NODE_(?!COMPILE_CACHE$|EXTRA_CA_CERTS$))/;

/**
 * The environment of a demo, whose home is a folder of its own: neither the user's settings of git and storyboard nor
 * their state are read or written, and a home that is missing or read-only does not matter. Git reads no system-wide
 * settings either, which may name hooks.
 */
export const demoEnvironment = (base: NodeJS.ProcessEnv, home: string): Record<string, string> => {
  const kept = Object.entries(base).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !NOT_THE_DEMOS.test(entry[0]),
  );
  return {
    ...Object.fromEntries(kept),
    HOME: home,
    XDG_CACHE_HOME: join(home, "cache"),
    XDG_CONFIG_HOME: join(home, "config"),
    XDG_STATE_HOME: join(home, "state"),
    GIT_CONFIG_NOSYSTEM: "1",
  };
};

/**
 * Makes an environment this process's own. The demo is all that this process does, and everything in it that looks at
 * the environment, down to the calls of git, is to see the demo's.
 */
export const enterEnvironment = (environment: Readonly<Record<string, string>>): void => {
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
};
