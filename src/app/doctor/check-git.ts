import { counted } from "../../core/model/counted.ts";
import { checkCommitting } from "../../core/workspace/check-committing.ts";
import { checkWritable } from "../../core/workspace/check-writable.ts";
import { hasGitVersion, openRepository, type Repository } from "../../core/workspace/inspect-repository.ts";
import { readWorkingState } from "../../core/workspace/working-state.ts";
import { examine, type Finding } from "./finding.ts";

const AREA = "git";

/** The repository, where a run could work in it, and what was found: version, state, identity, signing, hooks. */
export const checkGit = async (
  project: string,
): Promise<{ readonly repository?: Repository; readonly findings: readonly Finding[] }> => {
  const { found: repository, problems } = await examine({ area: AREA, subject: "repository" }, () =>
    openRepository(project),
  );
  if (repository === undefined) return { findings: problems };
  const [writable, copy, commits] = await Promise.all([
    examine({ area: AREA, subject: "rights" }, async () => {
      for (const folder of new Set([repository.commonDirectory, repository.project])) await checkWritable(folder);
    }),
    workingCopy(repository),
    committing(repository),
  ]);
  return { repository, findings: [version(repository), copy, ...commits, ...writable.problems] };
};

const version = (repository: Repository): Finding => {
  const text = repository.gitVersion.join(".");
  const subject = "version";
  if (hasGitVersion(repository, 2, 38)) return { area: AREA, subject, state: "ok", text };
  return {
    area: AREA,
    subject,
    state: "note",
    text: `${text} works, but stories land faster with 2.38 or newer`,
    remedy: "Install git 2.38 or newer.",
  };
};

const workingCopy = async (repository: Repository): Promise<Finding> => {
  const { headBranch, headCommit, root } = repository;
  const { changed, untracked } = await readWorkingState(root);
  const place = `stories land on ${headBranch}, at ${headCommit.slice(0, 7)}, in ${root}`;
  const subject = "repository";
  if (changed.length + untracked.length === 0) return { area: AREA, subject, state: "ok", text: place };
  return {
    area: AREA,
    subject,
    state: "note",
    text: `${place}; not committed: ${uncommitted(changed.length, untracked.length)}`,
    remedy: "Commit what the agents are to see: they start from the commit. The rest is left as it is.",
  };
};

const uncommitted = (changed: number, untracked: number): string =>
  [
    ...(changed === 0 ? [] : [counted(changed, "changed file")]),
    ...(untracked === 0 ? [] : [counted(untracked, "new file")]),
  ].join(", ");

const committing = async (repository: Repository): Promise<readonly Finding[]> => {
  const { findings } = await checkCommitting(repository);
  const subject = "commits";
  if (findings.length === 0) return [{ area: AREA, subject, state: "ok", text: "work with nobody there" }];
  return findings.map(({ level, message, nextSteps }) => ({
    area: AREA,
    subject,
    state: level === "refuse" ? "problem" : "note",
    text: message,
    ...(nextSteps.length === 0 ? {} : { remedy: nextSteps.join("\n") }),
  }));
};
