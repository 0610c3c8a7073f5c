import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { agentConfiguration, type Project } from "../../support/project.ts";
import { script } from "../../support/steering.ts";

/** Where `writeSprint` puts a sprint, and with it the artifacts. */
export const FOLDER = "_bmad-output/implementation-artifacts";

/** What every turn writes down: `KEY PHASE session`. */
const LOG = `echo "$STORYBOARD_STORY $STORYBOARD_PHASE \${STORYBOARD_SESSION:-new}" >> "$OUT/log"`;

/** A session of the phase's own, where none goes on. */
const SESSION = `[ -n "$STORYBOARD_SESSION" ] || printf '{"t":"session","id":"%s-%s"}\\n' "$STORYBOARD_PHASE" "$STORYBOARD_STORY"`;

/** Ends a turn with a fenced json block. */
const BLOCK = `block() { printf 'looked at it\\n\\n\`\`\`json\\n%s\\n\`\`\`\\n' "$1"; }
verdict() { block '{"verdict":"'"$1"'","findings":['"$2"']}'; }`;

/** A finding as JSON, for `verdict`. */
export const finding = (title: string, severity = "high", file = "src/1-1-base.txt"): string =>
  JSON.stringify({ severity, file, line: 1, title, detail: `see ${file}` });

/** What a good agent does in each of the seven phases; the shell sees what `scripted` gives it. */
export const SEVEN: Readonly<Record<string, string>> = {
  PREPARE: `echo "PLAN: write a file"`,
  BUILD: `mkdir -p src && printf 'one\\ntwo\\n' > "src/$STORYBOARD_STORY.txt"
git add src && git commit -q -m "feat($short): build $STORYBOARD_STORY"
echo built`,
  VERIFY: `verdict approved`,
  ASSESS: `verdict approved`,
  REFINE: `echo repaired >> "src/$STORYBOARD_STORY.txt"
git commit -qam "fix($short): repair what was found"
echo repaired`,
  COMMIT: `sed -i 's/\\[ \\]/[x]/; s/^### File List$/&\\n- src\\/'"$STORYBOARD_STORY"'.txt/' "$STORYBOARD_STORY_FILE"
git diff --quiet || git commit -qam "chore($short): reconcile story completion"
echo reconciled`,
  REFLECT: `block '{"lessons":[{"title":"Files end with a line feed","when":"a file is written","what":"end it with a line feed","applies_to":["src/**"]}]}'`,
};

/** Writes the scripts of all seven phases; `more` stands in for some, by PHASE or KEY.PHASE. */
export const scriptPhases = (project: Project, more: Readonly<Record<string, string>> = {}): void => {
  for (const [name, code] of Object.entries({ ...SEVEN, ...more })) {
    script(project, name, [LOG, SESSION, BLOCK, code].join("\n"));
  }
};

/** The configuration of a run through seven phases. */
export const sevenPhase = (more = ""): string => agentConfiguration(`pipeline: seven-phase\n${more}`);

/** The turns so far, as `KEY PHASE session`. */
export const turnsOf = (project: Project): string[] => {
  const path = join(project.base, "log");
  return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
};

/** The phases of one story's turns. */
export const phasesOf = (project: Project, key: string): string[] =>
  turnsOf(project).flatMap((line) => (line.startsWith(`${key} `) ? (line.split(" ")[1] ?? []) : []));

/** The status of a story in the user's sprint file. */
export const statusIn = (project: Project, key: string): string | undefined =>
  new RegExp(`^  ${key}: (\\S+)$`, "m").exec(project.read(`${FOLDER}/sprint-status.yaml`))?.[1];
