import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { orderBacklog } from "../../../src/core/backlog/order.ts";
import type { DependencySource, Story } from "../../../src/core/model/story.ts";
import { UserError } from "../../../src/core/model/user-error.ts";

type Kind = DependencySource["kind"];

const story = (
  key: string,
  epic?: string,
  waits: Record<string, Kind> = {},
  status: Story["status"] = "ready-for-dev",
): Story => ({
  key,
  title: key,
  ...(epic === undefined ? {} : { epic }),
  status,
  rawStatus: status,
  dependsOn: Object.entries(waits).map(([on, kind]) => ({ key: on, source: { kind, where: `${key}.md:1` } })),
  touches: [],
  needs: [],
  acceptanceCriteria: [],
  tasks: [],
});

const edges = (stories: readonly Story[], order: Parameters<typeof orderBacklog>[1]): readonly string[] =>
  orderBacklog(stories, order).stories.flatMap(({ key, dependsOn }) =>
    dependsOn.map((dependency) => `${key}<${dependency.key}:${dependency.source.kind}`),
  );

describe("orders", () => {
  const two = [
    story("a1", "1"),
    story("a2", "1", { a1: "declared" }),
    story("a3", "1"),
    story("b1", "2"),
    story("b2", "2"),
  ];

  test("auto: an epic waits for the one before it, and one without edges runs in backlog order", () => {
    expect(edges(two, "auto")).toEqual(["a2<a1:declared", "b1<a2:epic", "b1<a3:epic", "b2<b1:order"]);
    expect(orderBacklog(two, "auto").notes).toEqual(["No dependency was found in epic 2: backlog order holds there."]);
  });

  test("parallel: the found edges alone", () => {
    expect(edges(two, "parallel")).toEqual(["a2<a1:declared"]);
  });

  test("epic: backlog order within every epic as well", () => {
    expect(edges(two, "epic")).toEqual(["a2<a1:declared", "a3<a2:order", "b2<b1:order"]);
  });

  test("sequential: one at a time, in an order that found edges allow", () => {
    const stories = [story("a", "1", { c: "declared" }), story("b", "1"), story("c", "2")];
    expect(edges(stories, "sequential")).toHaveLength(3);
    const chain = orderBacklog(stories, "sequential").stories;
    expect(chain.filter(({ dependsOn }) => dependsOn.length === 0)).toHaveLength(1);
  });

  test("stories without an epic wait for nothing by rule", () => {
    expect(edges([story("a"), story("b"), story("c", "1")], "auto")).toEqual([]);
  });

  test("what is done or of an unknown status holds no epic up", () => {
    const stories = [
      story("a1", "1", {}, "done"),
      story("a2", "1", {}, "other"),
      story("b1", "2"),
      story("c1", "3", {}, "done"),
      story("d1", "4"),
    ];
    expect(edges(stories, "auto")).toEqual(["d1<b1:epic"]);
  });

  test("declared edges hold against the order of epics, and the rest of it stays", () => {
    const stories = [story("a1", "1", { b1: "declared" }), story("b1", "2"), story("b2", "2", { b1: "declared" })];
    expect(edges(stories, "auto")).toEqual(["a1<b1:declared", "b2<b1:declared"]);
    expect(orderBacklog(stories, "auto").notes.join("\n")).toContain("b1 for a1");
  });

  test("edges out of the run are left out", () => {
    expect(edges([story("a", "1", { gone: "declared" })], "auto")).toEqual([]);
  });
});

describe("cycles", () => {
  test("of declared edges are refused with their path and the source of each edge", () => {
    const stories = [
      story("a", "1", { c: "declared" }),
      story("b", "1", { a: "declared" }),
      story("c", "1", { b: "declared" }),
    ];
    const attempt = () => orderBacklog(stories, "parallel");
    expect(attempt).toThrow(UserError);
    expect(attempt).toThrow(/c -> b -> a -> c/);
    expect(attempt).toThrow(/c waits for b: c\.md:1\n.*b waits for a: b\.md:1\n.*a waits for c: a\.md:1/);
  });

  test("with a guess in them lose the guess, with a note", () => {
    const stories = [story("a", "1", { b: "reference" }), story("b", "1", { a: "declared" })];
    expect(edges(stories, "parallel")).toEqual(["b<a:declared"]);
    expect(orderBacklog(stories, "parallel").notes).toEqual([
      "a does not wait for b (a.md:1): that guess would close a cycle.",
    ]);
  });
});

