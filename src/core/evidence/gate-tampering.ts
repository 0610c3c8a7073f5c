import type { ChangedLines } from "./diff-lines.ts";
import type { ChangedFile, Flag } from "./evidence.ts";

/** Flags a change of what a gate runs: a package script, the Makefile, a settings file of its checker, or a file that its command names. */
export const flagGateChanges = (
  file: ChangedFile,
  lines: ChangedLines,
  gates: Readonly<Record<string, string>>,
): readonly Flag[] => {
  const name = file.path.slice(file.path.lastIndexOf("/") + 1);
  if (SCRIPT_FILES.has(name)) return flagScripts(file, lines, gates);
  if (/^(?:GNU)?[Mm]akefile$/.test(name)) return flagWhere(file, gates, usesMake, "changes the Makefile that");
  if (file.status !== "added" && CHECKER_SETTINGS.test(name) && Object.keys(gates).length > 0) {
    return [{ kind: "gate-command", file: file.path, what: `${VERBS[file.status]} settings of a checker` }];
  }
  if (file.status === "added") return [];
  return flagWhere(file, gates, (command) => wordsOf(command).includes(file.path), "changes a file that");
};

const VERBS = { added: "adds", modified: "changes", deleted: "deletes", renamed: "renames" } as const;

const SCRIPT_FILES: ReadonlySet<string> = new Set(["package.json", "composer.json", "deno.json", "deno.jsonc"]);

/** Settings that decide what the usual checkers look at. */
const CHECKER_SETTINGS =
  /^(?:(?:vitest|vite|jest|playwright|cypress|karma|ava|eslint|biome)\.config\.\w+|\.mocharc\..+|\.eslintrc.*|\.eslintignore|biome\.jsonc?|tsconfig(?:\.\w+)?\.json|pytest\.ini|tox\.ini|mypy\.ini|ruff\.toml|\.ruff\.toml|\.golangci\.ya?ml|clippy\.toml|phpunit\.xml(?:\.dist)?|phpstan\.neon(?:\.dist)?|\.rspec|\.rubocop\.yml)$/;

const flagScripts = (
  { path }: ChangedFile,
  lines: ChangedLines,
  gates: Readonly<Record<string, string>>,
): readonly Flag[] => {
  const changed = new Set(
    [...lines.added, ...lines.removed].flatMap((line) => /^\s*"([^"]+)"\s*:/.exec(line)?.[1] ?? []),
  );
  return Object.entries(gates).flatMap(([gate, command]) =>
    scriptsOf(command)
      .filter((script) => changed.has(script))
      .map(
        (script): Flag => ({ kind: "gate-command", file: path, what: `changes script '${script}' of gate '${gate}'` }),
      ),
  );
};

/** The scripts that a command runs, with those that npm runs before and after. */
const scriptsOf = (command: string): readonly string[] =>
  [
    ...command.matchAll(
      /\b(?:npm|pnpm|yarn|bun|composer|deno)\s+(?:(?:run|run-script|task)\s+)?(?:-\S+\s+)*([\w:.-]+)/g,
    ),
  ].flatMap(([, script = ""]) => {
    const name = script === "t" ? "test" : script;
    return [name, `pre${name}`, `post${name}`];
  });

const usesMake = (command: string): boolean => /(?:^|[\s;&|])(?:g?make)(?:\s|$)/.test(command);

const wordsOf = (command: string): readonly string[] =>
  command.split(/[\s;&|'"]+/).map((word) => word.replace(/^\.\//, ""));

const flagWhere = (
  { path }: ChangedFile,
  gates: Readonly<Record<string, string>>,
  applies: (command: string) => boolean,
  what: string,
): readonly Flag[] =>
  Object.entries(gates)
    .filter(([, command]) => applies(command))
    .map(([gate]) => ({ kind: "gate-command", file: path, what: `${what} gate '${gate}' runs` }));
