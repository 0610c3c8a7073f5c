import { join } from "node:path";
import { BMAD_CONFIG_FILES } from "./bmad-config.ts";
import { CONFIG_FILE_BYTES_MAX, mapBounded, readFileBounded } from "./read-project.ts";
import { decodeLeniently } from "./text.ts";

/** The texts of the BMAD configuration files that there are, in the order in which a later one overrides. Never throws. */
export const readBmadTexts = async (projectDirectory: string): Promise<readonly string[]> => {
  const contents = await mapBounded(BMAD_CONFIG_FILES, (file) =>
    readFileBounded(join(projectDirectory, file), CONFIG_FILE_BYTES_MAX),
  );
  return contents.flatMap((content) => (content.kind === "read" ? [decodeLeniently(content.bytes)] : []));
};
