import type { ProjectOptions } from "../command-line/parsed-command.ts";
import { diagnose } from "../doctor/diagnose.ts";
import { doctorDocument, isHealthy } from "../doctor/doctor-document.ts";
import { formatDoctor } from "../doctor/format-doctor.ts";
import type { OwnPackage } from "../own-package.ts";
import type { CommandOutput } from "./output.ts";
import { projectFolder } from "./project.ts";

/** `storyboard doctor [--json]`: whether a run could start here, and what to do where it could not. */
export const doctorCommand = async (
  options: ProjectOptions & { readonly json: boolean },
  own: OwnPackage,
  { out, columns }: CommandOutput,
): Promise<number> => {
  const project = projectFolder(options);
  const diagnosis = await diagnose({ project, environment: process.env, own });
  out(options.json ? `${JSON.stringify(doctorDocument(diagnosis))}\n` : formatDoctor(diagnosis, columns));
  return isHealthy(diagnosis) ? 0 : 1;
};
