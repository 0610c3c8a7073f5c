/** A place in the configuration, from the top: `["agents", "builder", "cli"]`, `["stories", 0, "key"]`. */
export type SettingPath = readonly (string | number)[];

/** Something wrong with a setting. */
export interface SettingProblem {
  readonly path: SettingPath;
  /** What is wrong, what was given and what is allowed; follows the path in a message. */
  readonly text: string;
  /** The key itself is wrong, not its value: it is shown where the key stands, in every file that has it. */
  readonly isKey?: boolean;
}

/** A path as a person writes it: `agents.builder.cli`, `stories[0].key`. */
export const shownPath = (path: SettingPath): string =>
  path.map((part, i) => (typeof part === "number" ? `[${part}]` : i === 0 ? part : `.${part}`)).join("");
