import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { LoginState } from "../../core/agents/agent.ts";
import { writeAtomically } from "../../core/files/write-atomically.ts";
import { OWN_FOLDER } from "../lead/runs.ts";

/** How long a good answer holds, in milliseconds: programs are then asked once an hour, not at every start. */
const GOOD_FOR_MS = 60 * 60_000;
/** Answers that are kept: one for each program and way of logging in. */
const KEPT_MAX = 20;

/** What an answer is remembered by. */
interface Asked {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The good answers of the last hour, in the project's own folder. */
export interface RememberedLogins {
  find(asked: Asked): LoginState | undefined;
  /** Resolves when it is on the disk, or could not be: then the next start asks again. */
  keep(asked: Asked, state: LoginState): Promise<void>;
}

const fileSchema = z.object({
  v: z.literal(1),
  good: z.record(z.string(), z.object({ at_ms: z.number(), detail: z.string().max(500) })),
});

type Good = z.infer<typeof fileSchema>["good"];

/** Opens them. Makes no folder: before the first run nothing is kept. */
export const rememberedLogins = (project: string): RememberedLogins => {
  const path = join(project, OWN_FOLDER, "logins.json");
  const good = readGood(path);
  return {
    find: (asked) => {
      const known = good[nameOf(asked)];
      const age = Date.now() - (known?.at_ms ?? 0);
      return known === undefined || age < 0 || age > GOOD_FOR_MS
        ? undefined
        : { kind: "logged-in", detail: known.detail };
    },
    keep: async (asked, { detail }) => {
      good[nameOf(asked)] = { at_ms: Date.now(), detail };
      const newest = Object.entries(good).sort(([, a], [, b]) => b.at_ms - a.at_ms);
      const content = { v: 1, good: Object.fromEntries(newest.slice(0, KEPT_MAX)) };
      if (!existsSync(dirname(path))) return;
      await writeAtomically(path, Buffer.from(`${JSON.stringify(content)}\n`)).catch(() => {});
    },
  };
};

const readGood = (path: string): Good => {
  try {
    return fileSchema.parse(JSON.parse(readFileSync(path, "utf8"))).good;
  } catch {
    return {};
  }
};

/** Variables that say where a login is; their values are no secrets. */
const WHERE = /^(?:HOME|XDG_\w+)$|_(?:HOME|DIR)$/;

/** Another program, another version of it or another home is another login. */
const nameOf = ({ path, env }: Asked): string => {
  const file = statSync(path, { throwIfNoEntry: false });
  const where = Object.entries(env).filter(([name]) => WHERE.test(name));
  return createHash("sha256")
    .update(JSON.stringify([path, file?.mtimeMs, file?.size, where.sort()]))
    .digest("hex");
};
