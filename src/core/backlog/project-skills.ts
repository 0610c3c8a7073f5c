/** What the project's own instructions are for. */
export type SkillPurpose = "build" | "review" | "create-story";

/** A file with the project's own instructions for a purpose. */
export interface SkillFile {
  /** BMAD's name of the work: `dev-story`. */
  readonly name: string;
  /** Relative to the project. */
  readonly path: string;
  /** The agent program (`cli` of a profile) whose folder it is in; unset for the files that all of them may read. */
  readonly program?: string;
  /** What calls it in that program, without its slash; unset where it cannot be called in a turn of ours. */
  readonly command?: string;
}

/** The project's own instructions, by purpose in the order of preference, and those for a worker. */
export interface ProjectSkills {
  readonly files: Readonly<Partial<Record<SkillPurpose, readonly SkillFile[]>>>;
  readonly worker: {
    readonly protocol?: string;
    readonly workflow?: string;
    readonly configuration?: string;
    readonly routing?: string;
  };
}

/** A place where some version of BMAD puts the instructions for a purpose. */
interface Place extends SkillFile {
  readonly purpose: SkillPurpose;
}

/**
 * BMAD's own names of the work, the preferred first. A story is what dev-story takes; the unattended build takes any
 * intent, so it comes second (its older name last).
 */
const NAMES: Readonly<Record<SkillPurpose, readonly string[]>> = {
  build: ["dev-story", "build-auto", "dev-auto"],
  review: ["code-review"],
  "create-story": ["create-story"],
};

/** Folders of skills, `<folder>/bmad-<name>/SKILL.md`: each program's own, and the one that several programs read. */
const SKILL_FOLDERS: readonly { readonly folder: string; readonly program?: string }[] = [
  { folder: ".claude/skills", program: "claude" },
  { folder: ".opencode/skills", program: "opencode" },
  { folder: ".codex/skills", program: "codex" },
  { folder: ".gemini/skills", program: "gemini" },
  { folder: ".agents/skills" },
];

/** Commands of the versions before skills; `*` stands for the name of the work. Claude's are called by their path. */
const COMMANDS: readonly { readonly path: string; readonly program: string; readonly command?: string }[] = [
  { path: ".claude/commands/bmad-bmm-*.md", program: "claude", command: "bmad-bmm-*" },
  { path: ".claude/commands/bmad-*.md", program: "claude", command: "bmad-*" },
  { path: ".claude/commands/bmad/bmm/workflows/*.md", program: "claude", command: "bmad:bmm:workflows:*" },
  { path: ".opencode/command/bmad-bmm-*.md", program: "opencode" },
  { path: ".opencode/commands/bmad-bmm-*.md", program: "opencode" },
  { path: ".gemini/commands/bmad-bmm-*.toml", program: "gemini" },
  { path: ".gemini/commands/bmad-workflow-bmm-*.toml", program: "gemini" },
  { path: ".codex/prompts/bmad-bmm-*.md", program: "codex" },
];

/** The workflows themselves, of all versions, the newest first; `*` stands for the name of the work. */
const WORKFLOWS: readonly string[] = ["_bmad", ".bmad", "bmad"].flatMap((root) => [
  `${root}/bmm/4-implementation/bmad-*/SKILL.md`,
  `${root}/bmm/workflows/4-implementation/bmad-*/SKILL.md`,
  `${root}/bmm/workflows/4-implementation/*/workflow.md`,
  `${root}/bmm/workflows/4-implementation/*/workflow.yaml`,
]);

const purposes = Object.keys(NAMES) as readonly SkillPurpose[];

const PLACES: readonly Place[] = purposes.flatMap((purpose) =>
  NAMES[purpose].flatMap((name) => [
    ...SKILL_FOLDERS.map(({ folder, program }) => ({
      purpose,
      name,
      path: `${folder}/bmad-${name}/SKILL.md`,
      ...(program === undefined ? {} : { program }),
      ...(program === "claude" ? { command: `bmad-${name}` } : {}),
    })),
    ...COMMANDS.map(({ path, program, command }) => ({
      purpose,
      name,
      path: path.replace("*", name),
      program,
      ...(command === undefined ? {} : { command: command.replace("*", name) }),
    })),
    ...WORKFLOWS.map((path) => ({ purpose, name, path: path.replace("*", name) })),
  ]),
);

/** Pantheon's files for a worker (formats.md 4); the first path of each that is there counts. */
const WORKER_PLACES: Readonly<Record<keyof ProjectSkills["worker"], readonly string[]>> = {
  protocol: ["_bmad/pantheon/workflows/batch-stories/agents/heracles.md"],
  workflow: ["_bmad/pantheon/workflows/story-pipeline/workflow.md"],
  configuration: ["_bmad/pantheon/workflows/story-pipeline/workflow.yaml"],
  routing: ["_bmad/pantheon/workflows/story-pipeline/agent-routing.yaml", "_bmad/pantheon/agent-routing.yaml"],
};

/** Every path, relative to the project, at which `projectSkills` looks. */
export const SKILL_PATHS: readonly string[] = [
  ...new Set([...PLACES.map(({ path }) => path), ...Object.values(WORKER_PLACES).flat()]),
];

/** Largest skill of which a part is read, in bytes: what it forwards to stands at its beginning. */
export const SKILL_BYTES_MAX = 1024 * 1024;

/**
 * The project's own instructions among the files that are there: `contents` holds texts by path, of `SKILL_PATHS` alone.
 * A skill that only forwards to another one is left out: its target may ask, or be missing. Never throws.
 */
export const projectSkills = (contents: ReadonlyMap<string, string>): ProjectSkills => {
  const files: Partial<Record<SkillPurpose, readonly SkillFile[]>> = {};
  for (const purpose of purposes) {
    const found = PLACES.filter((place) => place.purpose === purpose && isWhole(contents.get(place.path)));
    if (found.length > 0) files[purpose] = found.map(({ purpose: _, ...file }) => file);
  }
  const worker = Object.fromEntries(
    Object.entries(WORKER_PLACES).flatMap(([name, paths]) => {
      const path = paths.find((candidate) => (contents.get(candidate) ?? "").trim() !== "");
      return path === undefined ? [] : [[name, path]];
    }),
  );
  return { files, worker };
};

/** Longest skill that does nothing but forward, in characters; one that kept its steps is many times as long. */
const FORWARDING_LENGTH_MAX = 5_000;

const isWhole = (text: string | undefined): boolean => {
  if (text === undefined || text.trim() === "") return false;
  const isShim = /^\s*lifecycle:\s*["']?shim\b/m.test(text) || /^description:.*\bforwards to\b/im.test(text);
  return !isShim || text.length > FORWARDING_LENGTH_MAX;
};

/**
 * The instructions for a purpose, under the name that is preferred, as an agent program can use them: its own first, called
 * where it can be called; then a file that any program may read; then another program's. Undefined where there are none.
 */
export const skillFor = (
  { files }: ProjectSkills,
  purpose: SkillPurpose,
  program: string,
): { readonly path: string; readonly command?: string } | undefined => {
  const all = files[purpose] ?? [];
  const found = all.filter(({ name }) => name === all[0]?.name);
  const own = found.find((file) => file.program === program);
  const file = own ?? found.find((candidate) => candidate.program === undefined) ?? found[0];
  if (file === undefined) return undefined;
  return file.command === undefined || file !== own ? { path: file.path } : { path: file.path, command: file.command };
};
