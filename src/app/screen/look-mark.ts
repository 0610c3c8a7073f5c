import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { StoredRun } from "../lead/runs.ts";

/** Left in a run's folder by whoever has seen how it ended. */
const MARK = "seen";

/** Whether somebody has seen how the run ended. */
export const isSeen = ({ directory }: Pick<StoredRun, "directory">): boolean => existsSync(join(directory, MARK));

/** Remembers that the end of the run was seen. */
export const markSeen = ({ directory }: Pick<StoredRun, "directory">): void => {
  try {
    writeFileSync(join(directory, MARK), "", { mode: 0o600 });
  } catch {
    // Then it is shown once more.
  }
};
