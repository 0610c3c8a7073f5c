import { folderInProject } from "../../core/backlog/bmad-config.ts";
import { nearestName } from "../../core/model/nearest-name.ts";
import { isSection, type Settings, settingAt } from "./layer.ts";
import type { SettingProblem } from "./problem.ts";
import { shownValue } from "./shown-value.ts";

/** A setting of the schema that this version serves with some values only. */
interface Unserved {
  readonly path: readonly string[];
  /** The values that are refused. */
  readonly refuses: (value: unknown) => boolean;
}

const anyOf =
  (...values: readonly unknown[]) =>
  (value: unknown): boolean =>
    values.includes(value);

const UNSERVED: readonly Unserved[] = [
  { path: ["source"], refuses: anyOf("phases") },
  { path: ["notify", "webhook"], refuses: (value) => typeof value === "string" },
  { path: ["hooks"], refuses: (value) => isSection(value) && Object.keys(value).length > 0 },
  { path: ["finish", "push"], refuses: anyOf(true) },
  { path: ["finish", "pr"], refuses: anyOf(true) },
];

/** Settings that are allowed but would do nothing in this version: refused by name, never silently ignored. */
export const supportProblems = (settings: Settings): SettingProblem[] => [
  ...UNSERVED.filter(({ path, refuses }) => refuses(settingAt(settings, path))).map(({ path }) => ({
    path,
    text: `${shownValue(settingAt(settings, path))} is not supported in this version yet`,
  })),
  ...criteriaProblems(settings),
  ...gateNameProblems(settings),
  ...commitPatternProblems(settings),
  ...playbookProblems(settings),
];

/** A criterion is proven by a tree of the story's own, and by evidence that is looked at. */
const criteriaProblems = (settings: Settings): SettingProblem[] => {
  const path = ["evidence", "criteria"];
  if (settingAt(settings, path) !== "require") return [];
  const text = "require cannot be met";
  if (settings.isolation === "shared") {
    return [{ path, text: `${text} with isolation: shared; set isolation: worktree, or warn or off here` }];
  }
  const hasNone = settingAt(settings, ["evidence", "profile"]) === "none";
  return hasNone ? [{ path, text: `${text} with evidence.profile: none; set profile: story-file, or off here` }] : [];
};

/** Detected gates are known only later; the names of configured ones are checked here. */
const gateNameProblems = (settings: Settings): SettingProblem[] => {
  const wanted = settingAt(settings, ["evidence", "gates"]);
  const commands = settingAt(settings, ["gates", "commands"]);
  if (!Array.isArray(wanted) || !isSection(commands)) return [];
  const known = Object.keys(commands);
  return wanted.flatMap((name, i) => {
    if (typeof name !== "string" || known.includes(name)) return [];
    const nearest = nearestName(name, known);
    const help = nearest === undefined ? `known are ${known.join(", ") || "none"}` : `did you mean ${nearest}?`;
    return [{ path: ["evidence", "gates", i], text: `${shownValue(name)} is not one of gates.commands; ${help}` }];
  });
};

const commitPatternProblems = (settings: Settings): SettingProblem[] => {
  const path = ["evidence", "commit_pattern"];
  const pattern = settingAt(settings, path);
  if (typeof pattern !== "string") return [];
  try {
    new RegExp(pattern.replaceAll("{key}", "key"), "u");
    return [];
  } catch {
    return [{ path, text: `must be a regular expression, not ${shownValue(pattern)}` }];
  }
};

const playbookProblems = ({ playbooks }: Settings): SettingProblem[] => {
  if (typeof playbooks !== "string" || playbooks === "") return [];
  // Any folder: where the project stands does not matter to whether a relative path stays in it.
  const folder = folderInProject(playbooks, "/");
  if (folder !== undefined && folder !== "" && !playbooks.startsWith("/")) return [];
  return [{ path: ["playbooks"], text: `must be auto or a folder inside the project, not ${shownValue(playbooks)}` }];
};
