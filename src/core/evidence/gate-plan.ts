import type { Config, GateSetting } from "../model/config.ts";
import { coversPath } from "../model/glob.ts";
import { nearestName } from "../model/nearest-name.ts";
import { UserError } from "../model/user-error.ts";
import type { DetectedGate } from "./detected-gate.ts";

const MINUTE_MS = 60_000;

/** A gate as it will be run. */
export interface PlannedGate {
  readonly name: string;
  /** The shell line. */
  readonly run: string;
  /** The folder it runs in, relative to the project; `.` is the project itself. */
  readonly cwd: string;
  readonly timeoutMs: number;
  /** For people: the configuration, or where it was detected. */
  readonly foundIn: string;
}

/** What decides which gates apply. */
export interface GatePlanInput {
  readonly gates: Config["gates"];
  /** Used where the configuration says `auto`. */
  readonly detected: readonly DetectedGate[];
  /** `evidence.gates`: names of the gates that a story must pass; unset means all. */
  readonly wanted?: readonly string[] | undefined;
  /** Leaves type-check and lint to one run after all stories. */
  readonly batchMode: boolean;
  /** What the story changed, relative to the project; unset (the baseline, the merged tree) means that all gates apply. */
  readonly changedPaths?: readonly string[];
}

/** Which gates apply, and which do not and why. */
export interface GatePlan {
  readonly gates: readonly PlannedGate[];
  readonly left: readonly { readonly name: string; readonly why: "not wanted" | "batch mode" | "paths" }[];
}

/** Decides which gates apply. Throws a UserError for a wanted name that no gate has and for a folder outside the project. */
export const planGates = (input: GatePlanInput): GatePlan => {
  const all = knownGates(input);
  checkWanted(
    input.wanted ?? [],
    all.map(({ gate }) => gate.name),
  );
  const judged = all.map(({ gate, paths }) => ({ gate, why: reasonToLeave(gate.name, paths, input) }));
  return {
    gates: judged.filter(({ why }) => why === undefined).map(({ gate }) => gate),
    left: judged.flatMap(({ gate, why }) => (why === undefined ? [] : [{ name: gate.name, why }])),
  };
};

interface KnownGate {
  readonly gate: PlannedGate;
  readonly paths: readonly string[] | undefined;
}

const knownGates = ({ gates, detected }: GatePlanInput): readonly KnownGate[] => {
  const { commands, minutes } = gates;
  if (commands === "auto") {
    return detected.map(({ name, run, foundIn }) => ({
      gate: { name, run, cwd: ".", timeoutMs: minutes * MINUTE_MS, foundIn },
      paths: undefined,
    }));
  }
  return Object.entries(commands).map(([name, setting]) => configuredGate(name, setting, minutes));
};

const configuredGate = (name: string, setting: GateSetting, minutes: number): KnownGate => {
  const { run, cwd = ".", paths, minutes: own = minutes } = typeof setting === "string" ? { run: setting } : setting;
  const foundIn = `gates.commands.${name}`;
  if (isOutside(cwd)) {
    throw new UserError(`${foundIn}.cwd: ${JSON.stringify(cwd)} is not a folder of the project`, [
      "Give a path relative to the project, without '..'.",
    ]);
  }
  return { gate: { name, run, cwd, timeoutMs: own * MINUTE_MS, foundIn }, paths };
};

const isOutside = (folder: string): boolean =>
  /^(?:[\\/~]|[A-Za-z]:)/.test(folder) || folder.split(/[\\/]/).includes("..");

const checkWanted = (wanted: readonly string[], names: readonly string[]): void => {
  const unknown = wanted.filter((name) => !names.includes(name));
  if (unknown.length === 0) return;
  const described = unknown.map((name) => {
    const nearest = nearestName(name, names);
    return JSON.stringify(name) + (nearest === undefined ? "" : ` (did you mean ${JSON.stringify(nearest)}?)`);
  });
  throw new UserError(`evidence.gates: there is no gate named ${described.join(", ")}`, [
    names.length === 0
      ? "No gates are configured or were found; add them to gates.commands."
      : `The gates are: ${names.join(", ")}.`,
  ]);
};

const reasonToLeave = (
  name: string,
  paths: readonly string[] | undefined,
  { wanted, batchMode, changedPaths }: GatePlanInput,
): GatePlan["left"][number]["why"] | undefined => {
  if (wanted !== undefined && !wanted.includes(name)) return "not wanted";
  if (batchMode && TYPE_CHECK_OR_LINT.test(name)) return "batch mode";
  if (paths === undefined || changedPaths === undefined) return undefined;
  return changedPaths.some((path) => paths.some((pattern) => coversPath(pattern, path))) ? undefined : "paths";
};

/** Gates are told apart by their names: that is all that a configuration says about them. */
const TYPE_CHECK_OR_LINT =
  /(?:^|[-_:. ])(?:type-?check|types|tsc|mypy|pyright|lint|eslint|biome|clippy|ruff|vet|credo|rubocop|phpstan)(?:$|[-_:. ])/i;
