import { UserError } from "../../core/model/user-error.ts";

/** What the machine refuses, in words for people, and what they can do. */
const PROBLEMS: Readonly<Record<string, readonly [what: string, whatToDo: string]>> = {
  ENOSPC: ["no space is left on the disk", "Make room on it."],
  EDQUOT: ["your quota on the disk is used up", "Make room on it."],
  EROFS: ["the file system is read-only", "Mount it so that it can be written."],
  EIO: ["the disk does not work (an input/output error)", "Check the disk and the system's log."],
  EACCES: ["permission is denied", "Correct the permissions or the owner of what is named here."],
  EPERM: ["that is not permitted", "Correct the permissions or the owner of what is named here."],
  EMFILE: ["too many files are open", "Raise the limit of open files (ulimit -n)."],
  ENFILE: ["too many files are open on this machine", "Raise the system's limit of open files."],
};

/**
 * An error of the system that is nobody's bug, as something a person can put right (exit status 3: critical); undefined
 * for every other error. What a run did up to then is on the disk, and living agents are taken over by `--resume`.
 */
export const systemProblem = (error: unknown): UserError | undefined => {
  const { code, path, syscall } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  const [what, whatToDo] = PROBLEMS[code ?? ""] ?? [];
  if (what === undefined || whatToDo === undefined) return undefined;
  const where = [syscall, path].filter((part) => part !== undefined).join(" ");
  return new UserError(
    `${what[0]?.toUpperCase()}${what.slice(1)}${where === "" ? "" : ` (${where})`}: storyboard had to stop.`,
    [whatToDo, "Then, if a run was under way, go on with it: storyboard run --resume"],
    3,
  );
};
