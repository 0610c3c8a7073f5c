import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readBuildClaim, readVerdict } from "../../../src/core/agents/reading/closing-block.ts";

const block = (json: string, fence = "json"): string => `Some words.\n\`\`\`${fence}\n${json}\n\`\`\`\nBye.`;
const finding = (fields: object) =>
  readVerdict(block(JSON.stringify({ verdict: "changes", findings: [fields] })))?.findings[0];

describe("readVerdict", () => {
  test("reads the block of the contract", () => {
    const json = `{"verdict":"changes","findings":[{"severity":"critical","file":"src/a.ts","line":3,"title":"T","detail":"D"}]}`;
    expect(readVerdict(block(json))).toEqual({
      verdict: "changes",
      findings: [{ severity: "critical", file: "src/a.ts", line: 3, title: "T", detail: "D" }],
    });
  });

  test.each([
    ["another case", block('{"verdict":"Approved","findings":[]}', "JSON"), "approved"],
    ["trailing commas", block('{"verdict":"approved","findings":[],}'), "approved"],
    ["no closing fence, but whole", '```json\n{"verdict":"approved"}', "approved"],
    ["colours", `\u001b[1m\`\`\`json\u001b[0m\n{"verdict":"\u001b[32mapproved\u001b[0m"}\n\`\`\``, "approved"],
    ["other words for changes", block('{"verdict":"changes_requested"}'), "changes"],
    ["the last of two", `${block('{"verdict":"approved"}')}\n${block('{"verdict":"changes"}')}`, "changes"],
    ["a block without a mark", block('{"verdict":"approved"}', ""), "approved"],
    ["a tilde fence that is indented", '  ~~~json\n  {"verdict":"approved"}\n  ~~~', "approved"],
  ])("%s", (_, text, verdict) => expect(readVerdict(text)?.verdict).toBe(verdict));

  test.each([
    ["no block", "approved"],
    ["a bare object", '{"verdict":"approved"}'],
    ["one cut in the middle", '```json\n{"verdict":"approved","findings":[{"severity":"hi'],
    ["one cut in the middle after a whole one", `${block('{"verdict":"approved"}')}\n\`\`\`json\n{"verdict":"chan`],
    ["another block after the verdict", `${block('{"verdict":"approved"}')}\n${block('{"x":1}')}`],
    ["an unknown word", block('{"verdict":"not approved"}')],
    ["no word", block('{"findings":[]}')],
    ["findings that are no list", block('{"verdict":"approved","findings":"none"}')],
    ["a list", block('["approved"]')],
  ])("never guesses: %s", (_, text) => expect(readVerdict(text)).toBeUndefined());

  test("severities have synonyms, and an unknown one is high", () => {
    const severities = ["BLOCKER", "Major", "minor", "nit", "medium", "must-fix", "purple", 7].map(
      (severity) => finding({ severity, title: "t" })?.severity,
    );
    expect(severities).toEqual(["critical", "high", "low", "low", "medium", "critical", "high", "high"]);
    expect(finding({ title: "t" })?.severity).toBe("high");
  });

  test("approval with blocking findings stays as it was given", () => {
    const verdict = readVerdict(block('{"verdict":"approved","findings":[{"severity":"critical","title":"x"}]}'));
    expect(verdict).toEqual({ verdict: "approved", findings: [{ severity: "critical", title: "x" }] });
  });

  test("a place may be one text, a title may be missing, a finding may be a text", () => {
    expect(finding({ file: "src/a.ts:12-14", title: "t" })).toMatchObject({ file: "src/a.ts", line: 12 });
    expect(finding({ file: "a.ts", line: "9", detail: "D\nE" })).toEqual({
      severity: "high",
      file: "a.ts",
      line: 9,
      title: "D E",
      detail: "D\nE",
    });
    expect(readVerdict(block('{"verdict":"changes","findings":["broken",null]}'))?.findings).toEqual([
      { severity: "high", title: "broken" },
      { severity: "high", title: "a finding without a title" },
    ]);
  });

  test("nothing makes it throw", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        readVerdict(block(JSON.stringify({ verdict: "changes", findings: [a, { file: a, line: b, title: b }] })));
        readBuildClaim(block(JSON.stringify({ files: [a, { path: b }], tests_added: a, coverage: b })));
      }),
    );
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void readVerdict(`\`\`\`json\n${text}`)));
  });
});

describe("readBuildClaim", () => {
  test("reads what the prompt asks for", () => {
    const json =
      '{"files":[{"path":"a.ts","lines":"1-9","why":"new"},"b.ts",{"lines":3},7],"tests_added":4,"coverage":97.6}';
    expect(readBuildClaim(block(json))).toEqual({
      files: [{ path: "a.ts", lines: "1-9", why: "new" }, { path: "b.ts" }],
      testsAdded: 4,
      coverage: "97.6%",
    });
  });

  test("what is unknown is left out, and another block is no claim", () => {
    expect(readBuildClaim(block('{"files":[],"tests_added":null,"coverage":null}'))).toEqual({ files: [] });
    expect(readBuildClaim(block('{"verdict":"approved"}'))).toBeUndefined();
    expect(readBuildClaim("nothing")).toBeUndefined();
  });
});
