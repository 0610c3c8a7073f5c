import { plainLine } from "../../core/model/plain-text.ts";
import { askProgram } from "./ask-program.ts";
import type { AskedProgram } from "./login-desk.ts";

/** Characters of the answer in which a version is looked for. */
const ANSWER_LENGTH_MAX = 500;

/** The version that a program says it has; undefined where it does not say one in time. */
export const versionOf = async (
  { path, probe, env }: AskedProgram,
  cwd: string,
  limitMs: number,
): Promise<string | undefined> => {
  const { status, stdout } = await askProgram({ program: path, args: probe.version, cwd, env, limitMs });
  if (status !== 0) return undefined;
  return /\d+\.\d+\.\d+(?:[-+][\w.]{1,30})?/.exec(plainLine(stdout.slice(0, ANSWER_LENGTH_MAX)))?.[0];
};

/** Whether a version is older than a tested release. */
export const isOlder = (version: string, tested: string): boolean => isBefore(numbersOf(version), numbersOf(tested));

const numbersOf = (version: string): number[] => version.split(/[-+]/, 1).join("").split(".").map(Number);

const isBefore = (version: readonly number[], other: readonly number[]): boolean => {
  const at = other.findIndex((number, i) => number !== version[i]);
  return at >= 0 && (version[at] ?? 0) < (other[at] ?? 0);
};
