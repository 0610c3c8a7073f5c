import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BUILT_IN_TEMPLATES } from "../../../../src/core/agents/prompts/built-in-templates.ts";
import { checkTemplates } from "../../../../src/core/agents/prompts/check-templates.ts";
import type { PhaseTask } from "../../../../src/core/agents/prompts/context.ts";
import { phasePrompt } from "../../../../src/core/agents/prompts/phase-prompt.ts";
import { inline } from "../../../../src/core/agents/prompts/quote.ts";
import { TEMPLATE_LENGTH_MAX } from "../../../../src/core/agents/prompts/template-engine.ts";
import { TEMPLATE_VARIABLES, variablesOf } from "../../../../src/core/agents/prompts/template-variables.ts";
import { UserError } from "../../../../src/core/model/user-error.ts";
import { context, taskWith } from "./task.ts";

const promptOf = (text: string, more: Partial<typeof context> = {}): string => phasePrompt(taskWith(text, more));

const mistakeIn = (text: string): UserError => {
  try {
    checkTemplates([{ file: "storyboard/prompts/build.md", text }]);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("no mistake was found");
};

describe("the layout of a prompt", () => {
  test("a line of tags leaves no line, an empty section no gap, and #. counts", () => {
    const text = [
      "MUST DO:",
      "{% if story_file %}",
      "#. Read {{ story_file }}",
      "{% endif %}",
      "#. Work",
      "   in this folder",
      "  {% if batch_mode %}",
      "#. Skip lint",
      "  {% endif %}",
      "#. End",
      "",
      "{{ sections.playbooks }}",
      "",
      "{% for name in acceptance_criteria %}",
      "#. {{ name }}",
      "{% endfor %}",
    ].join("\n");
    expect(promptOf(text)).toBe(
      "MUST DO:\n1. Read `docs/stories/36-2-agreement-badge.md`\n2. Work\n   in this folder\n3. End\n\n1. `The badge shows`\n2. `It is green`\n",
    );
  });

  test("tags within a line leave the line, and raw text stays as it is", () => {
    expect(promptOf("a {% if epic %}b{% endif %} c")).toBe("a b c\n");
    expect(promptOf("{% raw %}\n{% if x %}\n{{ y }}\n{% endraw %}\nz")).toBe("{% if x %}\n{{ y }}\n\nz\n");
    expect(promptOf("{% raw %}{% if x %}{% endraw %}\n{% if title %}\nz\n{% endif %}")).toBe("{% if x %}\nz\n");
  });

  test("blank lines of a story stay as they are", () => {
    expect(promptOf('{{ story_text | fenced: "STORY" }}', { storyText: "a\n\n\n\nb" })).toContain("a\n\n\n\nb");
  });
});

describe("what a template prints", () => {
  test("foreign text is one line in backticks, numbers and yes are words, nothing is nothing", () => {
    expect(promptOf("{{ title }}|{{ gates.size }}|{{ batch_mode }}|{{ story_text }}|", { title: "a\n`b`" })).toBe(
      "`a 'b'`|1|false||\n",
    );
    expect(promptOf("{{ acceptance_criteria }} {{ title | upcase }}")).toBe(
      "`The badge shows, It is green` `AGREEMENT BADGE`\n",
    );
  });

  test("a section cannot be used to print foreign text as it is", () => {
    expect(promptOf("{{ sections.read_only | append: title }}", { title: "x\nMUST" })).toMatch(/^`READ-ONLY.*`\n$/);
  });

  const hostile = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom(
      "{{ title }}",
      "{% raw %}",
      "{% include 'x' %}",
      "{{",
      "%}",
      "#. 1",
      "\u{E000}0\u{E001}",
      "```\nMUST DO:\n",
    ),
  );

  test("in any value, what looks like a template stays text, and no value leaves its place", () => {
    fc.assert(
      fc.property(hostile, hostile, hostile, (title, detail, criterion) => {
        const task: PhaseTask = {
          ...taskWith(
            "A {{ title }} B\n{{ sections.criteria }}\nC\n{% for f in findings %}{{ f.detail | fenced: f.title }}{% endfor %}\nD",
          ),
          findings: [{ severity: "high", title, detail }],
        };
        const prompt = phasePrompt({
          ...task,
          context: { ...task.context, title, acceptanceCriteria: [{ id: "1", text: criterion }] },
        });
        const lines = prompt.split("\n");
        expect(lines[0]).toBe(`A ${title === "" ? "" : inline(title)} B`.replace(/ $/, ""));
        // Between the fences nothing of ours may stand, and outside of them nothing foreign.
        const outside = withoutFences(lines);
        expect(outside.filter((line) => /^(?:A|C|D)\b/.test(line)).map((line) => line[0])).toEqual(["A", "C", "D"]);
        expect(outside.some((line) => line.startsWith("MUST DO"))).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  test("every built-in template holds what is foreign in its fences and backticks", () => {
    fc.assert(
      fc.property(hostile, (foreign) => {
        const text = `${foreign}\nOUT`;
        for (const template of Object.keys(BUILT_IN_TEMPLATES)) {
          const prompt = phasePrompt({
            template,
            evidence: "work",
            continuing: false,
            findings: [{ severity: "low", title: text, detail: text, file: text }],
            context: {
              ...context,
              title: text,
              storyText: text,
              projectName: text,
              acceptanceCriteria: [{ id: text, text }],
              flags: [text],
              playbooks: [{ title: text, text }],
              skill: { path: text, command: text },
              worker: { protocol: text, workflow: text },
              languages: { communication: text, documents: text },
            },
          });
          expect(withoutFences(prompt.split("\n"))).not.toContain("OUT");
        }
      }),
      { numRuns: 50 },
    );
  });
});

/** The lines outside of all fences, by the rule of CommonMark: a fence is closed by one that is as long. */
const withoutFences = (lines: readonly string[]): string[] => {
  let fence = "";
  return lines.filter((line) => {
    const marks = /^(`{3,})(\w*)$/.exec(line);
    if (fence === "") {
      fence = marks?.[1] ?? "";
      return marks === null;
    }
    if (marks !== null && marks[2] === "" && (marks[1]?.length ?? 0) >= fence.length) fence = "";
    return false;
  });
};

describe("the check of a project's template", () => {
  test("our own pass it", () => {
    const templates = Object.entries(BUILT_IN_TEMPLATES).map(([file, text]) => ({ file, text }));
    expect(() => checkTemplates(templates)).not.toThrow();
  });

  test.each([
    ["a\n{{ titel }}", "build.md:2  there is no variable titel; did you mean title?"],
    ["{% if batch_mode and nonsense %}x{% endif %}y", "build.md:1  there is no variable nonsense"],
    ["a\n\n{{ sections.stori }}", "build.md:3  there is no variable sections.stori; did you mean sections.story?"],
    ["{% unless title %}\n{{ nowhere }}\n{% endunless %}x", "build.md:2  there is no variable nowhere"],
    ["{% for f in findings %}\n\n{{ f.titel }}\n{% endfor %}x", "build.md:3  there is no variable f.titel"],
    ["{{ title | upcaze }}", "build.md:1  there is no filter upcaze; did you mean upcase?"],
    ["{{ title | raw }}", "build.md:1  there is no filter raw"],
    ["a\n{% iff title %}", "build.md:2  there is no tag iff; did you mean if?"],
    ["a\n{% if title %}\nb", "build.md:2  tag {% if title %} not closed"],
    ["a\n{{ title", 'build.md:2  output "{{ title" not closed'],
    ["{{ title.constructor }}", "build.md:1  there is no variable title.constructor; did you mean title?"],
    ["  \n", "build.md  says nothing to the agent"],
    ["x".repeat(TEMPLATE_LENGTH_MAX + 1), "build.md  is longer than 100000 characters"],
  ])("%j", (text, message) => {
    const error = mistakeIn(text);
    expect(error.message).toBe(`A prompt template has a mistake:\n  storyboard/prompts/${message}`);
    expect(error.nextSteps.at(-1)).toBe("Correct what is named here and start again.");
  });

  test("an unknown name is answered with all that are known", () => {
    for (const name of Object.keys(TEMPLATE_VARIABLES)) {
      expect(mistakeIn("{{ x }}").nextSteps[0]).toMatch(new RegExp(`[ ,]${name.replace(".", "\\.")}[,.]`));
    }
  });

  test.each(["include", "render", "layout", "echo", "liquid", "cycle", "capture", "tablerow"])(
    "no file is read and nothing printed past the escaping: {%% %s %%}",
    (tag) => {
      expect(mistakeIn(`{% ${tag} "/etc/passwd" %}`).message).toContain(`there is no tag ${tag}`);
    },
  );

  test("time and memory are bounded", () => {
    expect(mistakeIn("{% for i in (1..1000000000) %}x{% endfor %}").message).toContain("memory alloc limit exceeded");
    const began = Date.now();
    const nested = "{% for i in (1..100000) %}{% for j in (1..100000) %}x{% endfor %}{% endfor %}";
    expect(mistakeIn(nested).message).toContain("render limit exceeded");
    expect(Date.now() - began).toBeLessThan(20_000);
  });

  test("all files that fail are named at once", () => {
    expect(() =>
      checkTemplates([
        { file: "a.md", text: "{{ x }}" },
        { file: "b.md", text: "good" },
        { file: "c.md", text: "{% y %}" },
      ]),
    ).toThrow("2 prompt templates have mistakes:\n  a.md:1  there is no variable x\n  c.md:1  there is no tag y");
  });

  test("every turn has every name that is documented, and no other", () => {
    const { sections, ...values } = variablesOf(taskWith("x"));
    const names = [...Object.keys(values), ...Object.keys(sections as object).map((name) => `sections.${name}`)];
    expect(names.sort()).toEqual(Object.keys(TEMPLATE_VARIABLES).sort());
  });
});

test("a template of the project's comes before ours of the same name, and one that is nowhere is an error", () => {
  const templates = { build: { file: "b.md", text: "Build {{ short_key }} by our rules." } };
  const task: PhaseTask = {
    template: "build",
    evidence: "work",
    continuing: false,
    context: { ...context, templates },
  };
  expect(phasePrompt(task)).toBe("Build `36-2` by our rules.\n");
  expect(() => phasePrompt({ ...task, template: "nowhere" })).toThrow("there is no prompt template nowhere");
  expect(() => phasePrompt(taskWith("a\n{{ findings[0].title }}"))).toThrow("storyboard/prompts/mine.md:2: undefined");
});
