import type { AgentProfile } from "../../core/model/config.ts";
import { plainLine } from "../../core/model/plain-text.ts";
import { askProgram } from "./ask-program.ts";
import type { AskedProgram } from "./login-desk.ts";

/** The releases that storyboard is tested with. */
const TESTED: Partial<Record<AgentProfile["cli"], string>> = {
  claude: "2.1.328",
  codex: "0.169.0",
  opencode: "1.18.33",
  gemini: "0.61.0",
};

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

/** The tested release, where the version is an older one. */
export const testedAbove = (cli: AgentProfile["cli"], version: string): string | undefined => {
  const tested = TESTED[cli];
  return tested !== undefined && isOlder(numbersOf(version), numbersOf(tested)) ? tested : undefined;
};

const numbersOf = (version: string): number[] => version.split(/[-+]/, 1).join("").split(".").map(Number);

const isOlder = (version: readonly number[], other: readonly number[]): boolean => {
  const at = other.findIndex((number, i) => number !== version[i]);
  return at >= 0 && (version[at] ?? 0) < (other[at] ?? 0);
};
