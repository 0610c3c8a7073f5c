import type { RunFile } from "../../core/engine/run-file.ts";
import type { Command } from "../../core/scheduler/inputs.ts";
import type { Repository } from "../../core/workspace/inspect-repository.ts";
import { readWorkingState } from "../../core/workspace/working-state.ts";
import { storeAnswer, takeBack } from "../lead/answers.ts";
import type { LeadClient } from "../lead/connect-lead.ts";
import type { NewRun } from "../lead/create-run.ts";
import { type FoldedRun, isUnfinished, lookAtRun, newestRun, OWN_FOLDER, runDirectory } from "../lead/runs.ts";
import { startLead } from "../lead/start-lead.ts";
import { summaryFacts } from "../lead/summary-facts.ts";
import { workPlacesOf } from "../lead/work-places.ts";
import { openRunWindow, openStillWindow, type RunWindow } from "./run-window.ts";
import type { ScreenSession, SessionPorts } from "./session.ts";

/** What a screen needs to start leads. */
export interface LeadStarter {
  readonly repository: Repository;
  readonly until: string | undefined;
  /** Plans a run of the project as it is now; writes nothing. */
  readonly plan: (isFresh: boolean) => Promise<NewRun>;
  /** Leaves the screen with what went wrong. */
  readonly fail: (error: unknown) => void;
}

type LeadPorts = Pick<SessionPorts, "start" | "resume" | "plan" | "keep" | "ended" | "planned">;

/** A plan that is older is made anew before it is started: the project may have changed under it. */
const PLAN_AGE_MAX_MS = 5_000;

/** Starting leads, and looking through the window at what they lead. */
export const createLeadPorts = (starter: LeadStarter, session: () => ScreenSession): LeadPorts => {
  const { repository } = starter;
  const wait = (waitsFor: string, work: () => Promise<void>): void => {
    if (session().view.waitsFor !== undefined) return;
    session().set({ waitsFor });
    work().catch(starter.fail);
  };
  const kept: { readonly path: string; readonly command: Command }[] = [];
  const lead = async (plan: RunFile | undefined): Promise<void> => {
    const starting = startLead({ repository, plan, until: starter.until });
    session().starting = starting;
    const started = await starting;
    const window = started.kind === "alive" ? await openRunWindow(started.client) : undefined;
    if (window === undefined) return showEnded(session(), plan?.run, repository);
    session().show(window, { view: "dashboard" });
    for (const { path, command } of kept.splice(0)) await giveKept(session(), path, command);
  };
  return {
    start: () =>
      wait("starting", async () => {
        const shown = session().window.file;
        const plan = await planAgain(starter, shown);
        if (plan === undefined || isSamePlan(plan, shown)) return lead(plan ?? shown);
        showPlan(session(), plan, repository);
        session().say("The project has changed since: look again", "warn");
      }),
    resume: () => {
      if (isNewest(session(), repository)) wait("resuming", () => lead(undefined));
    },
    plan: (isFresh) =>
      wait("reading the backlog", async () => {
        const created = await starter.plan(isFresh);
        if (created.kind === "run") return showPlan(session(), created.file, repository);
        session().set({ waitsFor: undefined });
        session().say(created.message, "warn");
      }),
    keep: (command: Command) => {
      if (!isNewest(session(), repository)) return;
      kept.push({ path: storeAnswer(session().window.directory, command, Date.now()), command });
      wait("going on with the run", () => lead(undefined));
    },
    // A session may be opening just now.
    ended: (window) => queueMicrotask(() => void tellSummary(session(), window, repository)),
    planned: (window) => queueMicrotask(() => void tellUncommitted(session(), window, repository)),
  };
};

/** A lead that was there already does not look at what is kept any more: it is given that itself. */
const giveKept = async (session: ScreenSession, path: string, command: Command): Promise<void> => {
  if (!takeBack(path)) return;
  const reply = await session.window.command(command);
  if (!reply.ok) session.say(reply.message, "bad");
};

/** Looks at the run of a lead. Undefined when it left before its first word. */
export const attach = (client: LeadClient): Promise<RunWindow | undefined> => openRunWindow(client);

/** A run that is only planned, looked at. */
export const planWindow = (file: RunFile, { project }: Repository): RunWindow =>
  openStillWindow({ file, directory: runDirectory(project, file.run) }, [], NOBODY);

/** A run of which only the disk tells, looked at. */
export const stillWindow = (run: FoldedRun): RunWindow => openStillWindow(run, run.events, NOBODY);

/** The newest run, looked at without a lead; undefined when there is none. */
export const newestWindow = ({ project }: Repository): RunWindow | undefined => {
  const newest = newestRun(project);
  return newest && stillWindow(lookAtRun(newest));
};

const NOBODY = async (): Promise<{ ok: false; message: string }> => ({ ok: false, message: "nobody leads this run" });

const showPlan = (session: ScreenSession, file: RunFile, repository: Repository): void =>
  session.show(planWindow(file, repository), { view: "confirm" });

/** A run may be over before a screen has looked at it even once. */
const showEnded = (session: ScreenSession, run: string | undefined, repository: Repository): void => {
  const window = newestWindow(repository);
  if (window === undefined || (run !== undefined && window.file.run !== run)) throw new Error("the lead left no run");
  session.show(window, { view: isUnfinished(window.state) ? "lost" : "summary" });
};

/** A lead goes on with the newest run alone; says so where another one is looked at. */
const isNewest = (session: ScreenSession, { project }: Repository): boolean => {
  const isIt = newestRun(project)?.file.run === session.window.file.run;
  if (!isIt) session.say("a newer run was started since: only that one can be gone on with", "warn");
  return isIt;
};

/** Undefined while the plan is fresh enough to be started as it is. */
const planAgain = async ({ plan }: LeadStarter, shown: RunFile): Promise<RunFile | undefined> => {
  if (Date.now() - shown.startedAtMs < PLAN_AGE_MAX_MS) return undefined;
  const created = await plan(shown.isFresh);
  return created.kind === "run" ? created.file : undefined;
};

/** Whether two plans would run the same: they differ in their names and times alone. */
const isSamePlan = (one: RunFile, other: RunFile): boolean => sameWords(one) === sameWords(other);
const sameWords = (file: RunFile): string => JSON.stringify({ ...file, run: "", integration: "", startedAtMs: 0 });

/** First what is known at once, then with what git tells of where the work is. */
const tellSummary = async (session: ScreenSession, window: RunWindow, repository: Repository): Promise<void> => {
  const elapsedMs = window.lastEventAtMs - window.file.startedAtMs;
  session.tellSummary(summaryFacts(window.state, window, elapsedMs, undefined));
  const places = await workPlacesOf(repository, window).catch(() => undefined);
  if (session.window === window) session.tellSummary(summaryFacts(window.state, window, elapsedMs, places));
};

const tellUncommitted = async (session: ScreenSession, window: RunWindow, repository: Repository): Promise<void> => {
  const own = [`${repository.prefix}${OWN_FOLDER}`];
  const state = await readWorkingState(repository.root, { without: own }).catch(() => undefined);
  if (state !== undefined && session.window === window) session.tellUncommitted([...state.changed, ...state.untracked]);
};
