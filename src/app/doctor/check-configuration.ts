import { homedir } from "node:os";
import { type LoadedConfiguration, loadConfiguration } from "../configuration/load-configuration.ts";
import { examine, type Finding } from "./finding.ts";

/** The project's configuration, where it can be read, and what was found. */
export const checkConfiguration = async (
  project: string,
  environment: NodeJS.ProcessEnv,
): Promise<{ readonly loaded?: LoadedConfiguration; readonly findings: readonly Finding[] }> => {
  const { HOME: home = homedir(), XDG_CONFIG_HOME: xdgConfigHome } = environment;
  const place = { area: "configuration", subject: "files" } as const;
  const { found: loaded, problems } = await examine(place, () =>
    loadConfiguration({ projectDirectory: project, home, xdgConfigHome }),
  );
  if (loaded === undefined) return { findings: [...problems, NOT_LOOKED_AT] };
  const text = loaded.files.length === 0 ? "none, so the defaults hold" : `read: ${loaded.files.join(", ")}`;
  return { loaded, findings: [{ ...place, state: "ok", text }] };
};

const NOT_LOOKED_AT: Finding = {
  area: "configuration",
  subject: "the rest",
  state: "note",
  text: "the agents' roles, backlog, gates and worktrees are looked at once the configuration can be read",
};
