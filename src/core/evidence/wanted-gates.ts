import { nearestName } from "../model/nearest-name.ts";

/** Which gates a word means: some by name, all that apply, or none and why. */
export type WantedGates =
  | { readonly kind: "one"; readonly name: string }
  | { readonly kind: "all" }
  | { readonly kind: "none"; readonly message: string; readonly steps: readonly string[] };

/** Words for all gates that apply; `full-gate` is Hygeia's. */
const ALL: ReadonlySet<string> = new Set(["full", "full-gate", "all"]);
/** Hygeia's check of the tests that belong to named files, which no configured command can be told. */
const RELATED = "test-related";

/** What a word means among a run's gates. A gate's own name wins over every other meaning of it. */
export const wantedGates = (word: string, names: readonly string[]): WantedGates => {
  if (names.includes(word)) return { kind: "one", name: word };
  if (names.length === 0) {
    return { kind: "none", message: "This project has no gates.", steps: ["Configure some under gates.commands."] };
  }
  if (ALL.has(word.toLowerCase())) return { kind: "all" };
  const alike = names.filter((name) => bare(name) === bare(word));
  if (alike.length === 1 && alike[0] !== undefined) return { kind: "one", name: alike[0] };
  const known = `The gates are: ${names.join(", ")}; and full for all that apply.`;
  if (word.toLowerCase() === RELATED) {
    return {
      kind: "none",
      message: `${RELATED} is about files, and a gate takes none.`,
      steps: ["Run the tests of those files by the project's own command, and the whole gate once at the end.", known],
    };
  }
  const nearest = nearestName(word, names);
  const hint = nearest === undefined ? "" : ` Did you mean ${nearest}?`;
  return { kind: "none", message: `There is no gate ${JSON.stringify(word)}.${hint}`, steps: [known] };
};

/** What is said of a gate that was asked for by its name and is none of the run's evidence. */
export const gateLeftOut = (name: string, leftOut: readonly string[]): Pick<NoGates, "message" | "steps"> => ({
  message: leftOut.includes(name)
    ? `${name} is left out of this run: it was red before the first story, and a person chose to do without it.`
    : `${name} does not run in this run: it is not among evidence.gates.`,
  steps: ["Nothing waits for it. Run its own command yourself if you want to know how it ends."],
});

type NoGates = Extract<WantedGates, { kind: "none" }>;

/** `type-check`, `typecheck` and `Type_Check` are one name. */
const bare = (name: string): string => name.toLowerCase().replaceAll(/[-_\s]/g, "");
