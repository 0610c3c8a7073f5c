// Bundles the program into dist/: one minified file for each command's lazily loaded parts, written whole or not at all.
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const draft = join(root, `dist.${process.pid}.tmp`);

await build({
  absWorkingDir: root,
  entryPoints: { storyboard: "src/bin.ts" },
  outdir: draft,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  splitting: true,
  minify: true,
  keepNames: true,
  platform: "node",
  target: "node22",
  format: "esm",
  define: { "process.env.NODE_ENV": '"production"' },
  // CommonJS parts of dependencies ask for node's own modules.
  banner: { js: 'import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);' },
  logLevel: "warning",
});
const dist = join(root, "dist");
const old = `${draft}.old`;
try {
  renameSync(dist, old);
} catch (error) {
  if (error.code !== "ENOENT") throw error;
}
mkdirSync(dirname(dist), { recursive: true });
renameSync(draft, dist);
rmSync(old, { recursive: true, force: true });
