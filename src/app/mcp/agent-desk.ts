import { basename } from "node:path";
import type { GateProgress } from "../../core/control/gate-messages.ts";
import type { AgentWords, Reply } from "../../core/control/protocol.ts";
import { UserError } from "../../core/model/user-error.ts";
import type { GateProject } from "../gate/gate-project.ts";

/** What the tools need of the run that the agent works in. Nothing of it rejects. */
export interface AgentDesk {
  /** Says something to the lead. */
  say(words: Pick<AgentWords, "kind" | "phase" | "text">): Promise<Reply>;
  /** Runs a gate on the worktree; the text is what the agent reads. */
  gate(name: string, signal: AbortSignal, onProgress: (progress: GateProgress) => void): Promise<DeskAnswer>;
  /** The story as it stands in the worktree. */
  story(): Promise<DeskAnswer>;
}

/** An answer for the agent. */
export interface DeskAnswer {
  readonly ok: boolean;
  readonly text: string;
}

/**
 * The desk of the turn that this process belongs to, by the variables that every agent gets. What a tool needs is loaded
 * when it is called: agents wait for the server at the start of every turn, and in most of them no tool is called.
 */
export const createAgentDesk = (environment: NodeJS.ProcessEnv): AgentDesk => {
  const { STORYBOARD_TURN_DIR: turnDirectory = "", STORYBOARD_STORY: story = "" } = environment;
  return {
    say: async (words) => {
      const { projectOfTurn } = await import("../lead/runs.ts");
      const project = projectOfTurn(turnDirectory);
      if (project === undefined || story === "") return NO_TURN;
      const { connectLead } = await import("../lead/connect-lead.ts");
      const client = await connectLead(project).catch(problemOf);
      if (client === undefined) return NO_LEAD;
      if (typeof client === "string") return { ok: false, message: client };
      const reply = await client.agent({ ...words, story, turn: basename(turnDirectory) });
      client.close();
      return reply;
    },
    gate: async (name, signal, onProgress) => {
      try {
        const { checkResult } = await import("../gate/check-result.ts");
        const { findGateProject } = await import("../gate/gate-project.ts");
        const { askLead } = await import("../gate/lead-gates.ts");
        const place = await findGateProject(undefined, environment);
        const answer = await askLead(place, name, onProgress, signal);
        switch (answer.kind) {
          case "reports":
            return {
              ok: answer.reports.every(({ status }) => status === "PASS"),
              text: checkResult(name, answer.reports),
            };
          case "refused":
            return { ok: false, text: [answer.message, ...answer.steps].join("\n") };
          case "off":
          case "no-lead":
            return noAnswer("nobody runs gates for this run", await linesByHand(place, name, environment));
          default:
            return noAnswer(answer.reason, await linesByHand(place, name, environment));
        }
      } catch (error) {
        return noAnswer(problemOf(error), "run the gate's own command yourself");
      }
    },
    story: async () => (await import("./own-story.ts")).readOwnStory(environment),
  };
};

const noAnswer = (why: string, whatToDo: string): DeskAnswer => ({ ok: false, text: `no answer: ${why}; ${whatToDo}` });

const linesByHand = async (place: GateProject, name: string, environment: NodeJS.ProcessEnv): Promise<string> =>
  (await import("../gate/by-hand.ts")).byHand(place, name, environment);

const NO_TURN: Reply = { ok: false, message: "this is no turn of a storyboard run: nobody hears it" };
const NO_LEAD: Reply = {
  ok: false,
  message:
    "nobody leads this run right now. Go on if you can; else end your turn with the line QUESTION: and what you ask",
};

/** What only a person can put right is told; anything else is a bug of ours, told as well, since the agent has to go on. */
const problemOf = (error: unknown): string =>
  error instanceof UserError || error instanceof Error ? error.message : String(error);
