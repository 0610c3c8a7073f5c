import { expect, test } from "vitest";
import type { Diagnosis } from "../../../src/app/doctor/diagnose.ts";
import { doctorDocument } from "../../../src/app/doctor/doctor-document.ts";
import { formatDoctor } from "../../../src/app/doctor/format-doctor.ts";
import { displayWidth } from "../../../src/core/model/display-width.ts";
import { claude } from "./support.ts";

const agent = {
  name: "builder",
  profile: claude,
  program: "claude",
  uses: ["builds"],
  path: "/bin/claude",
  version: "2.1.328",
  login: undefined,
  sandbox: undefined,
  calls: { build: ["A=1", "claude", "-p", "'a b'", "< PROMPT"], verify: ["claude", "--read", "< PROMPT"] },
} as const;

const diagnosis: Diagnosis = {
  findings: [
    { area: "git", subject: "version", state: "ok", text: "2.39", remedy: "not shown: nothing is to be done" },
    {
      area: "agents",
      subject: "builder",
      state: "problem",
      text: "cannot be started:\n  it is gone",
      remedy: "One.\nTwo.",
    },
    { area: "agents", subject: "a subject that is far too long", state: "note", text: "word ".repeat(40) },
  ],
  agents: [agent],
};

test("area by area in their order, subjects under each other, remedies below, calls with the agents", () => {
  expect(formatDoctor({ ...diagnosis, findings: diagnosis.findings.slice(0, 2) }, 80)).toBe(
    [
      "Agents",
      "  ❌ builder  cannot be started:",
      "              it is gone",
      "              → One.",
      "              → Two.",
      "  BUILD by builder",
      "      A=1 claude -p 'a b' < PROMPT",
      "",
      "Git",
      "  ✅ version  2.39",
      "",
      "A run cannot start: 1 problem.",
      "",
    ].join("\n"),
  );
});

test("an agent shows the calls that it would get; one that no role has shows both", () => {
  const shown = (uses: Diagnosis["agents"][number]["uses"], name: string | undefined = "x"): string[] =>
    [
      ...formatDoctor({ findings: diagnosis.findings, agents: [{ ...agent, uses, name }] }, 80).matchAll(
        /(\w+) by (\w+)/g,
      ),
    ].map(([words]) => words);
  expect(shown(["builds"])).toEqual(["BUILD by x"]);
  expect(shown(["reviews"])).toEqual(["VERIFY by x"]);
  expect(shown(["stands in"])).toEqual(["BUILD by x", "VERIFY by x"]);
  expect(shown([])).toEqual(["BUILD by x", "VERIFY by x"]);
});

test.each([20, 40, 80, 300])("at %i columns, lines are broken between words and never empty of sense", (columns) => {
  const text = formatDoctor(diagnosis, columns);
  expect(text).not.toMatch(/ $/m);
  const words = text.match(/\bword\b/g) ?? [];
  expect(words).toHaveLength(40);
  if (columns < 80) return;
  for (const line of text.split("\n")) expect(displayWidth(line)).toBeLessThanOrEqual(100);
});

test("a command line goes on with a backslash; a word of settings is cut in text alone", () => {
  const settings = `CONTENT='${"{x}".repeat(3_000)}'`;
  const long: Diagnosis = {
    findings: diagnosis.findings,
    agents: [
      { ...agent, calls: { build: [settings, "program", ...Array(30).fill("--flag"), "< PROMPT"], verify: undefined } },
    ],
  };
  const text = formatDoctor(long, 80);
  expect(text.length).toBeLessThan(2_000);
  expect(text).toContain("… (whole with --json) \\\n      program --flag");
  expect(text).toMatch(/--flag \\\n {6}--flag/);
  expect(text).toMatch(/--flag < PROMPT\n/);
  expect(doctorDocument(long).agents[0]?.calls).toEqual({
    build: `${settings} program ${Array(30).fill("--flag").join(" ")} < PROMPT`,
    verify: null,
  });
});

test("a healthy diagnosis says so", () => {
  const ok = { findings: diagnosis.findings.slice(0, 1), agents: [] };
  expect(formatDoctor(ok, 80)).toMatch(/\nA run can start: no problems\.\n$/);
  expect(doctorDocument(ok)).toMatchObject({ v: 1, ok: true });
  expect(doctorDocument(diagnosis)).toMatchObject({ ok: false });
});
