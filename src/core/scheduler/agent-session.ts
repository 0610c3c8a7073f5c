import type { Usage } from "../model/usage.ts";

/** An agent's own conversation, and what continuing it needs. */
export interface AgentSession {
  readonly id: string;
  /** The profile that it belongs to. */
  readonly agent: string;
  readonly folder?: string;
  /** What it has used in all, where its agent counts by session. */
  readonly used?: Usage;
}
