import { setTimeout } from "node:timers/promises";
import type { StoryKey } from "../../core/model/story-key.ts";
import { connectLead, type LeadClient } from "../lead/connect-lead.ts";
import type { InboxItem } from "../lead/snapshot.ts";
import type { ContractLine } from "../machine-contract/contract-line.ts";
import { createProjector } from "../machine-contract/projector.ts";
import { openRunWindow } from "../screen/run-window.ts";
import { answerTo } from "./policy.ts";

/** What a story asks. */
export type StoryItem = InboxItem & { readonly story: StoryKey };

/** Where the guide looks, and how it is heard. */
export interface GuideRequest {
  readonly project: string;
  /** How long a question stands before it is answered in a person's place, in milliseconds. */
  readonly patienceMs: number;
  /** Told of everything that the run publishes. */
  readonly onEvent: (line: ContractLine) => void;
  /** Told of each decision, before it is made known to the run. */
  readonly onDecision: (item: StoryItem, answer: string) => void;
}

/** Who decides where nobody sits at a terminal: a client of the run like any other. */
export interface Guide {
  /** Has the run stopped, now or as soon as it can be reached. */
  stop(reason: string): void;
  /** Ends with the run; resolves when nothing of it is under way. */
  leave(): Promise<void>;
}

/** How often a lead that is not there yet is looked for, in milliseconds. */
const CONNECT_PAUSE_MS = 30;
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
  const client = await connect(request.project, leaving);
  if (client === undefined) return;
  void stopping.then((reason) => client.command({ type: "stop", reason }));
  const answers = new Map<StoryKey, number>();
  let deciding: Promise<void> = Promise.resolve();
  const decide = (): void => {
    deciding = deciding.then(() => decideAll(client, request, answers, leaving));
  };
  await openRunWindow(client, ({ run }) => {
    const projector = createProjector(run);
    return {
      onEvents: (entries, state) => {
        for (const line of entries.flatMap((entry) => projector.event(entry, state))) {
          request.onEvent(line);
          if (line.type === "story.parked") decide();
        }
      },
    };
  });
  // What waits since before we came.
  decide();
  // A demo may be left while its run goes on.
  await Promise.race([client.ended, aborted(leaving)]);
  client.close();
  await deciding;
};

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });

const connect = async (project: string, leaving: AbortSignal): Promise<LeadClient | undefined> => {
  while (!leaving.aborted) {
    // A lead that is just beginning or ending may turn a client away: it is asked again as long as there is a run.
    const client = await connectLead(project).catch(() => undefined);
    if (client !== undefined) return client;
    await setTimeout(CONNECT_PAUSE_MS);
  }
  return undefined;
};

const decideAll = async (
  client: LeadClient,
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
    await setTimeout(request.patienceMs, undefined, { signal: leaving }).catch(() => {});
    if (leaving.aborted) return;
    // A person may have been faster.
    const { story } = item;
    if (!(await client.snapshot())?.inbox.some((other) => other.story === story)) continue;
    const text = answerTo(item);
    request.onDecision(item, text);
    await client.command({ type: "answer", story: item.story, text });
  }
};

/** The demo's gates are green and its agents leave nothing to a person: only stories ask. */
const nextItem = async (client: LeadClient): Promise<StoryItem | undefined> =>
  (await client.snapshot())?.inbox.find((item): item is StoryItem => item.story !== null);
