import { appendFileSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createPulse } from "../../../src/core/jobs/pulse.ts";
import { transcriptMark } from "../../../src/core/jobs/transcript-file.ts";
import { type TailOptions, tailTranscript } from "../../../src/core/jobs/transcript-tail.ts";
import { createPlace, textOf } from "./support.ts";

const follow = (file: string, options: Partial<TailOptions> = {}) => {
  const lines: string[] = [];
  const tail = tailTranscript(file, { onLines: (some) => void lines.push(...some), ...options });
  return { tail, lines };
};

const transcriptIn = (folder: string): string => join(folder, "transcript");

describe("tailing a transcript", () => {
  it("delivers whole lines as they come, and the rest at the end", async () => {
    const file = transcriptIn(createPlace().folder);
    const { tail, lines } = follow(file);
    await tail.poll();
    writeFileSync(file, "one\ntw");
    await tail.poll();
    expect(lines).toEqual(["one"]);
    expect(tail.offset).toBe(4);
    appendFileSync(file, "o\nthree");
    await tail.finish();
    expect(lines).toEqual(["one", "two", "three"]);
    await tail.poll();
    await tail.finish();
    expect(lines).toHaveLength(3);
  });

  it("continues at a stored offset, and begins again when the file is shorter than that", async () => {
    const file = transcriptIn(createPlace().folder);
    writeFileSync(file, "one\ntwo\nthree\n");
    const later = follow(file, { fromOffset: 4 });
    await later.tail.finish();
    expect(later.lines).toEqual(["two", "three"]);
    const beyond = follow(file, { fromOffset: 1000 });
    await beyond.tail.finish();
    expect(beyond.lines).toEqual(["one", "two", "three"]);
  });

  it("begins again when somebody truncates the file", async () => {
    const file = transcriptIn(createPlace().folder);
    writeFileSync(file, "a long first line\nhalf a li");
    const { tail, lines } = follow(file);
    await tail.poll();
    truncateSync(file);
    appendFileSync(file, "new\n");
    await tail.finish();
    expect(lines).toEqual(["a long first line", "new"]);
  });

  it("survives lines of several megabytes and bytes that are no text", async () => {
    const file = transcriptIn(createPlace().folder);
    const long = "é".repeat(2_500_000);
    writeFileSync(
      file,
      Buffer.concat([Buffer.from(`${long}\n`), Buffer.from([0xff, 0x41, 0x0a]), Buffer.from("end\n")]),
    );
    const { tail, lines } = follow(file);
    await tail.finish();
    expect(lines[0] === long).toBe(true);
    expect(lines.slice(1)).toEqual(["\ufffdA", "end"]);
  });

  it("waits for the one who takes the lines, and shares a poll under way", async () => {
    const file = transcriptIn(createPlace().folder);
    writeFileSync(file, "0123456789\n".repeat(50_000));
    let takers = 0;
    let takersMost = 0;
    let count = 0;
    const tail = tailTranscript(file, {
      onLines: async (lines) => {
        takersMost = Math.max(takersMost, ++takers);
        count += lines.length;
        await delay(1);
        takers--;
      },
    });
    await Promise.all([tail.poll(), tail.poll(), tail.finish()]);
    expect({ count, takersMost }).toEqual({ count: 50_000, takersMost: 1 });
  });

  it("cuts what it read beyond the limit, loses no line, and offsets keep their meaning", async () => {
    const file = transcriptIn(createPlace().folder);
    const { tail, lines } = follow(file, { transcriptBytesMax: 1000 });
    const printed = Array.from({ length: 300 }, (_, index) => `line number ${index}`);
    for (const line of printed) {
      appendFileSync(file, `${line.slice(0, 5)}`);
      await tail.poll();
      appendFileSync(file, `${line.slice(5)}\n`);
      expect(statSync(file).size).toBeLessThan(1350);
    }
    await tail.poll();
    expect(lines).toEqual(printed);
    expect(tail.wasCut).toBe(true);
    expect(tail.offset).toBe(printed.join("\n").length + 1);
    const head = readFileSync(file, "utf8").split("\n")[0] ?? "";
    expect(transcriptMark(JSON.parse(head).offset)).toBe(`${head}\n`);

    appendFileSync(file, "afterwards\n");
    const later = follow(file, { fromOffset: tail.offset });
    await later.tail.finish();
    expect(later.lines).toEqual(["afterwards"]);
    const fresh = follow(file);
    await fresh.tail.finish();
    expect(fresh.lines.at(-1)).toBe("afterwards");
    expect(fresh.lines[0]).toMatch(/^(line number|number|\d|ine)/);
    tail.close();
  });

  it("cuts in a quiet moment, and loses nothing then", async () => {
    const file = transcriptIn(createPlace().folder);
    const { tail, lines } = follow(file, { transcriptBytesMax: 1000 });
    writeFileSync(file, "ten bytes\n".repeat(110));
    await tail.poll();
    expect(statSync(file).size).toBe(1100);
    await tail.poll();
    expect(statSync(file).size).toBe(transcriptMark(1100).length);
    await tail.finish();
    expect(lines).toHaveLength(110);
  });

  it("calls a flood at ten times the limit, once, and from then on only keeps the file small", async () => {
    const file = transcriptIn(createPlace().folder);
    let floods = 0;
    const { tail, lines } = follow(file, { transcriptBytesMax: 1000, onFlood: () => void floods++ });
    for (let round = 0; round < 30; round++) {
      appendFileSync(file, `${"x".repeat(499)}\n`);
      await tail.poll();
      expect(statSync(file).size).toBeLessThan(1600);
    }
    expect(floods).toBe(1);
    expect(lines).toHaveLength(19);
    await tail.finish();
  });

  it("keeps stderr below the limit too, and counts it", async () => {
    const { folder } = createPlace();
    const file = transcriptIn(folder);
    const stderrFile = join(folder, "stderr");
    writeFileSync(file, "");
    let floods = 0;
    const { tail } = follow(file, { transcriptBytesMax: 1000, stderrFile, onFlood: () => void floods++ });
    for (let round = 0; round < 12; round++) {
      appendFileSync(stderrFile, `${"e".repeat(99)}\n`.repeat(12));
      await tail.poll();
      expect(statSync(stderrFile).size).toBeLessThan(1100);
    }
    expect(floods).toBe(1);
    tail.close();
  });

  it("holds its own against an agent that prints without end: disk and memory stay bounded, and it is stopped", async () => {
    const { jobs, shell, folder } = createPlace();
    const MEGABYTE = 2 ** 20;
    const spec = shell(`yes "${"some output of an agent ".repeat(20)}" | head -c ${400 * MEGABYTE}; sleep 60`);
    const job = await jobs.start(spec);
    const file = transcriptIn(spec.directory);
    let sizeMost = 0;
    let bytes = 0;
    const memoryBefore = process.memoryUsage().rss;
    let memoryMost = 0;
    const tail = tailTranscript(file, {
      transcriptBytesMax: 4 * MEGABYTE,
      onLines: (lines) => {
        for (const line of lines) bytes += line.length + 1;
        memoryMost = Math.max(memoryMost, process.memoryUsage().rss);
        sizeMost = Math.max(sizeMost, statSync(file).size);
      },
      onFlood: () => void job.stop({ signal: "SIGINT", graceMs: 200, killAfterMs: 200 }),
    });
    const pulse = createPulse(20);
    pulse.add(() => void tail.poll());
    expect((await job.ended).kind).toBe("exited");
    await job.swept;
    pulse.close();
    await tail.finish();
    expect(bytes).toBeLessThanOrEqual(40 * MEGABYTE);
    expect(memoryMost - memoryBefore).toBeLessThan(150 * MEGABYTE);
    expect(sizeMost).toBeLessThan(200 * MEGABYTE);
    rmSync(folder, { recursive: true });
  });

  it("leaves the program's own appending alone while it cuts: every line arrives in order", async () => {
    const { jobs, shell } = createPlace();
    const spec = shell("i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i + 1)); done");
    const job = await jobs.start(spec);
    const { tail, lines } = follow(transcriptIn(spec.directory), { transcriptBytesMax: 25_000 });
    const pulse = createPulse(5);
    pulse.add(() => void tail.poll());
    await job.ended;
    pulse.close();
    await tail.finish();
    // What is printed at the moment of a cut may be lost, but no line is repeated, mixed up or cut in two.
    expect(lines.filter((line) => !/^line \d+$/.test(line))).toEqual([]);
    const numbers = lines.map((line) => Number(line.slice(5)));
    expect(numbers).toEqual([...new Set(numbers)].sort((one, other) => one - other));
    expect(numbers.length).toBeGreaterThan(10_000);
    expect(tail.wasCut).toBe(true);
    expect(textOf(transcriptIn(spec.directory))).toContain("transcript-cut");
  });
});
