import type { GateDetector, ProjectReader } from "./detected-gate.ts";

/** Cargo's tests; clippy only where the project configures it. */
export const detectCargo: GateDetector = async (reader) => {
  const manifest = await reader.read("Cargo.toml");
  if (manifest === undefined) return [];
  const settings = await firstExisting(reader, ["clippy.toml", ".clippy.toml"]);
  const section = /^\s*\[(?:workspace\.)?lints\.clippy\]/m.test(manifest) ? "Cargo.toml lints.clippy" : undefined;
  const clippy = settings ?? section;
  return [
    ...(clippy === undefined ? [] : [{ kind: "lint", run: "cargo clippy --all-targets", foundIn: clippy } as const]),
    { kind: "test", run: "cargo test", foundIn: "Cargo.toml" },
  ];
};

/** Go's own vet and tests. */
export const detectGo: GateDetector = async (reader) =>
  (await reader.exists("go.mod"))
    ? [
        { kind: "lint", run: "go vet ./...", foundIn: "go.mod" },
        { kind: "test", run: "go test ./...", foundIn: "go.mod" },
      ]
    : [];

/** Gradle's tests, by the wrapper where there is one. */
export const detectGradle: GateDetector = async (reader) => {
  const build = await firstExisting(reader, [
    "build.gradle",
    "build.gradle.kts",
    "settings.gradle",
    "settings.gradle.kts",
  ]);
  if (build === undefined) return [];
  const program = (await reader.exists("gradlew")) ? "./gradlew" : "gradle";
  return [{ kind: "test", run: `${program} test`, foundIn: build }];
};

/** Maven's tests, by the wrapper where there is one. */
export const detectMaven: GateDetector = async (reader) => {
  if (!(await reader.exists("pom.xml"))) return [];
  const program = (await reader.exists("mvnw")) ? "./mvnw" : "mvn";
  return [{ kind: "test", run: `${program} -B test`, foundIn: "pom.xml" }];
};

/** Mix's tests; credo only where the project configures it. */
export const detectMix: GateDetector = async (reader) => {
  if (!(await reader.exists("mix.exs"))) return [];
  const hasCredo = await reader.exists(".credo.exs");
  return [
    ...(hasCredo ? [{ kind: "lint", run: "mix credo", foundIn: ".credo.exs" } as const] : []),
    { kind: "test", run: "mix test", foundIn: "mix.exs" },
  ];
};

const firstExisting = async (reader: ProjectReader, paths: readonly string[]): Promise<string | undefined> => {
  for (const path of paths) if (await reader.exists(path)) return path;
  return undefined;
};
