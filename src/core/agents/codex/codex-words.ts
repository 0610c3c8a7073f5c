/** What a shell was told to run: Codex wraps every command into `/bin/bash -lc '...'`. The end may be cut off. */
export const runByShell = (command: string): string => {
  const wrapped = /^\S*sh -l?c (.+)$/s.exec(command)?.[1];
  if (wrapped === undefined) return command;
  if (wrapped.startsWith("'")) return wrapped.slice(1).replace(/'$/, "").replaceAll(`'\\''`, "'");
  if (!wrapped.startsWith('"')) return wrapped;
  return wrapped
    .slice(1)
    .replace(/(?<!\\)"$/, "")
    .replaceAll(/\\(["\\$`])/g, "$1");
};

/** The end of a path. Codex names files from the root on and never says where it works. */
export const shortPath = (path: string): string => path.split("/").slice(-SEGMENTS_SHOWN).join("/");

const SEGMENTS_SHOWN = 3;
