import { z } from "zod";

/** The machine contract of product.md, strict: a field that it does not name is a leak of our own. */

const error = z.strictObject({
  type: z.enum([
    "ValidationError",
    "DependencyError",
    "ImplementationError",
    "HaltError",
    "EnvironmentError",
    "LimitError",
    "TimeoutError",
    "BudgetError",
    "CrashError",
    "ConflictError",
    "CancelledError",
  ]),
  message: z.string().min(1),
  context: z.string(),
  recovery_hints: z.array(z.string().min(1)).min(2).max(4),
});
const count = z.number().int().nonnegative();
const usage = z.strictObject({
  tokens: count.nullable(),
  usd: z.number().nonnegative().nullable(),
  usd_is_part: z.literal(true).optional(),
});
const counts = z
  .strictObject({
    total: count,
    done: count,
    already_done: count,
    failed: count,
    blocked: count,
    skipped: count,
    parked: count,
    awaiting_operator: count,
    running: count,
    waiting: count,
    queued: count,
  })
  .refine(({ total, ...parts }) => Object.values(parts).reduce((sum, part) => sum + part, 0) === total, {
    message: "the counts do not add up to total",
  });
const criteria = z.strictObject({
  total: count,
  claimed: count,
  proven: count,
  unproven: count,
  not_checkable: count,
});
const outcome = z.enum(["done", "already-done", "failed", "blocked", "skipped", "parked", "awaiting-operator"]);
const time = z.iso.datetime();
const story = z.string().min(1);
// A project may have phases of its own.
const phase = z.string().regex(/^[A-Z][A-Z0-9_-]*$/);

const line = <K extends string, T extends z.core.$ZodLooseShape>(type: K, shape: T) =>
  z.strictObject({
    v: z.literal(1),
    seq: z.number().int().positive(),
    at: time,
    run: z.string(),
    type: z.literal(type),
    ...shape,
  });

export const contractLineSchema = z.union([
  line("run.started", { stories: z.array(story), max_workers: count }),
  line("story.started", { story, attempt: z.number().int().positive(), worker: z.string() }),
  line("phase.started", { story, phase, agent: z.string() }),
  line("turn.started", { story, phase, session: z.string().nullable() }),
  line("turn.ended", { story, phase, ok: z.literal(true), session: z.string().nullable(), usage }),
  line("turn.ended", {
    story,
    phase,
    ok: z.literal(false),
    session: z.string().nullable(),
    usage,
    error,
    cause: z.string(),
  }),
  line("feed", { story, text: z.string() }),
  line("story.retrying", { story, attempt: z.number().int().positive(), error }),
  line("story.blocked", { story, by: story }),
  line("story.parked", { story, question: z.string() }),
  line("run.asked", { question: z.string().min(1), choices: z.array(z.string().min(1)) }),
  line("story.ended", {
    story,
    outcome,
    attempts: count,
    duration_ms: z.number().nonnegative(),
    commit: z.string().optional(),
    error: error.optional(),
  }),
  line("landing.refused", { story, error, files: z.array(z.string()) }),
  line("evidence.checked", { story, missing: z.array(z.string()), criteria: criteria.optional() }),
  line("gate.ended", { name: z.string(), ok: z.boolean(), cached: z.boolean() }),
  line("breaker.opened", {}),
  line("workers.changed", { max: count, effective: count }),
  line("limit.waiting", { provider: z.string(), until: time }),
  line("run.ended", { status: z.enum(["completed", "blocked", "paused", "error"]), counts }),
]);

export const statusDocumentSchema = z.strictObject({
  v: z.literal(1),
  run: z.string(),
  state: z.enum(["running", "paused", "breaker", "waiting", "ended", "lead-lost"]),
  started_at: time,
  stories: z.array(
    z.strictObject({
      key: story,
      title: z.string(),
      epic: z.string().nullable(),
      status: z.union([outcome, z.enum(["queued", "running", "waiting"])]),
      phase: phase.nullable(),
      worker: z.string().nullable(),
      agent: z.string().nullable(),
      session: z.string().nullable(),
      turn: count,
      attempt: count,
      started_at: time.nullable(),
      duration_ms: z.number().nonnegative().nullable(),
      waiting_for: z.string().min(1).nullable(),
      commit: z.string().nullable(),
      criteria: criteria.nullable(),
      error: error.nullable(),
    }),
  ),
  counts,
  workers: z.strictObject({ max: count, effective: count, busy: count }),
  usage,
  inbox: z.array(
    z.strictObject({
      story: story.nullable(),
      kind: z.enum([
        "question",
        "blocker",
        "plan",
        "review",
        "conflict",
        "environment",
        "attached",
        "operator",
        "baseline",
      ]),
      text: z.string(),
      choices: z.array(z.string().min(1)),
    }),
  ),
});

export const planDocumentSchema = z.strictObject({
  v: z.literal(1),
  stories: z.array(
    z.strictObject({
      key: story,
      title: z.string(),
      depends_on: z.array(
        z.strictObject({
          key: story,
          source: z.enum(["declared", "reference", "file", "epic", "order"]),
          where: z.string(),
        }),
      ),
      ready: z.boolean(),
      waiting_for: z.string().nullable(),
    }),
  ),
  critical_path: z.array(story),
  makespan: z.array(
    z.strictObject({
      workers: z.number().int().positive(),
      seconds: z.number(),
      lower_bound_seconds: z.number(),
      estimated: z.boolean(),
    }),
  ),
  clashes: z.array(
    z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("files"), stories: z.tuple([story, story]) }),
      z.strictObject({ kind: z.literal("resource"), resource: z.string(), units: count, stories: z.array(story) }),
    ]),
  ),
});
