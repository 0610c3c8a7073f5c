import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** This installation of storyboard. */
export interface OwnPackage {
  /** The folder of the package. */
  readonly root: string;
  /** The program as others call it. */
  readonly bin: string;
  readonly version: string;
}

/** Finds the package that this code belongs to, bundled or not. */
export const ownPackage = (): OwnPackage => {
  let root = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(root, "package.json")) && dirname(root) !== root) root = dirname(root);
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  return { root, bin: join(root, "bin", "storyboard"), version };
};
