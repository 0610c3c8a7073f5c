import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { AgentEvent, AgentExit, AgentParser, ParsedTurn } from "../../src/core/agents/agent.ts";
import { createLineSplitter } from "../../src/core/jobs/line-splitter.ts";
import { plainText } from "../../src/core/model/plain-text.ts";

/** What a parser made of a recording. */
export interface Replay {
  readonly events: readonly AgentEvent[];
  readonly turn: ParsedTurn;
}

/** Recorded runs of a real program, which are no part of the project. */
export class Recordings {
  readonly folder: string;
  readonly #createParser: () => AgentParser;

  constructor(cli: string, createParser: () => AgentParser) {
    const all = process.env.STORYBOARD_TRANSCRIPTS ?? resolve(import.meta.dirname, "../../../shared/agent-transcripts");
    this.folder = join(all, cli);
    this.#createParser = createParser;
  }

  get areThere(): boolean {
    return existsSync(this.folder);
  }

  names(): string[] {
    const files = readdirSync(this.folder).filter((file) => file.endsWith(".jsonl"));
    return files.map((file) => file.slice(0, -".jsonl".length)).sort();
  }

  bytes(name: string): Buffer {
    return readFileSync(join(this.folder, `${name}.jsonl`));
  }

  /** A recording through a new parser, its bytes in pieces. */
  replay(name: string, pieces: (bytes: Buffer) => Buffer[] = (bytes) => [bytes]): Replay {
    const { code, signal } = JSON.parse(readFileSync(join(this.folder, `${name}.exit`), "utf8"));
    const errors = join(this.folder, `${name}.stderr`);
    const stderr = existsSync(errors) ? plainText(readFileSync(errors, "utf8")) : "";
    const parser = this.#createParser();
    const events = linesIn(pieces(this.bytes(name))).flatMap((line) => parser.line(line));
    return { events, turn: parser.end({ status: code, ...(signal === null ? {} : { signal }), stderr }) };
  }

  /** Fails where a recording means something else when its bytes come otherwise. */
  expectTheSameHoweverCut(name: string): void {
    const whole = this.replay(name);
    for (const seed of [1, 7, 50]) expect(this.replay(name, cutBy(seed))).toEqual(whole);
  }
}

/** Of a recording: how it ended; then input, output and cached tokens and the cost, null where they are not known. */
export type RecordedTurn = readonly [object, (number | null)?, (number | null)?, (number | null)?, (number | null)?];

/** The tests that hold of every recording of a program; `also` says what else holds of each. */
export const testEach = (
  recordings: Recordings,
  rows: Readonly<Record<string, RecordedTurn>>,
  also: (replay: Replay) => void = () => {},
): void => {
  test("every recording has a row here", () => {
    expect(recordings.names()).toEqual(Object.keys(rows).sort());
  });

  test.each(Object.entries(rows))("%s ends as it did, and is counted right", (name, row) => {
    const [end, inputTokens = null, outputTokens = null, cachedTokens = null, usd = null] = row;
    const replay = recordings.replay(name);
    expect(replay.turn.end).toMatchObject(end);
    expect(replay.turn.usage).toEqual({
      inputTokens,
      outputTokens,
      cachedTokens,
      usd: usd === null ? null : expect.closeTo(usd, 10),
    });
    expect(replay.events.filter((event) => event.t === "unknown")).toEqual([]);
    also(replay);
  });

  test.each(Object.keys(rows))("%s gives the same events however its bytes come", (name) =>
    recordings.expectTheSameHoweverCut(name),
  );
};

/** What a new parser makes of those lines; an object stands for its JSON. */
export const replayLines = (
  parser: AgentParser,
  lines: readonly (object | string)[],
  exit: AgentExit = { status: 0 },
): ParsedTurn & { readonly events: AgentEvent[] } => {
  const events = lines.flatMap((line) => parser.line(typeof line === "string" ? line : JSON.stringify(line)));
  return { ...parser.end(exit), events };
};

const linesIn = (pieces: readonly Buffer[]): string[] => {
  const splitter = createLineSplitter(16 * 2 ** 20);
  return [...pieces.flatMap((piece) => splitter.push(piece)), ...splitter.end()];
};

/** Pieces of a length that looks like chance and is the same each time. */
const cutBy =
  (seed: number) =>
  (bytes: Buffer): Buffer[] => {
    const pieces: Buffer[] = [];
    let state = seed;
    for (let at = 0; at < bytes.length; ) {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      const end = at + 1 + (state % (seed * 100));
      pieces.push(bytes.subarray(at, end));
      at = end;
    }
    return pieces;
  };

/** Fails where a parser throws at lines with noise in them, or finds more in them when they come in other pieces. */
export const expectTheSameOfAnyBytes = (createParser: () => AgentParser, lines: readonly unknown[]): void => {
  const whole = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const noise = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.uint8Array({ maxLength: 3 })), { maxLength: 3 });
  fc.assert(
    fc.property(noise, fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }), (changes, lengths) => {
      const bytes = Buffer.from(whole);
      for (const [at, change] of changes) bytes.set(change.slice(0, bytes.length - at), at);
      const run = (pieces: readonly Buffer[]): unknown => {
        const parser = createParser();
        return [linesIn(pieces).flatMap((line) => parser.line(line)), parser.end({ status: 0 })];
      };
      const pieces: Buffer[] = [];
      for (let at = 0, i = 0; at < bytes.length; i++) {
        const length = lengths[i % lengths.length] ?? 1;
        pieces.push(bytes.subarray(at, at + length));
        at += length;
      }
      expect(run(pieces)).toEqual(run([bytes]));
    }),
    { numRuns: 200 },
  );
};
