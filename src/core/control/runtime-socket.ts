import { createHash } from "node:crypto";
import { chmodSync, rmSync, symlinkSync } from "node:fs";
import type { Server } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { makePrivateFolder } from "./private-folder.ts";

/**
 * Binds a socket in a folder of the user outside of the project and leaves a link to it, which clients follow without
 * knowing. Only where the project's own folder cannot hold one: the temporary folder may be cleaned under a long run.
 */
export const linkToRuntimeSocket = (server: Server, link: string): void => {
  const folder = join(tmpdir(), `storyboard-${process.getuid?.() ?? "user"}`);
  makePrivateFolder(folder);
  const name = createHash("sha256").update(dirname(link)).digest("hex").slice(0, 16);
  const path = join(folder, `${name}.sock`);
  rmSync(path, { force: true });
  server.listen(path);
  chmodSync(path, 0o600);
  symlinkSync(path, link);
};
