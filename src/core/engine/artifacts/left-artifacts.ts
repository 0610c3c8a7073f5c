import { createHash } from "node:crypto";

/** A file with its bytes, by its name in the completions folder. */
interface NamedBytes {
  readonly file: string;
  readonly bytes: Uint8Array;
}

/**
 * The files about a story that lay in the completions folder at one moment, by name. Git does not tell that of a folder
 * which it ignores, nor of a copy in which somebody left them uncommitted.
 */
export type LeftArtifacts = Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>;

/** What is to be remembered of files as they are now. */
export const leftOf = (files: readonly NamedBytes[]): LeftArtifacts =>
  Object.fromEntries(files.map(({ file, bytes }) => [file, { bytes: bytes.length, sha256: hashOf(bytes) }]));

/** Whether a file is still what lay there. */
export const isLeft = (left: LeftArtifacts, found: NamedBytes): boolean =>
  knownOf(left, found)?.bytes === found.bytes.length && lengthLeft(left, found) === found.bytes.length;

/** Bytes at the beginning of a file that lay there before, where it goes on with them; else 0. */
export const lengthLeft = (left: LeftArtifacts, found: NamedBytes): number => {
  const known = knownOf(left, found);
  if (known === undefined || known.bytes > found.bytes.length) return 0;
  return hashOf(found.bytes.subarray(0, known.bytes)) === known.sha256 ? known.bytes : 0;
};

const knownOf = (left: LeftArtifacts, { file }: NamedBytes) => (Object.hasOwn(left, file) ? left[file] : undefined);

const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
