import { setTimeout } from "node:timers/promises";
import { connectControl } from "../../core/control/client.ts";
import type { ControlClient } from "../../core/control/open-client.ts";
import type { StoryKey } from "../../core/model/story-key.ts";
import type { InboxItem, LeadSnapshot } from "../lead/snapshot.ts";
import type { ContractLine } from "../machine-contract/contract-line.ts";
import { answerTo } from "./policy.ts";

/** Where the guide looks, and how it is heard. */
export interface GuideRequest {
  /** The project's folder of our own, with the control socket. */
  readonly ownFolder: string;
  readonly project: string;
  readonly pace: number;
  /** Told of everything that the run publishes. */
  readonly onEvent: (line: ContractLine) => void;
  /** Told of each decision, before it is made known to the run. */
  readonly onDecision: (item: InboxItem, answer: string) => void;
}

/** Who decides where nobody sits at a terminal: a client of the run like any other. */
export interface Guide {
  /** Has the run stopped, now or as soon as it can be reached. */
  stop(reason: string): void;
  /** Ends with the run; resolves when nothing of it is under way. */
  leave(): Promise<void>;
}

type Client = ControlClient<LeadSnapshot, ContractLine, ContractLine>;

/** How often a lead that is not there yet is looked for, in milliseconds. */
const CONNECT_PAUSE_MS = 30;
/** How long a question stands before it is answered, so that it can be read; at the normal pace. */
const DECISION_PAUSE_MS = 2_500;
/** Answers that one story gets; one that still waits then cannot be helped. */
const ANSWERS_MAX = 3;

/** Starts to look for the run's lead, and answers what its stories ask from then on. */
export const startGuide = (request: GuideRequest): Guide => {
  const leaving = new AbortController();
  const stopping = Promise.withResolvers<string>();
  const work = guideRun(request, leaving.signal, stopping.promise);
  // What goes wrong here is told by `leave`; until then nobody listens.
  work.catch(() => {});
  return {
    stop: stopping.resolve,
    leave: async () => {
      leaving.abort();
      await work;
    },
  };
};

const guideRun = async (request: GuideRequest, leaving: AbortSignal, stopping: Promise<string>): Promise<void> => {
  const client = await connect(request.ownFolder, leaving);
  if (client === undefined) return;
  void stopping.then((reason) => client.command({ type: "stop", reason }));
  const answers = new Map<StoryKey, number>();
  let deciding: Promise<void> = Promise.resolve();
  const decide = (): void => {
    deciding = deciding.then(() => decideAll(client, request, answers, leaving));
  };
  await client.subscribe({
    onSnapshot: decide,
    onEvent: (line) => {
      request.onEvent(line);
      if (line.type === "story.parked") decide();
    },
  });
  await client.ended;
  await deciding;
};

const connect = async (ownFolder: string, leaving: AbortSignal): Promise<Client | undefined> => {
  while (!leaving.aborted) {
    // A lead that is just beginning or ending may turn a client away: it is asked again as long as there is a run.
    const client = await connectControl<LeadSnapshot, ContractLine, ContractLine>(ownFolder).catch(() => undefined);
    if (client !== undefined) return client;
    await setTimeout(CONNECT_PAUSE_MS);
  }
  return undefined;
};

const decideAll = async (
  client: Client,
  request: GuideRequest,
  answers: Map<StoryKey, number>,
  leaving: AbortSignal,
): Promise<void> => {
  for (let item = await nextItem(client); item !== undefined; item = await nextItem(client)) {
    const given = answers.get(item.story) ?? 0;
    if (given === ANSWERS_MAX) {
      await client.command({ type: "stop", reason: `${item.story} still waits after ${ANSWERS_MAX} answers` });
      return;
    }
    answers.set(item.story, given + 1);
    await setTimeout(DECISION_PAUSE_MS * request.pace, undefined, { signal: leaving }).catch(() => {});
    if (leaving.aborted) return;
    const text = await answerTo(item, request.project);
    request.onDecision(item, text);
    await client.command({ type: "answer", story: item.story, text });
  }
};

const nextItem = async (client: Client): Promise<InboxItem | undefined> => (await client.snapshot())?.inbox[0];
