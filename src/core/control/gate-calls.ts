import type { GateAnswer, GateAsk, GateProgress } from "./gate-messages.ts";
import type { Voice } from "./voice.ts";

/** Most requests of one client that may be under way. */
export const GATE_CALLS_MAX = 64;

/** Runs gates for a client. Rejects with the signal's reason when that is aborted. */
export type GateHost = (
  ask: GateAsk,
  signal: AbortSignal,
  tell: (progress: GateProgress) => void,
) => Promise<GateAnswer>;

/** The requests for gates of one client: they wait beside each other, and each is answered exactly once. */
export interface GateCalls {
  /** Returns at once. */
  begin(id: number, ask: GateAsk): void;
  /** Answers all that are under way: the lead leaves. */
  cut(reason: string): void;
  /** The client has gone: nobody waits any more. */
  drop(): void;
}

/** @param host unset where nobody runs gates */
export const createGateCalls = (voice: Voice, host: GateHost | undefined): GateCalls => {
  const underWay = new Map<number, AbortController>();

  const say = (id: number, answer: GateAnswer): void => voice.say({ type: "gate", id, answer });

  const run = async (id: number, ask: GateAsk, call: AbortController, gates: GateHost): Promise<void> => {
    const tell = (progress: GateProgress): void => {
      if (underWay.get(id) === call) voice.offer({ type: "progress", id, progress });
    };
    const answer = await gates(ask, call.signal, tell).catch(
      (error: unknown): GateAnswer => ({ kind: "cut", reason: error instanceof Error ? error.message : String(error) }),
    );
    // Whoever was answered or has gone meanwhile hears no second word.
    if (underWay.get(id) !== call) return;
    underWay.delete(id);
    say(id, answer);
  };

  return {
    begin: (id, ask) => {
      if (host === undefined) return say(id, { kind: "off" });
      if (underWay.has(id)) throw new Error(`the request ${id} is under way already`);
      if (underWay.size >= GATE_CALLS_MAX) {
        return say(id, { kind: "cut", reason: `${GATE_CALLS_MAX} requests of this client are under way` });
      }
      const call = new AbortController();
      underWay.set(id, call);
      void run(id, ask, call, host);
    },
    cut: (reason) => {
      for (const [id, call] of underWay) {
        underWay.delete(id);
        say(id, { kind: "cut", reason });
        call.abort(new Error(reason));
      }
    },
    drop: () => {
      const calls = [...underWay.values()];
      underWay.clear();
      for (const call of calls) call.abort(new Error("nobody waits for it any more"));
    },
  };
};
