import { z } from "zod";
import { configSchema } from "../../core/model/config.ts";
import { ALIAS_NAMES, aliasTarget } from "./aliases.ts";
import type { SettingPath } from "./problem.ts";

/** As much of JSON Schema as describes a configuration. */
export interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly [keyword: string]: unknown;
}

/** The JSON Schema of `storyboard.yaml` for editors, with the names of the source documents as deprecated ones. */
export const configJsonSchema = (): JsonSchema => {
  const schema = ownSchema();
  const aliases = ALIAS_NAMES.map((name) => {
    const target = aliasTarget(name)?.join(".") ?? "agents.<dev_agent>.model";
    return [name, { deprecated: true, description: `Another name for ${target}.` }];
  });
  return {
    ...schema,
    title: "storyboard.yaml",
    description: "Configuration of storyboard. Everything has a default.",
    properties: { ...schema.properties, ...Object.fromEntries(aliases) },
  };
};

/** The keys that may stand at a path of the configuration; none where any name is allowed. */
export const knownKeys = (path: SettingPath): string[] => {
  let schemas: readonly JsonSchema[] = [ownSchema()];
  for (const part of path) schemas = schemas.flatMap(alternatives).flatMap((schema) => below(schema, part));
  const keys = schemas.flatMap(alternatives).flatMap(({ properties }) => Object.keys(properties ?? {}));
  return path.length === 0 ? [...keys, ...ALIAS_NAMES] : keys;
};

const ownSchema = (): JsonSchema => z.toJSONSchema(configSchema, { io: "input" }) as JsonSchema;

const alternatives = (schema: JsonSchema): readonly JsonSchema[] =>
  schema.anyOf === undefined ? [schema] : schema.anyOf.flatMap(alternatives);

const below = ({ properties, additionalProperties, items }: JsonSchema, part: string | number): JsonSchema[] => {
  if (typeof part === "number") return items === undefined ? [] : [items];
  const named = properties !== undefined && Object.hasOwn(properties, part) ? properties[part] : undefined;
  if (named !== undefined) return [named];
  return typeof additionalProperties === "object" ? [additionalProperties] : [];
};
