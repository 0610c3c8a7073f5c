/**
 * Calls `act` while the folder is the working directory, and goes back at once: a socket's address holds about 100
 * bytes, so it is bound and connected by its bare name from inside its folder, however long the folder's path is. Node
 * makes both system calls before `listen` and `connect` return (measured), so `act` must be synchronous.
 * Throws where a thread may not change the working directory (workers) or the folder cannot be entered.
 */
export const inFolder = <T>(folder: string, act: () => T): T => {
  const before = currentFolder();
  process.chdir(folder);
  try {
    return act();
  } finally {
    process.chdir(before);
  }
};

/** The root where the working directory was removed under us: there is nothing to go back to. */
const currentFolder = (): string => {
  try {
    return process.cwd();
  } catch {
    return "/";
  }
};
