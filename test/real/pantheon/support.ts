import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type MadeStory, Project, writeSprint } from "../../support/project.ts";

export const FOLDER = "_bmad-output/implementation-artifacts";
export const COMPLETIONS = `${FOLDER}/completions`;

const AGENT = join(dirname(fileURLToPath(import.meta.url)), "../../fixtures/agent/worker-agent.sh");

/** The configuration of workers that leave Pantheon's artifacts. */
export const workerConfiguration = (more = ""): string =>
  `agents:\n  builder: { cli: command, command: [sh, "${AGENT}"] }\npipeline: worker\nevidence: { profile: pantheon }\ngates: { commands: {} }\n${more}`;

/** A sprint whose workers do what `scripts` say (`KEY.ATTEMPT`, `KEY` or `all`; see worker-agent.sh). Nothing is committed. */
export const workerSprint = (
  stories: readonly MadeStory[],
  scripts: Readonly<Record<string, string>> = {},
  configuration = workerConfiguration(),
): Project => {
  const project = new Project();
  writeSprint(project, stories, { configuration });
  project.write("src/shared.ts", "export const shared = 1;\nexport const more = 2;\n");
  const folder = join(project.base, "scripts");
  mkdirSync(folder);
  for (const [name, code] of Object.entries(scripts)) writeFileSync(join(folder, name), `${code}\n`);
  return project;
};

/** Where the workers of a sprint find their scripts, and write down their turns. */
export const workerEnvironment = (project: Project): Record<string, string> => ({
  AGENT_SCRIPT: join(project.base, "scripts"),
  AGENT_LOG: join(project.base, "turns"),
  OUT: project.base,
});
