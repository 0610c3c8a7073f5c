import { createHash } from "node:crypto";

/**
 * The id of a session that we choose ourselves, before the agent starts: a UUID made of `parts` alone, in the manner of
 * RFC 9562 version 8. So a turn that was cut off before it said anything can still be continued, by whoever knows what
 * turn it was.
 */
export const sessionIdOf = (...parts: readonly string[]): string => {
  const bytes = createHash("sha256").update(JSON.stringify(parts)).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
};
