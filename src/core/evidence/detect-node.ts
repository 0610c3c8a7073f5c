import type { DetectedGate, GateDetector, GateKind, ProjectReader } from "./detected-gate.ts";
import { parseJsonWithComments } from "./json-with-comments.ts";

/** Script names that stand for a kind of gate; the first that a package has is taken. */
const SCRIPT_NAMES: readonly (readonly [GateKind, readonly string[]])[] = [
  ["typecheck", ["typecheck", "type-check", "types", "tsc", "check-types", "types:check", "check:types"]],
  ["lint", ["lint"]],
  ["test", ["test"]],
];

/** What `npm init` writes where a package has no tests. */
const NO_TEST = /no test specified/;

type Found = Omit<DetectedGate, "name">;

/** Scripts of package.json, run by the package manager of the lockfile; without one for types, `tsc` where it is a dependency. */
export const detectNode: GateDetector = async (reader) => {
  const manifest = parseJsonWithComments(await reader.read("package.json"));
  if (manifest === undefined) return [];
  const manager = await packageManager(reader, manifest);
  const scripts = recordOf(manifest.scripts);
  const found = SCRIPT_NAMES.flatMap(([kind, names]): Found[] => {
    const name = names.find((script) => typeof scripts[script] === "string" && !NO_TEST.test(scripts[script]));
    if (name === undefined) return [];
    const run = name === "test" && manager !== "bun" ? `${manager} test` : `${manager} run ${name}`;
    return [{ kind, run, foundIn: `package.json scripts.${name}` }];
  });
  const isTyped = found.some(({ kind }) => kind === "typecheck");
  return isTyped ? found : [...(await compilerGate(reader, manifest, manager)), ...found];
};

/** Tasks of deno.json; Deno's own test runner and linter where there are none. */
export const detectDeno: GateDetector = async (reader) => {
  for (const file of ["deno.json", "deno.jsonc"]) {
    const settings = parseJsonWithComments(await reader.read(file));
    if (settings === undefined) continue;
    const tasks = recordOf(settings.tasks);
    const gate = (kind: GateKind, task: string): Found[] =>
      task in tasks ? [{ kind, run: `deno task ${task}`, foundIn: `${file} tasks.${task}` }] : [];
    const lint: Found[] = "lint" in settings ? [{ kind: "lint", run: "deno lint", foundIn: `${file} lint` }] : [];
    const test: Found[] = [{ kind: "test", run: "deno test", foundIn: file }];
    return [
      ...gate("typecheck", "check"),
      ...orElse(gate("lint", "lint"), lint),
      ...orElse(gate("test", "test"), test),
    ];
  }
  return [];
};

type PackageManager = "npm" | "pnpm" | "yarn" | "bun";

const LOCKFILES: readonly (readonly [string, PackageManager])[] = [
  ["pnpm-lock.yaml", "pnpm"],
  ["yarn.lock", "yarn"],
  ["bun.lock", "bun"],
  ["bun.lockb", "bun"],
  ["package-lock.json", "npm"],
];

/** What the package declares (corepack's field) before the first lockfile that is there, before npm. */
const packageManager = async (reader: ProjectReader, manifest: Record<string, unknown>): Promise<PackageManager> => {
  const declared = /^(npm|pnpm|yarn|bun)@/.exec(String(manifest.packageManager ?? ""))?.[1];
  if (declared !== undefined) return declared as PackageManager;
  for (const [file, manager] of LOCKFILES) if (await reader.exists(file)) return manager;
  return "npm";
};

const COMPILERS: Readonly<Record<PackageManager, string>> = {
  npm: "npx tsc --noEmit",
  pnpm: "pnpm exec tsc --noEmit",
  yarn: "yarn tsc --noEmit",
  bun: "bunx tsc --noEmit",
};

/** Only where the package brings the compiler: `npx` would download one otherwise. */
const compilerGate = async (
  reader: ProjectReader,
  manifest: Record<string, unknown>,
  manager: PackageManager,
): Promise<readonly Found[]> => {
  const isDependency = ["dependencies", "devDependencies"].some((list) => "typescript" in recordOf(manifest[list]));
  if (!isDependency || !(await reader.exists("tsconfig.json"))) return [];
  return [{ kind: "typecheck", run: COMPILERS[manager], foundIn: "tsconfig.json" }];
};

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};

const orElse = (found: readonly Found[], otherwise: readonly Found[]): readonly Found[] =>
  found.length > 0 ? found : otherwise;
