import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

/** An agent program that tests run: the version that the adapters were written against, by its number. */
export interface AgentProgram {
  readonly name: string;
  readonly package: string;
  readonly version: string;
}

const program = (name: string, packageName: string, version: string): AgentProgram => ({
  name,
  package: packageName,
  version,
});

export const CLAUDE = program("claude", "@anthropic-ai/claude-code", "2.1.328");
export const CODEX = program("codex", "@openai/codex", "0.169.0");
export const OPENCODE = program("opencode", "opencode-ai", "1.18.33");
export const GEMINI = program("gemini", "@google/gemini-cli", "0.61.0");
export const CLAUDE_AGENT_ACP = program("claude-agent-acp", "@agentclientprotocol/claude-agent-acp", "0.100.0");

export const AGENT_PROGRAMS: readonly AgentProgram[] = [CLAUDE, CODEX, OPENCODE, GEMINI, CLAUDE_AGENT_ACP];

/** A program that is there, or why it is not. */
export type Found = { readonly bin: string } | { readonly reason: string };

/** Longest that one program may take to be fetched, in milliseconds. */
const INSTALL_LIMIT_MS = 5 * 60_000;
/** Lines of what npm said that a reason repeats; it says first what is wrong. */
const REASON_LINES_MAX = 4;

/** The folder with the program, where it is installed already. */
export const installedProgram = (wanted: AgentProgram): string | undefined => {
  const bin = join(folderOf(wanted), "node_modules", ".bin");
  return existsSync(join(bin, wanted.name)) ? bin : undefined;
};

/**
 * The folder with the program, which is installed on first use. A folder appears whole or not at all, so that two may
 * install the same program at once. In CI a program that cannot be had is an error.
 */
export const readyProgram = async (wanted: AgentProgram): Promise<Found> => {
  try {
    return { bin: installedProgram(wanted) ?? (await installProgram(wanted)) };
  } catch (error) {
    if (process.env.CI) throw error;
    return { reason: error instanceof Error ? error.message : String(error) };
  }
};

/** Installs a program beside what is there. Rejects with what npm said. */
const installProgram = async (wanted: AgentProgram): Promise<string> => {
  const folder = folderOf(wanted);
  mkdirSync(join(folder, ".."), { recursive: true });
  const making = mkdtempSync(`${folder}.tmp-`);
  try {
    writeFileSync(
      join(making, "package.json"),
      JSON.stringify({ private: true, dependencies: { [wanted.package]: wanted.version } }),
    );
    await runNpm(["install", "--prefix", making, "--no-audit", "--no-fund"], making, wanted);
    renameSync(making, folder);
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    // Somebody else was faster.
    if (installedProgram(wanted) === undefined) throw error;
  }
  return join(folder, "node_modules", ".bin");
};

const runNpm = (args: readonly string[], cwd: string, wanted: AgentProgram): Promise<void> =>
  new Promise((resolve, reject) => {
    const nodes = nodeFolder();
    const env = { ...process.env, PATH: `${nodes.path}:${process.env.PATH}` };
    execFile("npm", [...args], { cwd, env, timeout: INSTALL_LIMIT_MS }, (error, _stdout, stderr) => {
      nodes.remove();
      if (error === null) resolve();
      else
        reject(
          new Error(`${wanted.package} ${wanted.version} cannot be installed: ${reasonOf(stderr) || error.message}`),
        );
    });
  });

const reasonOf = (stderr: string): string =>
  stderr
    .split("\n")
    .filter((line) => line.startsWith("npm error"))
    .slice(0, REASON_LINES_MAX)
    .map((line) => line.replace(/^npm error\s*/, ""))
    .join(" ");

/**
 * A new folder with nothing but the Node that runs this: programs choose other versions of their parts, or do not start
 * at all, with the older one that a machine may have.
 */
export const nodeFolder = (): { readonly path: string; remove(): void } => {
  const path = mkdtempSync(join(tmpdir(), "storyboard-test-node-"));
  symlinkSync(process.execPath, join(path, "node"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
};

const folderOf = ({ name, version }: AgentProgram): string => join(cacheFolder(), `${name}-${version}`);

const cacheFolder = (): string =>
  process.env.STORYBOARD_TEST_AGENTS ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "storyboard-test-agents");
