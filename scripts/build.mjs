// Bundles the program into one minified file, dist/storyboard.mjs, put in place by one rename: whoever starts it
// meanwhile gets the old one or the new one. Modules that a command does not need are in it, but not evaluated.
// Beside it: dist/licenses.txt, with the licence of every package that went into it.
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { inPackages } from "./in-packages.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const draft = join(root, "dist", `storyboard.${process.pid}.tmp`);
mkdirSync(join(root, "dist"), { recursive: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ["src/bin.ts"],
  outfile: draft,
  bundle: true,
  minify: true,
  platform: "node",
  target: "node22",
  format: "esm",
  define: { "process.env.NODE_ENV": '"production"' },
  // CommonJS parts of dependencies ask for node's own modules.
  banner: { js: 'import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);' },
  plugins: inPackages,
  jsx: "automatic",
  metafile: true,
  logLevel: "warning",
});
writeFileSync(`${draft}.licenses`, licensesOf(Object.keys(metafile.inputs)));
renameSync(`${draft}.licenses`, join(root, "dist", "licenses.txt"));
// The program last: it is what tells the launcher that all is built.
renameSync(draft, join(root, "dist", "storyboard.mjs"));

/** The licence texts of the packages that these files belong to. */
function licensesOf(files) {
  const folders = new Set(files.flatMap((file) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []));
  const texts = [...folders].sort().map((folder) => {
    const { name, version, license = "unknown" } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
    const files = readdirSync(join(root, folder)).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
    const text = files.map((file) => readFileSync(join(root, folder, file), "utf8").trim()).join("\n\n");
    return `${name} ${version} (${license})\n\n${text}`;
  });
  return `Storyboard is bundled with the following packages.\n\n${texts.join(`\n\n${"-".repeat(72)}\n\n`)}\n`;
}
