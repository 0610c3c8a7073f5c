import type { DetectedGate, GateDetector, GateKind } from "./detected-gate.ts";

/** In the order in which make looks for them. */
const MAKEFILES = ["GNUmakefile", "makefile", "Makefile"];

/** Targets that stand for a kind of gate; the first that the file has is taken. */
const TARGETS: readonly (readonly [GateKind, readonly string[]])[] = [
  ["typecheck", ["typecheck", "type-check", "types"]],
  ["lint", ["lint"]],
  ["test", ["test", "tests", "check"]],
];

/** Targets of the Makefile. */
export const detectMake: GateDetector = async (reader) => {
  for (const file of MAKEFILES) {
    const text = await reader.read(file);
    if (text === undefined) continue;
    const targets = targetsOf(text);
    return TARGETS.flatMap(([kind, names]): Omit<DetectedGate, "name">[] => {
      const target = names.find((name) => targets.has(name));
      return target === undefined ? [] : [{ kind, run: `make ${target}`, foundIn: `${file} target ${target}` }];
    });
  }
  return [];
};

/** Names before the colon of a rule at the start of a line; assignments (`:=`) are no rules. */
const targetsOf = (makefile: string): ReadonlySet<string> =>
  new Set([...makefile.matchAll(/^([\w./ -]+?)\s*::?(?![:=])/gm)].flatMap(([, names = ""]) => names.split(/\s+/)));
