import { expect, test } from "vitest";
import { createLineTail } from "../../../src/core/agents/reading/line-tail.ts";

test("the last lines are kept, within the bounds of lines, line and whole", () => {
  const tail = createLineTail({ linesMax: 3, lineLengthMax: 4, lengthMax: 10 });
  for (const line of ["1", "2", "3", "4"]) tail.add(line);
  expect(tail.lines()).toEqual(["2", "3", "4"]);
  tail.add("abcdef");
  expect(tail.lines()).toEqual(["3", "4", "cdef"]);
  for (const line of ["aaaa", "bbbb", "cccc"]) tail.add(line);
  expect(tail.lines()).toEqual(["bbbb", "cccc"]);
  tail.clear();
  expect(tail.lines()).toEqual([]);
  tail.add("x");
  expect(tail.lines()).toEqual(["x"]);
});
