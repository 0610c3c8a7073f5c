import { type ChildProcess, spawn } from "node:child_process";
import { JOB_FILES, MARK_VARIABLE } from "./job.ts";

/**
 * The keeper: the small detached process that owns one job and survives the lead. Its arguments: job folder, boot id,
 * file for stdin, program, program's arguments. It starts no process but the program (on Linux), because a process
 * costs more than all the rest; so it claims by an exclusive open of the shell's own, not by mkdir, and its records
 * are one line each, believed only with their newline, instead of being renamed into place.
 *
 * - HUP, INT and TERM are trapped, not ignored: a trap is gone in the program, an ignored signal would stay ignored.
 * - The program runs in the foreground: a background child of a shell inherits SIGINT ignored.
 * - The program needs no record of its own: it is the only child that the keeper ever has.
 * - Output is appended, so that a reader may truncate the files.
 * - A lost claim ends the keeper silently: another one, or a lead's fence, came first.
 * - The variables have long names because an exported one of the same name would reach the program changed.
 */
export const KEEPER_SCRIPT = `trap : HUP INT TERM
storyboard_job=$1 storyboard_boot=$2 storyboard_stdin=$3
shift 3
if read -r storyboard_stat </proc/self/stat; then storyboard_stat="\\"stat\\":\\"$storyboard_stat\\""
else storyboard_stat="\\"started\\":\\"$(LC_ALL=C ps -o lstart= -p $$)\\""
fi
set -C
{ echo "{\\"pid\\":$$,\\"boot\\":\\"$storyboard_boot\\",$storyboard_stat}" >"$storyboard_job/${JOB_FILES.claim}"; } 2>/dev/null || exit 0
set +C
exec <"$storyboard_stdin" >>"$storyboard_job/${JOB_FILES.transcript}" 2>>"$storyboard_job/${JOB_FILES.stderr}"
"$@"
echo "{\\"status\\":$?}" >"$storyboard_job/${JOB_FILES.exit}"
`;

/** What a keeper is started with. The folder exists; the program is an absolute path. */
export interface KeeperStart {
  readonly directory: string;
  readonly boot: string;
  readonly mark: string;
  /** The file that becomes the program's stdin. */
  readonly stdin: string;
  readonly program: string;
  readonly programArguments: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Starts a keeper in a session and group of its own. May throw (E2BIG) or report by the child's `error` event.
 * Node's own spawn, not execa: a keeper has no streams, needs no clean-up at our exit and must outlive us, so execa
 * would bring nothing, and it costs about as much as the program's own start (measured).
 */
export const spawnKeeper = (start: KeeperStart): ChildProcess =>
  spawn(
    "/bin/sh",
    ["-c", KEEPER_SCRIPT, "keeper", start.directory, start.boot, start.stdin, start.program, ...start.programArguments],
    { cwd: start.cwd, env: { ...start.env, [MARK_VARIABLE]: start.mark }, stdio: "ignore", detached: true },
  );
