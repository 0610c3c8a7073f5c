import { type Config, configSchema } from "../../core/model/config.ts";
import { plainLine } from "../../core/model/plain-text.ts";
import { UserError } from "../../core/model/user-error.ts";
import { agentProblems } from "./agent-problems.ts";
import { placeWorkerModel, withoutAliases } from "./aliases.ts";
import { type ConfigurationFile, type ConfigurationPlaces, findConfigurationFiles } from "./configuration-files.ts";
import { isSection, type Layer, locateSetting, merge, type Settings, settingAt, withSetting } from "./layer.ts";
import type { ConfigurationOverride } from "./override.ts";
import { pipelineProblems } from "./pipelines.ts";
import { type SettingPath, type SettingProblem, shownPath } from "./problem.ts";
import { promptNames, promptProblems } from "./prompt-problems.ts";
import { roleNames } from "./roles.ts";
import { schemaProblems } from "./schema-problems.ts";
import { supportProblems } from "./support-problems.ts";
import { readYamlLayer } from "./yaml-layer.ts";

/** Most mistakes that are shown at a time. */
export const PROBLEMS_SHOWN_MAX = 50;

/** A checked configuration and where it came from. */
export interface LoadedConfiguration {
  readonly config: Config;
  /** Absolute paths of the files that were read, the weakest first. */
  readonly files: readonly string[];
  /** `worker_model`, where no agent is configured to carry it: for whoever chooses the agent that builds. */
  readonly workerModel?: string;
}

/**
 * The configuration of a project: the user's file, above it the project's, above both the command line. Throws one
 * UserError (exit status 2) that lists every mistake with its place.
 */
export const loadConfiguration = async (
  options: ConfigurationPlaces & { readonly overrides?: readonly ConfigurationOverride[] },
): Promise<LoadedConfiguration> => {
  const files = await findConfigurationFiles(options);
  const broken: string[] = [];
  const fileLayers = readLayers(files, broken);
  // What a file that cannot be read would say is not known: nothing sensible can be said about the rest.
  if (broken.length > 0) throw configurationError(broken);

  const problems: string[] = [];
  const renamed = fileLayers.map((layer) => withoutAliases(layer, problems));
  const { layers, workerModel } = placeWorkerModels(
    [...renamed, ...overrideLayers(renamed, options.overrides)],
    problems,
  );
  const settings = mergeAll(layers);
  const { data, error } = configSchema.safeParse(settings);
  const found = [
    ...schemaProblems(error?.issues ?? [], settings),
    ...meaningProblems(settings),
    ...pipelineProblems(settings, await promptNames(settings, options.projectDirectory)),
    ...(await promptProblems(settings, options.projectDirectory)),
  ];
  if (workerModel !== undefined && typeof workerModel !== "string") {
    problems.push("worker_model: must be a text");
  }
  problems.push(...withoutEchoes(found).flatMap((problem) => shownProblem(problem, layers)));
  if (problems.length > 0 || data === undefined) throw configurationError(problems);
  return {
    config: withProfile(data),
    files: files.map(({ path }) => path),
    ...(typeof workerModel === "string" ? { workerModel } : {}),
  };
};

/** The profile that the pipeline itself asks for: a worker leaves artifacts. */
const withProfile = (config: Config): Config =>
  config.evidence.profile === "auto"
    ? { ...config, evidence: { ...config.evidence, profile: config.pipeline === "worker" ? "pantheon" : "story-file" } }
    : config;

const readLayers = (files: readonly ConfigurationFile[], problems: string[]): Layer[] => {
  const layers: Layer[] = [];
  for (const { shown, content } of files) {
    const read =
      "problem" in content ? { problems: [`${shown}  ${content.problem}`] } : readYamlLayer(content.text, shown);
    if ("layer" in read) layers.push(read.layer);
    else problems.push(...read.problems);
  }
  const names = files.map(({ shown }) => shown);
  if (names.includes("storyboard.yaml") && names.includes("storyboard.yml")) {
    problems.push("storyboard.yml  stands beside storyboard.yaml; keep one of them");
  }
  return layers;
};

const overrideLayers = (below: readonly Layer[], overrides: readonly ConfigurationOverride[] = []): Layer[] =>
  overrides
    .filter(({ path, onlyOver }) => onlyOver === undefined || settingAt(mergeAll(below), path) === onlyOver)
    .map(({ option, path, value }) => ({ settings: withSetting({}, path, value), locate: () => option }));

const mergeAll = (layers: readonly Layer[]): Settings =>
  layers.reduce((settings, layer) => merge(settings, layer.settings), {});

const placeWorkerModels = (
  layers: readonly Layer[],
  problems: string[],
): { readonly layers: readonly Layer[]; readonly workerModel: unknown } => {
  const settings = mergeAll(layers);
  const { builder } = roleNames(settings);
  const isConfigured = isSection(settings.agents) && Object.hasOwn(settings.agents, builder);
  const placed = layers.map((layer) => placeWorkerModel(layer, builder, isConfigured, problems));
  return {
    layers: placed.map(({ layer }) => layer),
    workerModel: placed.findLast(({ model }) => model !== undefined)?.model,
  };
};

const meaningProblems = (settings: Settings): SettingProblem[] => {
  const hasAgents = isSection(settings.agents) && Object.keys(settings.agents).length > 0;
  // Where none is configured the caller chooses agents first, and checks the names then.
  return [...supportProblems(settings), ...(hasAgents ? agentProblems(settings) : [])];
};

/** What is wrong with a setting is said once: the schema's word comes first. */
const withoutEchoes = (problems: readonly SettingProblem[]): SettingProblem[] => {
  const said = new Set<string>();
  return problems.filter(({ path, isKey }) => {
    const place = JSON.stringify([path, isKey]);
    return !said.has(place) && said.add(place);
  });
};

const shownProblem = ({ path, text, isKey }: SettingProblem, layers: readonly Layer[]): string[] => {
  const message = plainLine(`${shownPath(path as SettingPath)}: ${text}`);
  const places = locateSetting(layers, path, isKey);
  return places.length === 0 ? [message] : places.map((place) => `${place}  ${message}`);
};

/** As one meets them when going through a file from its top; `file:12:3` counts as numbers. */
const inOrderOfPlace = (problems: readonly string[]): string[] =>
  problems.toSorted((a, b) => a.localeCompare(b, "en", { numeric: true }));

const configurationError = (problems: readonly string[]): UserError => {
  const shown = inOrderOfPlace(problems)
    .slice(0, PROBLEMS_SHOWN_MAX)
    .map((problem) => `\n  ${problem}`);
  const more = problems.length > shown.length ? `\n  and ${problems.length - shown.length} more` : "";
  const count = problems.length === 1 ? "a mistake" : `${problems.length} mistakes`;
  return new UserError(`The configuration has ${count}:${shown.join("")}${more}`, [
    "Correct what is named here and start again.",
  ]);
};
