import type { Duplex } from "node:stream";

/** What is waiting to be read by one client. Never blocks whoever puts something in. */
export interface Outbox {
  /** Puts in a line whatever else is waiting. The caller bounds how often. */
  send(line: string): void;
  /** Puts in a line if that many characters may wait, and says whether it did. */
  offer(line: string, charactersMax: number): boolean;
  /** Resolves when the client has read (nearly) everything, or is gone. */
  whenRead(): Promise<void>;
  /** Hands what was put in to the stream at once instead of at the end of this turn of the event loop. */
  flush(): void;
}

/** Lines are joined and written once a turn of the event loop: a feed of thousands of lines a second is few writes. */
export const createOutbox = (stream: Duplex): Outbox => {
  let lines: string[] = [];
  let characters = 0;
  let isFlushDue = false;

  const flush = (): void => {
    isFlushDue = false;
    if (lines.length === 0) return;
    const batch = lines.join("");
    lines = [];
    characters = 0;
    if (stream.writable) stream.write(batch);
  };

  const send = (line: string): void => {
    lines.push(line, "\n");
    characters += line.length + 1;
    if (isFlushDue) return;
    isFlushDue = true;
    setImmediate(flush);
  };

  return {
    send,
    flush,
    offer: (line, charactersMax) => {
      if (characters + stream.writableLength + line.length > charactersMax) return false;
      send(line);
      return true;
    },
    whenRead: async () => {
      flush();
      if (!stream.writable || !stream.writableNeedDrain) return;
      await new Promise<void>((resolve) => {
        const done = (): void => {
          stream.off("drain", done);
          stream.off("close", done);
          resolve();
        };
        stream.once("drain", done);
        stream.once("close", done);
      });
    },
  };
};
