import { UserError } from "../../core/model/user-error.ts";
import { openRepository } from "../../core/workspace/inspect-repository.ts";
import { SILENT_REPORTER } from "../headless/silent-reporter.ts";
import type { OwnPackage } from "../own-package.ts";
import { leadRun } from "./lead.ts";
import { lookAtRun, type StoredRun } from "./runs.ts";
import { takeLead } from "./take-lead.ts";

/**
 * Has the kept commands of an ended run carried out, by leading it to its end once more without a word. Returns how it
 * stands then, in words. Throws a UserError where another process leads.
 */
export const leadAside = async (stored: StoredRun, own: OwnPackage): Promise<string> => {
  const repository = await openRepository(stored.file.project);
  const lock = await takeLead(repository, stored.file.run);
  if (lock.kind === "taken") {
    throw new UserError(
      `A run is under way in ${lock.by.project} (process ${lock.by.pid}): this is done when it goes on.`,
      ["Go on with it: storyboard run --resume"],
      1,
    );
  }
  try {
    await leadRun({
      stored,
      repository,
      own,
      environment: process.env,
      isResumed: true,
      reporter: SILENT_REPORTER,
      listen: () => () => {},
    });
  } finally {
    await lock.release();
  }
  const { result } = lookAtRun(stored).state;
  return `done; the run is ${result?.status ?? "not ended"}: ${result?.reason ?? "it goes on"}`;
};
