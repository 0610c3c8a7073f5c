import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Project } from "../../support/project.ts";

/** Where `writeSprint` puts a sprint. */
export const FOLDER = "_bmad-output/implementation-artifacts";
export const SPRINT = `${FOLDER}/sprint-status.yaml`;

/**
 * Writes scripts for the scripted agent (KEY.PHASE, KEY or PHASE to sh code) beside the project, and gives the
 * environment that has it use them. In a script `$USER_COPY` is the user's copy, and `$TOGETHER` a folder for signs.
 */
export const scripted = (project: Project, scripts: Readonly<Record<string, string>>): Record<string, string> => {
  const folder = join(project.base, "scripts");
  const together = join(project.base, "together");
  mkdirSync(folder, { recursive: true });
  mkdirSync(together, { recursive: true });
  for (const [name, code] of Object.entries(scripts)) writeFileSync(join(folder, name), code);
  return { AGENT_SCRIPT: folder, USER_COPY: project.path, TOGETHER: together, AGENT_LOG: join(project.base, "turns") };
};

/** sh code that waits, with a bound, until a command succeeds. */
export const until = (command: string): string =>
  `i=0; until ${command}; do i=$((i+1)); [ $i -lt 600 ] || exit 9; sleep 0.05; done`;

/** The turns that the scripted agent was started for, as `KEY PHASE ATTEMPT`. */
export const turnsOf = (project: Project): string[] =>
  readFileSync(join(project.base, "turns"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => line.split(" ").slice(0, 3).join(" "));

/** Two stories that start from the same commit; the second one's turn ends only after the first one has landed. */
export const TOGETHER_THEN: { readonly first: string; readonly second: string } = {
  first: until('[ -e "$TOGETHER/second" ]'),
  second: `touch "$TOGETHER/second"\n${until('git -C "$USER_COPY" log --all --format=%s | grep -q "1-1-a is"')}`,
};

/** The status words of the stories in the user's sprint file. */
export const statuses = (project: Project, path = SPRINT): Record<string, string> =>
  Object.fromEntries(
    [...project.read(path).matchAll(/^ {2}(\d+-\d+-[\w-]+): *["']?([\w-]+)/gm)].map(([, key, status]) => [key, status]),
  );
