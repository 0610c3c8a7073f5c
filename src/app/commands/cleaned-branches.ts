import { git } from "../../core/workspace/git.ts";
import type { Repository } from "../../core/workspace/inspect-repository.ts";
import { proofRef, readLandingRefs } from "../../core/workspace/landing-refs.ts";
import { SAVED_REFS } from "../../core/workspace/saved-work.ts";

/** Names of a run's branches, without `refs/heads/`. */
export const branchesOf = async (repository: Repository, run: string): Promise<string[]> => {
  const { stdout } = await git(["for-each-ref", "--format=%(refname:lstrip=2)", `refs/heads/storyboard/${run}/`], {
    cwd: repository.commonDirectory,
  });
  return stdout.split("\n").filter((line) => line !== "");
};

/** Branches of a run with work that is neither on the target nor proven to have landed there. */
export const unlandedBranches = async (repository: Repository, run: string, target: string): Promise<string[]> => {
  const unlanded: string[] = [];
  for (const branch of await branchesOf(repository, run)) {
    const isIn = await isOn(repository, `refs/heads/${branch}`, target);
    if (!isIn && !(await hasLanded(repository, run, branch, target))) unlanded.push(branch);
  }
  return unlanded;
};

/** Whether the landing's proof names this very head, and what it landed as is on the target. */
const hasLanded = async (repository: Repository, run: string, branch: string, target: string): Promise<boolean> => {
  const story = branch.split("/story/")[1];
  if (story === undefined) return false;
  const names = { branch, integration: `storyboard/${run}/integration`, proof: proofRef(run, story) };
  const { story: head, landed } = await readLandingRefs(repository, names);
  return landed !== undefined && landed.story === head && (await isOn(repository, landed.after, target));
};

const isOn = async (repository: Repository, commit: string, target: string): Promise<boolean> => {
  const { exitCode } = await git(["merge-base", "--is-ancestor", commit, `refs/heads/${target}`], {
    cwd: repository.commonDirectory,
    allowFailure: true,
  });
  return exitCode === 0;
};

/** Deletes branches. Those that have not landed are kept under a ref, in the same transaction; returns these refs. */
export const deleteBranches = async (
  repository: Repository,
  branches: readonly string[],
  unlanded: ReadonlySet<string>,
): Promise<Map<string, string>> => {
  const saved = new Map<string, string>();
  if (branches.length === 0) return saved;
  const cwd = repository.commonDirectory;
  const refs = branches.map((branch) => `refs/heads/${branch}`);
  const { stdout } = await git(["for-each-ref", "--format=%(objectname) %(refname:lstrip=2)", ...refs], { cwd });
  const lines = stdout.split("\n").flatMap((line) => {
    const [commit = "", branch = ""] = line.split(" ");
    const deletion = `delete refs/heads/${branch} ${commit}\n`;
    if (!unlanded.has(branch)) return branch === "" ? [] : [deletion];
    const ref = `${SAVED_REFS}${branch.replace(/^storyboard\//, "")}/${commit.slice(0, 12)}`;
    saved.set(branch, ref);
    return [`update ${ref} ${commit}\n`, deletion];
  });
  await git(["update-ref", "--stdin"], { cwd, input: lines.join("") });
  return saved;
};

/** Deletes the proofs of a run's landings: without its branches nobody asks for them any more. */
export const deleteProofs = async (repository: Repository, run: string): Promise<void> => {
  const cwd = repository.commonDirectory;
  const { stdout } = await git(["for-each-ref", "--format=delete %(refname)", `refs/storyboard/${run}/`], { cwd });
  if (stdout !== "") await git(["update-ref", "--stdin"], { cwd, input: `${stdout}\n` });
};
