import { type Bookkeeping, type ReadLanded, readerOf, writeBookkeeping } from "./bookkeeping-commit.ts";
import type { Committing } from "./check-committing.ts";
import { listCommits } from "./commit-list.ts";
import type { Repository } from "./inspect-repository.ts";
import { type LandedAt, type LandingNames, moveIntegration, readLandingRefs } from "./landing-refs.ts";
import { replayCommits } from "./replay-commits.ts";
import type { ResolveConflict } from "./resolve-conflicts.ts";
import { growsFrom } from "./story-diff.ts";

export interface LandRequest extends LandingNames {
  readonly repository: Repository;
  /** Commit that the story started from. */
  readonly baseline: string;
  /** Paths whose changes by the story do not land: the sprint file, whatever was carried in. Folders end with `/`. */
  readonly ownedPaths: readonly string[];
  readonly committing: Committing;
  /** Merges by meaning what git cannot; without, every conflict is a person's. */
  readonly resolve?: ResolveConflict;
  /** Storyboard's own commit on top, from the files as they landed; undefined for none. */
  readonly bookkeeping?: (read: ReadLanded) => Promise<Bookkeeping | undefined>;
}

export interface Landed {
  readonly kind: "landed";
  /** The story's last commit on the integration branch. */
  readonly commit: string;
  readonly integrationBefore: string;
  readonly integrationAfter: string;
}

export type LandRefusal =
  | {
      readonly kind: "conflict";
      readonly files: readonly string[];
      readonly message: string;
      /** The head of the integration branch. */
      readonly onto: string;
    }
  | { readonly kind: "nothing" }
  | { readonly kind: "not-descended" };

export type LandResult = Landed | LandRefusal;

/** A landing with all its objects written and no ref moved. Plain data; may be thrown away. */
export interface LandPlan {
  readonly kind: "planned";
  readonly names: LandingNames;
  readonly landed: LandedAt;
  readonly scratchRef: string | undefined;
}

/** How often a landing is planned anew when somebody else moved the integration branch meanwhile. */
const LAND_TRIES_MAX = 5;

/**
 * Lands a story's branch on the integration branch: rebased in the object database, then one transaction of refs. May be
 * repeated after a crash: a story that landed with this head gives the same result again.
 */
export const land = async (request: LandRequest): Promise<LandResult> => {
  for (let attempt = 1; attempt <= LAND_TRIES_MAX; attempt++) {
    const plan = await planLanding(request);
    if (plan.kind !== "planned") return plan;
    const landed = await commitLanding(request.repository, plan);
    if (landed !== "stale") return landed;
  }
  throw new Error(`${request.integration} moved ${LAND_TRIES_MAX} times while ${request.branch} was landing`);
};

/** Prepares a landing, for gates on the merged tree: `plan.landed.after` is the commit to check out for them. */
export const planLanding = async (request: LandRequest): Promise<LandPlan | LandResult> => {
  const { repository, baseline } = request;
  const cwd = repository.commonDirectory;
  const revisions = [`refs/heads/${request.branch}`, `^refs/heads/${request.integration}`, `^${baseline}`];
  // Side by side, because nobody else moves these refs; if somebody does, the transaction at the end refuses.
  const [{ integration, story, landed }, listed] = await Promise.all([
    readLandingRefs(repository, request),
    listCommits(revisions, { cwd }).catch((error: unknown) => ({ error })),
  ]);
  if (story === undefined) throw new Error(`the branch ${request.branch} is gone`);
  if (integration === undefined) throw new Error(`the integration branch ${request.integration} is gone`);
  if (landed?.story === story) return toResult(landed);
  if ("error" in listed) throw listed.error;
  const commits = listed;
  if (!(await growsFrom(baseline, story, commits, cwd))) return { kind: "not-descended" };
  if (commits.length === 0) return { kind: "nothing" };
  const { ownedPaths: dropped, committing, resolve } = request;
  const replay = await replayCommits(repository, commits, integration, { dropped, committing, resolve });
  if (replay.kind === "conflict") {
    return { kind: "conflict", files: replay.files, message: replay.message, onto: integration.commit };
  }
  if (replay.head === integration.commit) return { kind: "nothing" };
  const top = await addBookkeeping(request, replay.head);
  return {
    kind: "planned",
    names: { branch: request.branch, integration: request.integration, proof: request.proof },
    landed: { story, before: integration.commit, commit: replay.head, after: top.commit },
    scratchRef: top.scratchRef,
  };
};

const addBookkeeping = async (
  request: LandRequest,
  head: string,
): Promise<{ commit: string; scratchRef: string | undefined }> => {
  const bookkeeping = await request.bookkeeping?.(readerOf(request.repository, head));
  if (bookkeeping === undefined || bookkeeping.files.size === 0) return { commit: head, scratchRef: undefined };
  return await writeBookkeeping(request.repository, head, bookkeeping, request.committing);
};

/** Performs a planned landing; `stale` when the integration branch moved since, then plan again. */
export const commitLanding = async (repository: Repository, plan: LandPlan): Promise<Landed | "stale"> =>
  (await moveIntegration(repository, plan.names, plan.landed, plan.scratchRef)) ? toResult(plan.landed) : "stale";

const toResult = (landed: LandedAt): Landed => ({
  kind: "landed",
  commit: landed.commit,
  integrationBefore: landed.before,
  integrationAfter: landed.after,
});
