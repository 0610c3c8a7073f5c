import { z } from "zod";
import { pipelineSettingSchema } from "./pipeline-settings.ts";

/**
 * The configuration of product.md ("Configuration"), with every default. This is the checked, complete form; where it
 * is read from and how mistakes are reported is `app/configuration`.
 */

const minutes = z.number().positive().max(100_000);
const positive = z.number().int().positive();
const relativePaths = z.array(z.string().min(1));

const environmentSchema = z.union([z.array(z.string().min(1)), z.record(z.string(), z.string())]);

export const agentProfileSchema = z.strictObject({
  cli: z.enum(["claude", "codex", "opencode", "gemini", "acp", "command", "demo"]),
  /** For `command`: the program and its arguments. */
  command: z.array(z.string()).min(1).optional(),
  model: z.string().min(1).optional(),
  escalate: z.array(z.string().min(1)).default([]),
  permissions: z.enum(["read", "edit", "full"]).default("edit"),
  /** Names of variables to pass on, or names with values. */
  env: environmentSchema.default([]),
  /** Who makes the story's commit. */
  commits: z.enum(["agent", "storyboard"]).default("agent"),
  fallback: z.array(z.string().min(1)).default([]),
});

/** One named way of calling an agent program. */
export type AgentProfile = z.infer<typeof agentProfileSchema>;

export const gateSchema = z.union([
  z.string().min(1),
  z.strictObject({
    run: z.string().min(1),
    cwd: z.string().min(1).optional(),
    paths: relativePaths.optional(),
    minutes: minutes.optional(),
  }),
]);

/** A quality command of the project as configured: a shell line, or one with its folder, paths and time limit. */
export type GateSetting = z.infer<typeof gateSchema>;

const worktreeSchema = z.strictObject({
  root: z.string().min(1).default("auto"),
  setup: z.string().default("auto"),
  clone: z.union([z.literal("auto"), relativePaths]).default("auto"),
  copy: z.union([z.literal("auto"), relativePaths]).default("auto"),
  keep: relativePaths.default(["node_modules"]),
});

const resourceSchema = z.union([
  positive,
  z.strictObject({
    pool: z.union([z.string().regex(/^\d+-\d+$/), z.array(z.string()).min(1)]),
    env: z.string().min(1).optional(),
  }),
]);

const plainStorySchema = z
  .strictObject({
    key: z.string().min(1),
    title: z.string().optional(),
    epic: z.union([z.string(), z.number()]).optional(),
    depends_on: z.array(z.string()).default([]),
    touches: relativePaths.default([]),
    needs: z.array(z.string().min(1)).default([]),
    complexity: z.enum(["trivial", "micro", "light", "standard", "complex", "critical"]).optional(),
    prompt: z.string().optional(),
    file: z.string().optional(),
  })
  .refine((story) => story.prompt === undefined || story.file === undefined, {
    message: "has both a prompt and a file; give one of them",
  });

/** A story written in storyboard.yaml itself. */
export type PlainStory = z.infer<typeof plainStorySchema>;

const limitsSchema = z.strictObject({
  turn_minutes: minutes.default(120),
  silent_minutes: minutes.default(20),
  /** Turns a story may use in all: attempts, reviews and phases together. */
  story_turns: positive.default(20),
  transcript_mb: z.number().positive().default(200),
  story_usd: z.number().positive().nullable().default(null),
  run_usd: z.number().positive().nullable().default(null),
  story_tokens: positive.nullable().default(null),
  run_tokens: positive.nullable().default(null),
});

const gatesSchema = z.strictObject({
  /** `auto` detects them; `{}` means none. */
  commands: z.union([z.literal("auto"), z.record(z.string().min(1), gateSchema)]).default("auto"),
  parallel: positive.default(1),
  baseline: z.enum(["require", "accept"]).default("require"),
  coordinator: z.enum(["auto", "on", "off"]).default("auto"),
  minutes: minutes.default(30),
});

const percent = z.number().min(0).max(100);

/**
 * Shares of ticked tasks in percent, for `tasks: thresholds`: below `warn` it is said, below `review` the story is partial,
 * below `done` it is one to review. None ticked is missing evidence always. The defaults are swarm-batch.md's (none = BLOCK,
 * under 50 % = WARN); those of the lead-driven batch (formats.md 4.6) are `{ warn: 80, review: 80, done: 95 }`.
 */
const thresholdsSchema = z.strictObject({
  warn: percent.default(50),
  review: percent.default(0),
  done: percent.default(0),
});

const evidenceSchema = z.strictObject({
  /** `auto`: the artifacts of Pantheon for the pipeline `worker`, else the story file. */
  profile: z.enum(["auto", "story-file", "pantheon", "none"]).default("auto"),
  criteria: z.enum(["off", "warn", "require"]).default("warn"),
  /** Names of the gates that a story must pass; unset means all of them. */
  gates: z.array(z.string()).optional(),
  tasks: z.enum(["all", "thresholds"]).optional(),
  thresholds: thresholdsSchema.prefault({}),
  /** A regular expression for the subject of the story's commit; `{key}` stands for the full or short key. */
  commit_pattern: z.string().optional(),
});

export const configSchema = z.strictObject({
  source: z.enum(["auto", "bmad", "phases", "storyboard"]).default("auto"),
  order: z.enum(["auto", "epic", "parallel", "sequential"]).default("auto"),
  pipeline: z.string().min(1).default("dev-review"),
  max_workers: positive.max(1000).default(3),
  max_retry_per_story: positive.max(100).default(3),
  circuit_breaker: positive.default(3),
  isolation: z.enum(["worktree", "shared"]).default("worktree"),
  worktree: worktreeSchema.prefault({}),
  agents: z.record(z.string().min(1), agentProfileSchema).default({}),
  dev_agent: z.string().min(1).default("builder"),
  review_agent: z.string().min(1).default("reviewer"),
  /** Agents for further roles of pipelines: assessor, reconciler, reflector, and those of the project's own pipelines. */
  roles: z.record(z.string().min(1), z.string().min(1)).default({}),
  pipelines: z.record(z.string().min(1), pipelineSettingSchema).default({}),
  review: z
    .strictObject({
      blocking: z.enum(["critical", "high", "medium", "low"]).default("high"),
      max_iterations: positive.max(50).default(3),
    })
    .prefault({}),
  evidence: evidenceSchema.prefault({}),
  gates: gatesSchema.prefault({}),
  batch_mode: z.boolean().default(false),
  final_status: z.enum(["review", "done"]).optional(),
  limits: limitsSchema.prefault({}),
  resources: z.record(z.string().min(1), resourceSchema).default({}),
  plan_gate: z.enum(["off", "complex", "all"]).default("off"),
  inbox: z.enum(["wait", "fail"]).default("wait"),
  notify: z
    .strictObject({
      bell: z.boolean().default(true),
      desktop: z.boolean().default(true),
      webhook: z.string().nullable().default(null),
    })
    .prefault({}),
  /** Prompt templates of the project's own: by name, a file in the project. */
  prompts: z.record(z.string().min(1), z.string().min(1)).default({}),
  /** Folder of the lessons that REFLECT writes, in the project; `auto` is Pantheon's where it is there, else our own. */
  playbooks: z.string().min(1).default("auto"),
  hooks: z.record(z.string(), z.array(z.string())).default({}),
  finish: z.strictObject({ push: z.boolean().default(false), pr: z.boolean().default(false) }).prefault({}),
  stories: z.array(plainStorySchema).optional(),
});

/** The whole configuration, checked and with every default filled in. */
export type Config = z.infer<typeof configSchema>;
