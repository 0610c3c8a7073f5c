import type { SettingPath } from "./problem.ts";

/** Settings as they were written, not yet checked. */
export interface Settings {
  [key: string]: unknown;
}

/** One source of settings: a file, or the command line. */
export interface Layer {
  readonly settings: Settings;
  /** Where a setting (or its key) stands, or the nearest thing around it: `storyboard.yaml:3:5`. */
  locate(path: SettingPath, isKey: boolean): string;
}

/** Whether a value is a section: a map of keys to values. */
export const isSection = (value: unknown): value is Settings =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What stands at a path; undefined where there is nothing. */
export const settingAt = (settings: unknown, path: SettingPath): unknown => {
  let value = settings;
  for (const part of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Settings)[part];
  }
  return value;
};

/** The settings of `over` above those of `under`: sections merge key by key, everything else is replaced. */
export const merge = (under: Settings, over: Settings): Settings => {
  const merged: Settings = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = Object.hasOwn(under, key) ? under[key] : undefined;
    merged[key] = isSection(below) && isSection(value) ? merge(below, value) : value;
  }
  return merged;
};

/** A copy with one setting put in, making the sections on the way. */
export const withSetting = (settings: Settings, path: readonly string[], value: unknown): Settings =>
  merge(settings, path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Settings);

/** Where a problem stands: in the uppermost layer that has the setting, else in the one that has most of the way. */
export const locateSetting = (layers: readonly Layer[], path: SettingPath, isKey = false): string[] => {
  for (let length = path.length; length > 0; length--) {
    const having = layers.filter(({ settings }) => settingAt(settings, path.slice(0, length)) !== undefined);
    if (having.length > 0) return (isKey ? having : having.slice(-1)).map((layer) => layer.locate(path, isKey));
  }
  return [];
};
