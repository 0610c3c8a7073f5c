import type { GateAnswer, GateProgress } from "../../core/control/gate-messages.ts";
import { UserError } from "../../core/model/user-error.ts";
import { connectLead } from "../lead/connect-lead.ts";
import type { GateProject } from "./gate-project.ts";

/** Longest that a lead may say nothing about a gate before it counts as stuck, in milliseconds; it speaks every 5 s. */
const SILENCE_MAX_MS = 60_000;

/** What a lead answered, or why there is no answer. */
export type LeadAnswer = GateAnswer | { readonly kind: "no-lead" } | { readonly kind: "lost"; readonly reason: string };

/** Asks the lead of a project for gates. Always comes to an answer: one that is lost or stuck is a reason. */
export const askLead = async (
  place: GateProject,
  gate: string,
  onProgress: (progress: GateProgress) => void,
  signal?: AbortSignal,
): Promise<LeadAnswer> => {
  const client = await connectLead(place.project).catch((error: unknown) => {
    if (error instanceof UserError) return error;
    throw error;
  });
  if (client === undefined) return { kind: "no-lead" };
  if (client instanceof UserError) return { kind: "lost", reason: client.message };
  let isStuck = false;
  const timer = setTimeout(() => {
    isStuck = true;
    client.close();
  }, SILENCE_MAX_MS);
  const leave = (): void => client.close();
  signal?.addEventListener("abort", leave, { once: true });
  try {
    if (signal?.aborted) client.close();
    const { folder, story } = place;
    const answer = await client.gate({ gate, folder, ...(story === undefined ? {} : { story }) }, (progress) => {
      timer.refresh();
      onProgress(progress);
    });
    if (answer !== undefined) return answer;
    const end = await client.ended;
    if (isStuck) return { kind: "lost", reason: "the lead does not answer" };
    return { kind: "lost", reason: end.kind === "lost" ? end.message : "the lead has left" };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", leave);
    client.close();
  }
};
