import fc from "fast-check";
import { expect, test } from "vitest";
import { readLessons } from "../../../src/core/agents/reading/lessons.ts";

const said = (block: unknown): string => `All done.\n\n\`\`\`json\n${JSON.stringify(block)}\n\`\`\`\n`;
const lesson = { title: "Colours", when: "In a component", what: "Take them from the theme", applies_to: ["src/**"] };

test("lessons come from the last block, each once, at most five", () => {
  expect(readLessons(said({ lessons: [lesson] }))).toEqual([
    { title: "Colours", when: "In a component", what: "Take them from the theme", appliesTo: ["src/**"] },
  ]);
  const many = Array.from({ length: 9 }, (_, i) => ({ ...lesson, title: `Lesson ${i}` }));
  expect(readLessons(said({ lessons: many }))?.map(({ title }) => title)).toEqual(
    [0, 1, 2, 3, 4].map((i) => `Lesson ${i}`),
  );
  expect(readLessons(said({ lessons: [lesson, { ...lesson, title: "COLOURS!" }] }))).toHaveLength(1);
});

test("none is an answer, and no block is none", () => {
  expect(readLessons(said({ lessons: [] }))).toEqual([]);
  expect(readLessons(said({ verdict: "approved" }))).toBeUndefined();
  expect(readLessons("nothing learnt")).toBeUndefined();
});

test("what is missing or of another shape is forgiven, what says nothing is left out", () => {
  const odd = [
    null,
    7,
    {},
    { title: "x" },
    { what: "y" },
    { title: "A", what: "b", applies_to: "src/a.ts, theme ," },
    { title: "!!", what: "z" },
  ];
  expect(readLessons(said({ lessons: odd }))).toEqual([
    { title: "A", when: "", what: "b", appliesTo: ["src/a.ts", "theme"] },
  ]);
});

test("whatever an agent writes, lessons stay short, their titles on one line and free of terminal control", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ minLength: 2_000, maxLength: 3_000 }),
    fc.constant("a\nb\u001b[2J"),
  );
  const value = fc.record({ title: text, when: text, what: text, applies_to: fc.array(text, { maxLength: 30 }) });
  fc.assert(
    fc.property(fc.array(value, { maxLength: 8 }), (lessons) => {
      for (const { title, when, what, appliesTo } of readLessons(said({ lessons })) ?? []) {
        expect(title.length).toBeLessThanOrEqual(120);
        expect(when.length + what.length).toBeLessThanOrEqual(3_000);
        expect(appliesTo.length).toBeLessThanOrEqual(10);
        expect([title, ...appliesTo].join()).not.toMatch(/\n/);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be left
        expect(`${title}${when}${what}`).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]/);
      }
    }),
  );
});