/** Whether `story` waits for `on`, over any number of others: slow and obvious. */
const waitsFor = (byKey: ReadonlyMap<string, Story>, from: string, on: string, seen = new Set<string>()): boolean =>
  (byKey.get(from)?.dependsOn ?? []).some(({ key }) => {
    if (key === on) return true;
    if (seen.has(key)) return false;
    seen.add(key);
    return waitsFor(byKey, key, on, seen);
  });

test("in any backlog: no cycle, every declared edge, and every epic after the one before it", () => {
  const kinds = fc.constantFrom<Kind>("declared", "reference", "file");
  const world = fc.array(
    fc.record({
      epic: fc.constantFrom("1", "2", "3"),
      waits: fc.array(fc.tuple(fc.nat(11), kinds), { maxLength: 3 }),
      status: fc.constantFrom<Story["status"]>("ready-for-dev", "ready-for-dev", "done", "review"),
    }),
    { minLength: 1, maxLength: 12 },
  );
  fc.assert(
    fc.property(
      world,
      fc.constantFrom<"auto" | "epic" | "parallel" | "sequential">("auto", "epic", "parallel", "sequential"),
      (rows, order) => {
        // Declared edges point back, so that there is no declared cycle; guesses point anywhere.
        const stories = rows.map(({ epic, waits, status }, i) =>
          story(
            `s${i}`,
            epic,
            Object.fromEntries(
              waits
                .filter(([on, kind]) => on !== i && (kind !== "declared" || on < i))
                .map(([on, kind]) => [`s${on}`, kind]),
            ),
            status,
          ),
        );
        const ordered = orderBacklog(stories, order).stories;
        const byKey = new Map(ordered.map((each) => [each.key, each]));
        for (const { key } of ordered) expect(waitsFor(byKey, key, key)).toBe(false);
        stories.forEach(({ key, dependsOn }) => {
          for (const dependency of dependsOn) {
            if (dependency.source.kind !== "declared" || !byKey.has(dependency.key)) continue;
            expect(byKey.get(key)!.dependsOn).toContainEqual(dependency);
          }
        });
        if (order === "sequential") {
          const open = ordered.filter(({ status }) => status !== "done");
          for (const a of open)
            for (const b of open)
              if (a !== b) expect(waitsFor(byKey, a.key, b.key) || waitsFor(byKey, b.key, a.key)).toBe(true);
        }
      },
    ),
    { numRuns: 1500, seed: 3 },
  );
});

test("an epic after another means every open story after every open one, however the edges are laid", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 12 }), (pairs) => {
      const waits = (offset: number, i: number) =>
        Object.fromEntries(
          pairs.filter(([a, b]) => a === i && b < a).map(([, b]) => [`s${b + offset}`, "declared" as const]),
        );
      const stories = Array.from({ length: 20 }, (_, i) =>
        story(`s${i}`, i < 10 ? "1" : "2", waits(i < 10 ? 0 : 10, i % 10)),
      );
      const byKey = new Map(orderBacklog(stories, "auto").stories.map((each) => [each.key, each]));
      for (let later = 10; later < 20; later++) {
        for (let earlier = 0; earlier < 10; earlier++) expect(waitsFor(byKey, `s${later}`, `s${earlier}`)).toBe(true);
      }
    }),
    { numRuns: 100, seed: 3 },
  );
});

test("ten thousand stories get few edges, also in two wide epics", () => {
  const narrow = Array.from({ length: 10_000 }, (_, i) =>
    story(
      `s${i}`,
      String(Math.floor(i / 10)),
      i % 10 === 0 ? {} : { [`s${i - 1}`]: "declared", [`s${(i * 7919) % 10_000}`]: "reference" },
    ),
  );
  const wide = Array.from({ length: 10_000 }, (_, i) =>
    story(`s${i}`, i < 5000 ? "1" : "2", i === 1 || i === 5001 ? { [`s${i - 1}`]: "declared" } : {}),
  );
  for (const stories of [narrow, wide]) {
    const ordered = orderBacklog(stories, "auto").stories;
    expect(ordered.reduce((sum, { dependsOn }) => sum + dependsOn.length, 0)).toBeLessThan(40_000);
  }
});
