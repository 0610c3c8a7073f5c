import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { plainLine, plainText } from "../../../src/core/model/plain-text.ts";

const ESC = "\u001b";

describe("plainText takes out what a terminal would act upon", () => {
  test.each([
    ["colours", `${ESC}[1;31mred${ESC}[0m`, "red"],
    ["cursor movement and erasing", `a${ESC}[2J${ESC}[Hb${ESC}[?1049hc`, "abc"],
    ["a window title ended by BEL", `a${ESC}]0;title\u0007b`, "ab"],
    ["a clipboard write ended by ST", `a${ESC}]52;c;ZXZpbA==${ESC}\\b`, "ab"],
    ["an unterminated OSC to the end of its line only", `a${ESC}]0;title\nb`, "a\nb"],
    ["a DCS whose text holds a BEL", `a${ESC}Pq\u0007hidden${ESC}\\b`, "ab"],
    ["APC, PM and SOS", `a${ESC}_x${ESC}\\${ESC}^y${ESC}\\${ESC}Xz${ESC}\\b`, "ab"],
    ["8-bit CSI, OSC and DCS", "a\u009b31mb\u009d0;t\u009cc\u0090q\u009cd", "abcd"],
    ["a sequence put together around another", `${ESC}${ESC}[0m[31mx`, "[31mx"],
    ["tmux pass-through", `a${ESC}Ptmux;${ESC}${ESC}]52;c;x\u0007${ESC}\\b`, "ab"],
    ["a charset switch and a reset", `${ESC}(0a${ESC}cb`, "ab"],
    ["a lone escape at the end", `a${ESC}`, "a"],
    ["backspace, BEL and NUL", "a\b\u0007\u0000b\u007f", "ab"],
    ["carriage returns, which overwrite", "safe\revil\r\nnext", "safe\nevil\nnext"],
    ["tabs", "a\tb", "a  b"],
    ["bidirectional overrides", "a\u202etxt.exe\u2066b\u200f", "atxt.exeb"],
    ["zero-width characters and the byte order mark", "\ufeffa\u200bb\u200dc\u2060d\u00ad", "abcd"],
    ["variation selectors", "⚖\ufe0f", "⚖"],
    ["tag characters", "a\u{e0041}\u{e007f}b", "ab"],
    ["lone surrogates", "a\ud800b", "ab"],
    ["line and paragraph separators", "a\u2028b\u2029c", "a\nb\nc"],
  ])("%s", (_, hostile, plain) => expect(plainText(hostile)).toBe(plain));

  test("what is meant to be read stays", () => {
    const text = "Ångström 漢字 👍🏽 ✅ é\n  indented │ ━";
    expect(plainText(text)).toBe(text);
  });

  test("of any text nothing is left that acts, and a second pass changes nothing", () => {
    const piece = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        ESC,
        `${ESC}[`,
        `${ESC}]`,
        `${ESC}P`,
        "\u009b",
        "\u009d",
        "\\",
        "\u0007",
        "\n",
        "\r",
        "\ud83d",
        "\ude00",
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const plain = plainText(pieces.join(""));
        // biome-ignore lint/suspicious/noControlCharactersInRegex: none of these may be left
        expect(plain).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e]|\ufe0f/);
        expect(plain.isWellFormed()).toBe(true);
        expect(plainText(plain)).toBe(plain);
      }),
      { numRuns: 500 },
    );
  });

  test("a long hostile text takes no time worth mentioning", () => {
    const started = performance.now();
    plainText(`${ESC}]`.repeat(200_000));
    plainText(`${ESC}P${"x".repeat(1_000_000)}`);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

test("plainLine stays on one line", () => {
  expect(plainLine(`  a\r\n\n${ESC}[31mb  `)).toBe("a b");
});
