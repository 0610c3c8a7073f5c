import type { OwnPackage } from "../own-package.ts";

/** Where the doctor looks, and for which storyboard. */
export interface Patient {
  readonly project: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly own: OwnPackage;
}
