import type { GateSettings } from "../../core/engine/performers/run-gate.ts";
import type { GateProject } from "./gate-project.ts";
import { ownSettings, wantedIn } from "./own-gates.ts";

/** What to do without an answer, in words that follow a semicolon: the gates' own commands, from the project's folder. */
export const byHand = async (place: GateProject, word: string, environment: NodeJS.ProcessEnv): Promise<string> => {
  const lines = await ownSettings(place, environment).then(
    (settings) => linesOf(settings, word),
    () => [],
  );
  return `run it yourself: ${lines.length === 0 ? "the project's own command" : lines.join(" && ")}`;
};

/** The shell lines that a word means, each in the folder that its gate runs in. */
export const linesOf = (settings: Pick<GateSettings, "gates">, word: string): readonly string[] => {
  const wanted = wantedIn(settings, word);
  return settings.gates
    .filter(({ name }) => wanted.kind === "all" || (wanted.kind === "one" && wanted.name === name))
    .map(({ run, cwd }) => (cwd === "" ? run : `(cd ${shellWord(cwd)} && ${run})`));
};

/** In quotes where a shell would see more than a name in it. */
const shellWord = (word: string): string =>
  /^[\w./][\w./-]*$/.test(word) ? word : `'./${word.replaceAll("'", "'\\''")}'`;
