import type { ProjectOptions } from "../command-line/parsed-command.ts";
import { connectLead } from "../lead/connect-lead.ts";
import { lookAtRun, newestRun } from "../lead/runs.ts";
import { type LeadSnapshot, takeSnapshot } from "../lead/snapshot.ts";
import { formatStatus } from "../machine-contract/format-status.ts";
import { noRun } from "./meant.ts";
import type { CommandOutput } from "./output.ts";
import { projectFolder } from "./project.ts";

/** `storyboard status [--json]`: a snapshot of the newest run, from its lead or from its journal. */
export const statusCommand = async (
  options: ProjectOptions & { readonly json: boolean },
  { out, columns }: CommandOutput,
): Promise<number> => {
  const project = projectFolder(options);
  const { status } = await snapshotOf(project);
  out(options.json ? `${JSON.stringify(status)}\n` : formatStatus(status, columns));
  return 0;
};

/** What the newest run looks like now. Throws a UserError where there is none. */
export const snapshotOf = async (project: string): Promise<LeadSnapshot> => {
  const client = await connectLead(project);
  const live = await client?.snapshot();
  client?.close();
  if (live !== undefined) return live;
  const newest = newestRun(project);
  if (newest === undefined) throw noRun();
  const { state, events } = lookAtRun(newest);
  return takeSnapshot(newest, state, { events: events.length, leadAlive: false });
};
