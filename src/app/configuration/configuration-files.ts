import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";

/** Largest configuration file that is read, in bytes; it may hold the whole backlog. */
export const CONFIGURATION_BYTES_MAX = 8 * 1024 * 1024;

/** A configuration file that exists. */
export interface ConfigurationFile {
  readonly path: string;
  /** How messages name it: relative to the project, or to the home folder. */
  readonly shown: string;
  readonly content: { readonly text: string } | { readonly problem: string };
}

/** Where configuration is looked for. */
export interface ConfigurationPlaces {
  readonly projectDirectory: string;
  /** The user's home folder. */
  readonly home: string;
  /** The environment variable; a relative path in it does not count, as the XDG specification says. */
  readonly xdgConfigHome?: string | undefined;
}

/** The files that there are: the user's first, then the project's (both spellings, where both exist). */
export const findConfigurationFiles = async (places: ConfigurationPlaces): Promise<ConfigurationFile[]> => {
  const { projectDirectory, home, xdgConfigHome } = places;
  const hasXdg = xdgConfigHome?.startsWith("/") === true;
  const userPath = join(hasXdg ? xdgConfigHome : join(home, ".config"), "storyboard", "config.yaml");
  const files = await Promise.all([
    readConfigurationFile(userPath, hasXdg ? userPath : "~/.config/storyboard/config.yaml"),
    ...["storyboard.yaml", "storyboard.yml"].map((name) => readConfigurationFile(join(projectDirectory, name), name)),
  ]);
  return files.filter((file) => file !== undefined);
};

const readConfigurationFile = async (path: string, shown: string): Promise<ConfigurationFile | undefined> => {
  try {
    const found = await stat(path);
    if (!found.isFile()) return { path, shown, content: { problem: "is not a file" } };
    if (found.size > CONFIGURATION_BYTES_MAX) {
      return { path, shown, content: { problem: `is larger than ${CONFIGURATION_BYTES_MAX} bytes` } };
    }
    return { path, shown, content: { text: new TextDecoder("utf-8", { fatal: true }).decode(await readFile(path)) } };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    const isText = code !== "ERR_ENCODING_INVALID_ENCODED_DATA";
    return { path, shown, content: { problem: isText ? `cannot be read: ${message}` : "is not UTF-8 text" } };
  }
};
