import type { GatePlan, PlannedGate } from "../../evidence/gate-plan.ts";
import { plainLine } from "../../model/plain-text.ts";
import type { StoryKey } from "../../model/story-key.ts";
import { checkoutForGates } from "../../workspace/gate-checkout.ts";
import { git } from "../../workspace/git.ts";
import { proofRef } from "../../workspace/landing-refs.ts";
import { runGates } from "./run-gate.ts";
import type { Place, World } from "./world.ts";

/** Most runs of a gate to find the landing that made it red. */
const SEARCH_RUNS_MAX = 5;

/**
 * Why a gate that is red on a merged tree is not held against the story that is landing, in words for its card: it is red
 * on the integration branch without it, since some story that landed before. Undefined where it is green there, or came to
 * no end of its own: a gate that was cut says nothing. Leaves an earlier commit checked out in the story's worktree.
 */
export const redWithout = async (
  world: World,
  place: Place,
  gate: PlannedGate,
  integration: string,
  signal: AbortSignal,
): Promise<string | undefined> => {
  const isRedAt = (commit: string): Promise<boolean | undefined> => isRed(world, place, gate, commit, signal);
  if ((await isRedAt(integration)) !== true) return undefined;
  const since = await firstRed(await landingsIn(world, integration), isRedAt);
  const name = plainLine(gate.name);
  return since === undefined
    ? `the gate ${name} is red without this story, too`
    : `the gate ${name} is red without this story, too: since ${since.join(" or ")} landed`;
};

/** Whether a gate fails on a commit; undefined where it was cut, by a time limit or a signal. */
const isRed = async (
  world: World,
  place: Place,
  gate: PlannedGate,
  commit: string,
  signal: AbortSignal,
): Promise<boolean | undefined> => {
  await checkoutForGates(place.path, commit);
  const { stdout: tree } = await git(["rev-parse", `${commit}^{tree}`], { cwd: place.path });
  const plan: GatePlan = { gates: [gate], left: [] };
  const outcomes = await runGates(world, plan, { projectPath: place.projectPath, tree }, signal);
  return outcomes.some(({ cut }) => cut !== undefined) ? undefined : outcomes.some(({ ok }) => !ok);
};

interface Landing {
  readonly story: StoryKey;
  readonly commit: string;
}

/** What landed in this run up to a commit, oldest first. */
const landingsIn = async (world: World, integration: string): Promise<readonly Landing[]> => {
  const cwd = world.repository.commonDirectory;
  const folder = proofRef(world.run.run, "");
  const [refs, history] = await Promise.all([
    git(["for-each-ref", "--format=%(refname) %(objectname)", `${folder}*/after`], { cwd }),
    git(["rev-list", "--topo-order", integration, `^${world.run.target.commit}`], { cwd }),
  ]);
  const age = new Map(history.stdout.split("\n").map((commit, index) => [commit, index]));
  return refs.stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => ({ story: line.slice(folder.length, line.indexOf("/after ")), commit: line.split(" ")[1] ?? "" }))
    .filter(({ commit }) => age.has(commit))
    .sort((a, b) => (age.get(b.commit) ?? 0) - (age.get(a.commit) ?? 0));
};

/**
 * The landing that a gate is red since, found by halving: before the first one it was green, after the last one it is red.
 * More than one where the search was ended, by its bound or by a run that says nothing; undefined where nothing landed.
 */
export const firstRed = async (
  landings: readonly Landing[],
  isRedAt: (commit: string) => Promise<boolean | undefined>,
): Promise<readonly StoryKey[] | undefined> => {
  let green = -1;
  let red = landings.length - 1;
  for (let runs = 0; red - green > 1 && runs < SEARCH_RUNS_MAX; runs++) {
    const middle = Math.floor((green + red) / 2);
    const isRedThere = await isRedAt(landings[middle]?.commit ?? "");
    if (isRedThere === undefined) break;
    if (isRedThere) red = middle;
    else green = middle;
  }
  const found = landings.slice(green + 1, red + 1).map(({ story }) => story);
  return found.length === 0 ? undefined : found;
};
