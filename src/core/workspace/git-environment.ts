import { devNull } from "node:os";

/**
 * Variables that would point git at another repository, index or pathspec rule than the folder it runs in, or that let it
 * ask somebody: `git rev-parse --local-env-vars` without the configuration ones, plus displays and terminals.
 * GIT_CONFIG_COUNT and its kin stay: that is how CI systems say which folders are safe.
 */
const REMOVED = new Set([
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_COMMON_DIR",
  "GIT_CONFIG",
  "GIT_DIR",
  "GIT_EXTERNAL_DIFF",
  "GIT_GLOB_PATHSPECS",
  "GIT_GRAFT_FILE",
  "GIT_ICASE_PATHSPECS",
  "GIT_IMPLICIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_INDEX_VERSION",
  "GIT_LITERAL_PATHSPECS",
  "GIT_NAMESPACE",
  "GIT_NOGLOB_PATHSPECS",
  "GIT_NO_REPLACE_OBJECTS",
  "GIT_OBJECT_DIRECTORY",
  "GIT_PREFIX",
  "GIT_QUARANTINE_PATH",
  "GIT_REPLACE_REF_BASE",
  "GIT_SHALLOW_FILE",
  "GIT_WORK_TREE",
  "DISPLAY",
  "WAYLAND_DISPLAY",
  "GPG_TTY",
]);

const FIXED: Readonly<Record<string, string>> = {
  GIT_TERMINAL_PROMPT: "0",
  GIT_ASKPASS: "true",
  SSH_ASKPASS: "true",
  SSH_ASKPASS_REQUIRE: "never",
  GIT_EDITOR: "true",
  GIT_SEQUENCE_EDITOR: "true",
  GIT_PAGER: "cat",
  GIT_OPTIONAL_LOCKS: "0",
  GCM_INTERACTIVE: "never",
  LC_ALL: "C",
  LANGUAGE: "C",
};

/** The environment of our own git calls: the given one, less whatever redirects git, with no prompt possible. */
export const gitEnvironment = (
  ambient: Readonly<Record<string, string | undefined>>,
  extra: Readonly<Record<string, string>> = {},
): Record<string, string> => {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(ambient)) {
    if (value !== undefined && !REMOVED.has(name)) environment[name] = value;
  }
  return { ...environment, ...FIXED, ...extra };
};

/** Settings of every call: no hook of the project runs, and no background clean-up outlives the call. */
export const QUIET_SETTINGS: readonly string[] = [
  "-c",
  `core.hooksPath=${devNull}`,
  "-c",
  "gc.auto=0",
  "-c",
  "maintenance.auto=false",
  "-c",
  "submodule.recurse=false",
  "-c",
  "i18n.logOutputEncoding=UTF-8",
];
