import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  artifactFileName,
  artifactKeyOf,
  findArtifacts,
  statesStory,
} from "../../../../src/core/evidence/pantheon/artifact-names.ts";
import { completionsFolders } from "../../../../src/core/evidence/pantheon/completions-folders.ts";

const KEY = "36-2-agreement-badge";
const KEYS = ["36-1-first", KEY, "36-20-many", "136-2-far", "2-6a-split", "tsr-1-1-css-grid"];
const kindsOf = (names: readonly string[], key = KEY, keys: readonly string[] = KEYS) =>
  findArtifacts(names, key, keys).map(({ kind, file }) => `${kind} ${file}`);

describe("names", () => {
  test.each([
    ["progress.json", "progress"],
    ["builder.json", "builder"],
    ["metis.json", "builder"],
    ["helios.json", "builder"],
    ["hephaestus.json", "builder"],
    ["build-progress.json", "build-progress"],
    ["review.json", "review"],
    ["multi-review.json", "review"],
    ["argus.json", "review"],
    ["inspector.json", "review"],
    ["requirements.json", "review"],
    ["test-quality.json", "review"],
    ["security-gate.json", "review"],
    ["tyche-verify.json", "review"],
    ["themis.json", "themis"],
    ["reconciler.json", "reconciler"],
    ["should-fix.json", "should-fix"],
    ["mnemosyne.json", "mnemosyne"],
    ["hermes.json", "hermes"],
    ["pygmalion.json", "forge"],
    ["narrative.log", "narrative"],
    ["summary.md", "summary"],
    ["apollo.json", "by-content"],
    ["tyche.json", "by-content"],
  ])("%s of the full and the short key", (ending, kind) => {
    const names = [`36-2-${ending}`, `${KEY}-${ending}`];
    expect(kindsOf(names).sort()).toEqual(names.map((name) => `${kind} ${name}`).sort());
    expect(kindsOf([`36-20-${ending}`, `136-2-${ending}`, `36-${ending}`, `x36-2-${ending}`, ending])).toEqual([]);
  });

  test("a story's name that begins with another's, or ends like an artifact, is not confused", () => {
    const keys = ["36-2", "36-2-progress", "36-2-multi"];
    const names = ["36-2-progress.json", "36-2-progress-progress.json", "36-2-multi-review.json", "36-2-metis.json"];
    expect(kindsOf(names, "36-2", keys)).toEqual(["builder 36-2-metis.json", "progress 36-2-progress.json"]);
    expect(kindsOf(names, "36-2-progress", keys)).toEqual(["progress 36-2-progress-progress.json"]);
    expect(kindsOf(names, "36-2-multi", keys)).toEqual(["review 36-2-multi-review.json"]);
  });

  test("a short key that two stories share means neither, the full ones do", () => {
    const keys = ["36-2-one", "36-2-two"];
    expect(kindsOf(["36-2-progress.json", "36-2-one-progress.json"], "36-2-one", keys)).toEqual([
      "progress 36-2-one-progress.json",
    ]);
    expect([artifactKeyOf("36-2-one", keys), artifactKeyOf(KEY, KEYS)]).toEqual(["36-2-one", "36-2"]);
  });

  test("an older slug of the story, other endings, and files that are no artifacts are left alone", () => {
    const names = ["36-2-old-slug-progress.json", "36-2-progress.json.tmp", "36-2-progress.yaml", "36-2-12.json"];
    expect(kindsOf(names)).toEqual([]);
    expect(kindsOf(["36-2-agreement-metis.json", "36-2-METIS.json"])).toHaveLength(2);
  });

  test("keys with letters, dots and words", () => {
    expect(kindsOf(["2-6a-progress.json", "2-6-progress.json"], "2-6a-split")).toEqual(["progress 2-6a-progress.json"]);
    expect(kindsOf(["2-6-progress.json", "2.6-themis.json"], "2.6-split", ["2.6-split"])).toHaveLength(2);
    expect(kindsOf(["tsr-1-1-css-grid-argus.json", "tsr-1-argus.json"], "tsr-1-1-css-grid")).toEqual([
      "review tsr-1-1-css-grid-argus.json",
    ]);
  });

  test("what storyboard writes is found again, as this story's alone", () => {
    const number = fc.integer({ min: 1, max: 40 });
    const slug = fc.constantFrom("", "-a", "-progress", "-multi", "-b-2", "-review", "-metis");
    const someKey = fc.tuple(number, number, slug).map(([epic, story, end]) => `${epic}-${story}${end}`);
    fc.assert(
      fc.property(
        fc.uniqueArray(someKey, { minLength: 1, maxLength: 30 }),
        fc.constantFrom("progress", "builder", "review", "themis", "reconciler", "narrative"),
        (keys, kind) => {
          for (const key of keys) {
            const name = artifactFileName(artifactKeyOf(key, keys), kind as "progress");
            const owners = keys.filter((each) => findArtifacts([name], each, keys).length > 0);
            // A name may be another story's full key and an ending; then nobody else's.
            expect(owners.length).toBeLessThanOrEqual(1);
            if (!keys.some((each) => each !== key && name.startsWith(`${each}-`))) {
              expect(owners).toEqual([key]);
              expect(findArtifacts([name], key, keys)[0]?.kind).toBe(kind);
            }
          }
        },
      ),
    );
  });
});

test("the key that an artifact states", () => {
  for (const stated of ["36-2", "36.2", KEY, "36-2-agreement", "Story 36-2", "story-36-2"])
    expect([stated, statesStory(stated, KEY, KEYS)]).toEqual([stated, true]);
  for (const stated of ["36-20", "36-20-many", "36", "36-3", "2", "36-2-other", "136-2", "{}", ""])
    expect([stated, statesStory(stated, KEY, KEYS)]).toEqual([stated, false]);
  expect(statesStory("36-2", "36-2-progress", ["36-2", "36-2-progress"])).toBe(false);
});

test("the completions folders, the configured one first", () => {
  expect(completionsFolders(["docs/impl/"])).toEqual([
    "docs/impl/completions",
    "_bmad-output/implementation-artifacts/completions",
    "_bmad-output/sprint-artifacts/completions",
    "docs/sprint-artifacts/completions",
  ]);
  expect(completionsFolders(["docs/sprint-artifacts"])).toHaveLength(3);
  expect(completionsFolders([""])[0]).toBe("completions");
});
