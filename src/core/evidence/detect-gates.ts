import { detectCargo, detectGo, detectGradle, detectMaven, detectMix } from "./detect-compiled.ts";
import { detectMake } from "./detect-make.ts";
import { detectDeno, detectNode } from "./detect-node.ts";
import { detectComposer, detectPython, detectRuby } from "./detect-scripted.ts";
import type { DetectedGate, GateDetector, GateKind, ProjectReader } from "./detected-gate.ts";

/** One line for each kind of project, in the order in which their gates are named. */
const DETECTORS: readonly { readonly language: string; readonly detect: GateDetector }[] = [
  { language: "node", detect: detectNode },
  { language: "deno", detect: detectDeno },
  { language: "cargo", detect: detectCargo },
  { language: "go", detect: detectGo },
  { language: "python", detect: detectPython },
  { language: "gradle", detect: detectGradle },
  { language: "maven", detect: detectMaven },
  { language: "mix", detect: detectMix },
  { language: "ruby", detect: detectRuby },
  { language: "composer", detect: detectComposer },
];

/**
 * Finds the gates of a project whose configuration names none. A gate has the name of its kind; a second one of a
 * kind has its language before it (`cargo-test`), a third a number after it. A Makefile usually calls the tools that
 * were found already, so its targets count only for kinds that nothing else gave. The same files give the same gates.
 */
export const detectGates = async (reader: ProjectReader): Promise<readonly DetectedGate[]> => {
  const found = await Promise.all(
    DETECTORS.map(async ({ language, detect }) => (await detect(reader)).map((gate) => ({ ...gate, language }))),
  );
  const gates = found.flat();
  const given = new Set(gates.map(({ kind }) => kind));
  const made = (await detectMake(reader)).filter(({ kind }) => !given.has(kind));
  return named([...gates, ...made.map((gate) => ({ ...gate, language: "make" }))]);
};

const KIND_ORDER: Readonly<Record<GateKind, number>> = { typecheck: 0, lint: 1, test: 2 };

const named = (gates: readonly (Omit<DetectedGate, "name"> & { language: string })[]): readonly DetectedGate[] => {
  const taken = new Set<string>();
  return gates
    .map(({ language, ...gate }) => {
      const names = [gate.kind, `${language}-${gate.kind}`, ...[2, 3, 4].map((n) => `${language}-${gate.kind}-${n}`)];
      const name = names.find((candidate) => !taken.has(candidate)) ?? gate.run;
      taken.add(name);
      return { name, ...gate };
    })
    .sort((a, b) => KIND_ORDER[a.kind] - KIND_ORDER[b.kind]);
};
