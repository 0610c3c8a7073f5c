import path from "node:path";

/** Variables of a process; unset ones may be present as undefined. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The environment without what storyboard brings along: its own programs on the PATH, what npm adds when it starts us
 * in our own package, and what our launcher set. The launcher names those variables, separated by spaces, in
 * STORYBOARD_LAUNCHER_SET; what the user set is not among them and stays.
 */
export const withoutOwnTools = (base: Environment, ownRoot: string): Record<string, string> => {
  const isOurs = startedInOwnPackage(base, ownRoot);
  const launcherSet = new Set((base.STORYBOARD_LAUNCHER_SET ?? "").split(/\s+/));
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(base)) {
    if (value === undefined || launcherSet.has(name) || (isOurs && SET_BY_NPM.test(name))) continue;
    kept[name] = name === "PATH" ? withoutOwnFolders(value, ownRoot, isOurs) : value;
  }
  return kept;
};

/** Besides npm's own variables those that our scripts set for themselves. */
const SET_BY_NPM = /^(?:npm_\w+|INIT_CWD|NODE|NODE_ENV|NODE_OPTIONS|NODE_COMPILE_CACHE)$/i;

const startedInOwnPackage = (base: Environment, ownRoot: string): boolean => {
  const manifest = base.npm_package_json;
  return manifest !== undefined && path.resolve(path.dirname(manifest)) === path.resolve(ownRoot);
};

/** An empty entry means the current folder to a shell; it stays, because the user wrote it. */
const withoutOwnFolders = (list: string, ownRoot: string, isOurs: boolean): string =>
  list
    .split(path.delimiter)
    .filter((entry) => !isOwnFolder(entry, path.resolve(ownRoot), isOurs))
    .join(path.delimiter);

const isOwnFolder = (entry: string, ownRoot: string, isOurs: boolean): boolean => {
  if (!path.isAbsolute(entry)) return false;
  const folder = path.resolve(entry);
  return (
    NPM_HELPERS.test(folder) ||
    isInOwnModules(folder, ownRoot) ||
    isInOwnDownload(folder, ownRoot) ||
    (isOurs && isBinOfAncestor(folder, ownRoot))
  );
};

/** The folder that npm puts on the PATH of every script, for its own copy of node-gyp. */
const NPM_HELPERS = /[\\/]node-gyp-bin$/;

const isInOwnModules = (folder: string, ownRoot: string): boolean =>
  isInside(folder, ownRoot) && path.relative(ownRoot, folder).split(path.sep).includes("node_modules");

/** `npx` installs us in a folder of its cache, and our Node is beside us there. */
const isInOwnDownload = (folder: string, ownRoot: string): boolean => {
  const download = /^.*[\\/]_npx[\\/][^\\/]+(?=[\\/])/.exec(ownRoot)?.[0];
  return download !== undefined && isInside(folder, download);
};

/** npm adds `node_modules/.bin` of every folder above the package, too. */
const isBinOfAncestor = (folder: string, ownRoot: string): boolean =>
  folder.endsWith(path.join("node_modules", ".bin")) && isInside(ownRoot, path.resolve(folder, "..", ".."));

const isInside = (inner: string, outer: string): boolean => {
  const relative = path.relative(outer, inner);
  return relative !== ".." && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
};
