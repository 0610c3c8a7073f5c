import { isAlive } from "../../core/jobs/process-identity.ts";
import type { Repository } from "../../core/workspace/inspect-repository.ts";
import { readLead } from "../../core/workspace/lock.ts";
import { isUnfinished, lookAtRun, newestRun } from "../lead/runs.ts";
import { examine, type Finding } from "./finding.ts";

const PLACE = { area: "run", subject: "newest" } as const;

/** Whether a run is under way or was left unfinished: a start would then be told to go on with it. */
export const checkRun = async (repository: Repository): Promise<readonly Finding[]> => {
  const { found, problems } = await examine(PLACE, () => lookForRun(repository));
  return [...problems, ...(found === undefined ? [] : [found])];
};

const lookForRun = async (repository: Repository): Promise<Finding> => {
  const lead = await readLead(repository.commonDirectory);
  if (lead !== undefined && isAlive(lead)) {
    return {
      ...PLACE,
      state: "note",
      text: `a run is under way in ${lead.project} (process ${lead.pid})`,
      remedy: "Look at it: storyboard watch\nStop it: storyboard ctl stop",
    };
  }
  const newest = newestRun(repository.project);
  if (newest === undefined) return { ...PLACE, state: "ok", text: "no run yet" };
  const { run } = newest.file;
  if (!isUnfinished(lookAtRun(newest).state)) return { ...PLACE, state: "ok", text: `${run} has ended` };
  return {
    ...PLACE,
    state: "note",
    text: `${run} was left unfinished`,
    remedy: "Go on with it: storyboard run --resume\nStart anew, its branches are kept: storyboard run --fresh",
  };
};
