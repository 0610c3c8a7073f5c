import { statSync } from "node:fs";
import { resolve } from "node:path";
import { UserError } from "../../core/model/user-error.ts";
import type { ProjectOptions } from "../command-line/parsed-command.ts";

/** The project's folder that a command line means; throws a UserError where it is none. */
export const projectFolder = ({ project }: ProjectOptions): string => {
  const folder = resolve(project ?? ".");
  try {
    if (statSync(folder).isDirectory()) return folder;
  } catch {
    // Told below, the same for what is not there and what is no folder.
  }
  throw new UserError(`There is no folder ${folder}.`, ["Give the project's folder with --project."]);
};
