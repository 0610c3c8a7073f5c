import type { Config } from "../../core/model/config.ts";
import { nearestName } from "../../core/model/nearest-name.ts";
import { type Pipeline, rolesOf } from "../../core/model/pipeline.ts";
import { pipelineOf, pipelineSettingSchema } from "../../core/model/pipeline-settings.ts";
import { PIPELINES } from "../../core/model/pipelines.ts";
import { isSection, type Settings } from "./layer.ts";
import { pipelineProblems as problemsOf } from "./pipeline-problems.ts";
import type { SettingProblem } from "./problem.ts";
import { playersOf } from "./roles.ts";
import { shownValue } from "./shown-value.ts";

const DEFAULT_PIPELINE = "dev-review";

/** The pipeline that a configuration asks for: the project's own of that name, else a built-in one. */
export const chosenPipeline = (settings: Config | Settings): Pipeline | undefined => {
  const { pipeline: name = DEFAULT_PIPELINE, pipelines } = settings;
  if (typeof name !== "string") return undefined;
  const own = isSection(pipelines) && Object.hasOwn(pipelines, name) ? pipelines[name] : undefined;
  if (own === undefined) return Object.hasOwn(PIPELINES, name) ? PIPELINES[name] : undefined;
  const { data } = pipelineSettingSchema.safeParse(own);
  return data === undefined ? undefined : pipelineOf(name, data);
};

/** What is wrong with the pipelines of a project, and with the name of the one that is asked for. */
export const pipelineProblems = (settings: Settings, prompts: readonly string[]): SettingProblem[] => {
  const own = isSection(settings.pipelines) ? settings.pipelines : {};
  const roles = [...playersOf(settings).keys()];
  return [
    ...Object.entries(own).flatMap(([name, setting]) => {
      const { data } = pipelineSettingSchema.safeParse(setting);
      const problems = data === undefined ? [] : problemsOf(data, { roles, prompts });
      return problems.map(({ path, text }) => ({ path: ["pipelines", name, ...path], text }));
    }),
    ...unplayedRoles(settings, own),
    ...unknownName(settings.pipeline, [...Object.keys(PIPELINES), ...Object.keys(own)]),
  ];
};

/** A role that no phase of any pipeline has would be given an agent that never gets a turn: its name is a slip. */
const unplayedRoles = ({ roles }: Settings, own: Settings): SettingProblem[] => {
  const read = Object.entries(own).map(([name, setting]) => {
    const { data } = pipelineSettingSchema.safeParse(setting);
    return data === undefined ? undefined : pipelineOf(name, data);
  });
  // What a pipeline that cannot be read would have is not known.
  if (!isSection(roles) || read.includes(undefined)) return [];
  const known = new Set<string>(playersOf({}).keys());
  for (const pipeline of read) for (const role of pipeline === undefined ? [] : rolesOf(pipeline)) known.add(role);
  return Object.keys(roles).flatMap((role) => {
    if (known.has(role)) return [];
    const nearest = nearestName(role, [...known]);
    const help = nearest === undefined ? "" : `; did you mean ${nearest}?`;
    return [{ path: ["roles", role], text: `no phase has this role; known are ${[...known].join(", ")}${help}` }];
  });
};

const unknownName = (pipeline: unknown, known: readonly string[]): SettingProblem[] => {
  if (typeof pipeline !== "string" || known.includes(pipeline)) return [];
  const nearest = nearestName(pipeline, known);
  const help = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  const all = `${known.slice(0, -1).join(", ")} or ${known.at(-1)}`;
  return [{ path: ["pipeline"], text: `must be ${all}, not ${shownValue(pipeline)}${help}` }];
};
