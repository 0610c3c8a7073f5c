import { join } from "node:path";
import { connectControl } from "../../core/control/client.ts";
import type { ControlClient } from "../../core/control/open-client.ts";
import type { FeedLine } from "../../core/engine/feed.ts";
import type { JournaledEvent } from "../../core/scheduler/events.ts";
import { OWN_FOLDER } from "./runs.ts";
import type { LeadSnapshot } from "./snapshot.ts";

/** A connection to a lead: it publishes what it journals, and the feed. */
export type LeadClient = ControlClient<LeadSnapshot, JournaledEvent, FeedLine>;

/** Connects to the lead of a project; undefined, quickly, when none is alive. */
export const connectLead = (project: string): Promise<LeadClient | undefined> =>
  connectControl(join(project, OWN_FOLDER));
