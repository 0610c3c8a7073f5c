import { isSection, type Layer, type Settings, settingAt, withSetting } from "./layer.ts";

interface Alias {
  readonly name: string;
  readonly path: readonly string[];
  readonly translate: (given: unknown) => unknown;
}

const same = (given: unknown): unknown => given;

/** The categories of the source documents are names of agents for us. */
const agentOf = (category: unknown): unknown =>
  category === "deep" ? "builder" : category === "ultrabrain" ? "reviewer" : category;

const gateOf = (isOn: unknown): unknown => (isOn === true ? "complex" : isOn === false ? "off" : isOn);

/** Names of the source documents that mean one of our settings, whatever else is set. */
const ALIASES: readonly Alias[] = [
  { name: "max_parallel_agents", path: ["max_workers"], translate: same },
  { name: "dev_category", path: ["dev_agent"], translate: agentOf },
  { name: "review_category", path: ["review_agent"], translate: agentOf },
  { name: "plan_approval_gate", path: ["plan_gate"], translate: gateOf },
];

/** The source documents' name for the model of the agent that builds. */
export const WORKER_MODEL = "worker_model";

/** Every name that is accepted besides the schema's own. */
export const ALIAS_NAMES: readonly string[] = [...ALIASES.map(({ name }) => name), WORKER_MODEL];

/** The setting that an alias stands for. */
export const aliasTarget = (name: string): readonly string[] | undefined =>
  ALIASES.find((alias) => alias.name === name)?.path;

/** A layer with the source documents' names replaced by ours. A setting given under both names is a problem. */
export const withoutAliases = (layer: Layer, problems: string[]): Layer => ALIASES.reduce(replace(problems), layer);

/**
 * `worker_model` as the model of the agent that builds. Where that agent is not configured (none is), the setting is
 * taken out and returned, for whoever chooses the agent.
 */
export const placeWorkerModel = (
  layer: Layer,
  builder: string,
  isConfigured: boolean,
  problems: string[],
): { readonly layer: Layer; readonly model: unknown } => {
  const model = layer.settings[WORKER_MODEL];
  if (model === undefined) return { layer, model };
  const path = ["agents", builder, "model"];
  if (isConfigured)
    return { layer: replace(problems)(layer, { name: WORKER_MODEL, path, translate: same }), model: undefined };
  return { layer: { ...layer, settings: withoutKey(layer.settings, WORKER_MODEL) }, model };
};

const replace =
  (problems: string[]) =>
  (layer: Layer, { name, path, translate }: Alias): Layer => {
    const { settings } = layer;
    if (!Object.hasOwn(settings, name)) return layer;
    const rest = withoutKey(settings, name);
    if (settingAt(rest, path) !== undefined) {
      problems.push(
        `${layer.locate([name], true)}  ${name}: is another name for ${path.join(".")}, which is set too; keep one`,
      );
      return { ...layer, settings: rest };
    }
    const value = translate(settings[name]);
    return {
      ...layer,
      settings: canHold(rest, path) ? withSetting(rest, path, value) : rest,
      locate: (wanted, isKey) =>
        JSON.stringify(wanted) === JSON.stringify(path) ? layer.locate([name], isKey) : layer.locate(wanted, isKey),
    };
  };

/** Whether the sections on the way are sections or not there: a wrong one is reported, not overwritten. */
const canHold = (settings: Settings, path: readonly string[]): boolean =>
  path.slice(0, -1).every((_, i) => {
    const section = settingAt(settings, path.slice(0, i + 1));
    return section === undefined || isSection(section);
  });

const withoutKey = (settings: Settings, key: string): Settings =>
  Object.fromEntries(Object.entries(settings).filter(([name]) => name !== key));
