import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import { createWhole, writeDraft } from "../files/create-whole.ts";
import type { ProcessIdentity } from "../model/process-identity.ts";
import { checkWritable } from "./check-writable.ts";

/** What a second start wants to know about the lead. */
export interface LeadDetails {
  readonly project: string;
  readonly run: string;
  readonly socket: string;
}

export type Lead = ProcessIdentity & LeadDetails;

export type LeadLock =
  | { readonly kind: "held"; readonly release: () => Promise<void> }
  | { readonly kind: "taken"; readonly by: Lead };

/** How often taking the lock starts over because others took, left or died over it meanwhile. */
const TRIES_MAX = 50;
/** Nobody but its owner reads who leads. */
const LOCK_MODE = 0o600;
const PAUSE_MS = 10;

/**
 * Makes this process the one lead of a repository. The lock of a dead lead is taken over; of several that try at once
 * exactly one gets it. Throws a UserError where nothing can be written.
 */
export const acquireLead = async (
  commonDirectory: string,
  identity: ProcessIdentity,
  isAlive: (identity: ProcessIdentity) => boolean | Promise<boolean>,
  details: LeadDetails,
): Promise<LeadLock> => {
  const folder = leadFolder(commonDirectory);
  await checkWritable(commonDirectory);
  await mkdir(folder, { recursive: true });
  const lead: Lead = { ...identity, ...details };
  // The token makes every lock's content unique, even of one process that takes it twice.
  const content = `${JSON.stringify({ ...lead, token: randomUUID() })}\n`;
  const lock = join(folder, "lock");
  const result = await take(lock, content, isAlive);
  if (result.kind === "taken") return result;
  return { kind: "held", release: () => releaseOwn(lock, content) };
};

/** Who leads now, or undefined when there is no lock. A dead one is returned too; ask whether it lives. */
export const readLead = async (commonDirectory: string): Promise<Lead | undefined> =>
  parseLead(await readOrNone(join(leadFolder(commonDirectory), "lock")));

const leadFolder = (commonDirectory: string): string => join(commonDirectory, "storyboard");

type Taken = { readonly kind: "held" } | { readonly kind: "taken"; readonly by: Lead };

/**
 * Takes the lock file, or says who has it. The right to replace a dead owner's lock is itself a lock, named after the
 * content that it replaces: whoever holds it and still sees that content is the only one who may replace it. A latecomer
 * gets the right only after the content has changed, sees that, and starts over. A right left by a crash is taken over
 * the same way.
 */
const take = async (
  lock: string,
  content: string,
  isAlive: (identity: ProcessIdentity) => boolean | Promise<boolean>,
): Promise<Taken> => {
  for (let attempt = 1; attempt <= TRIES_MAX; attempt++) {
    if (await createWhole(lock, draftOf(lock), content, LOCK_MODE)) return { kind: "held" };
    const found = await readOrNone(lock);
    if (found === undefined) continue;
    const owner = parseLead(found);
    if (owner !== undefined && (await isAlive(owner))) return { kind: "taken", by: owner };
    const right = `${lock}.${createHash("sha256").update(found).digest("hex").slice(0, 16)}`;
    const mayReplace = await take(right, content, isAlive);
    if (mayReplace.kind === "taken") {
      await pause(PAUSE_MS);
      continue;
    }
    const isReplaced = (await readOrNone(lock)) === found && (await replaceWhole(lock, content));
    await unlink(right);
    if (isReplaced) return { kind: "held" };
  }
  throw new Error(`the lock ${lock} could not be taken: others kept taking and leaving it`);
};

const replaceWhole = async (path: string, content: string): Promise<true> => {
  const draft = draftOf(path);
  await writeDraft(draft, content, LOCK_MODE);
  await rename(draft, path);
  return true;
};

const draftOf = (path: string): string => `${path}.${randomUUID().slice(0, 13)}.new`;

const releaseOwn = async (lock: string, content: string): Promise<void> => {
  if ((await readOrNone(lock)) === content) await unlink(lock);
};

const readOrNone = (path: string): Promise<string | undefined> =>
  readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });

const parseLead = (content: string | undefined): Lead | undefined => {
  if (content === undefined) return undefined;
  try {
    const found: unknown = JSON.parse(content);
    return isLead(found) ? found : undefined;
  } catch {
    return undefined;
  }
};

/** By hand: every command reads the lock first, and loading zod alone would take it 25 ms (measured). */
const isLead = (value: unknown): value is Lead => {
  if (typeof value !== "object" || value === null) return false;
  const { pid, start, boot, project, run, socket } = value as Record<string, unknown>;
  return [pid, start].every(Number.isFinite) && [boot, project, run, socket].every((one) => typeof one === "string");
};

const pause = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));
