import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from "yaml";
import { plainLine } from "../../core/model/plain-text.ts";
import { isSection, type Layer, type Settings } from "./layer.ts";
import type { SettingPath } from "./problem.ts";

/** How often aliases (`*name`) may be expanded in one file. */
export const ALIASES_MAX = 100;

/** How deep settings may be nested; the deepest that mean anything are at 5. */
export const NESTING_MAX = 20;

/** A file's text as a layer, or what is wrong with it, each with its place. */
export const readYamlLayer = (
  text: string,
  shownFile: string,
): { readonly layer: Layer } | { readonly problems: readonly string[] } => {
  const lines = new LineCounter();
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${shownFile}:${line}:${col}`;
  };
  let document: Document.Parsed;
  try {
    document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  } catch {
    return { problems: [`${shownFile}  is nested too deeply`] };
  }
  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0) {
    return { problems: broken.map(({ pos, message }) => `${place(pos[0])}  ${plainLine(message)}`) };
  }
  const dangling = danglingAlias(document);
  if (dangling !== undefined) {
    return {
      problems: [`${place(dangling.range?.[0] ?? 0)}  ${plainLine(`*${dangling.source}`)} is not defined before`],
    };
  }
  const settings = settingsOf(document);
  if (typeof settings === "string") return { problems: [`${place(0)}  ${settings}`] };
  return {
    layer: {
      settings,
      locate: (path, isKey) => place(offsetOf(document, path, isKey)),
    },
  };
};

/** The first alias without an anchor before it. */
const danglingAlias = (document: Document.Parsed): Alias | undefined => {
  let found: Alias | undefined;
  const anchors = new Set<string>();
  visit(document, (_, node) => {
    if (isAlias(node) && !anchors.has(node.source)) {
      found = node;
      return visit.BREAK;
    }
    if (isNode(node) && !isAlias(node) && node.anchor !== undefined) anchors.add(node.anchor);
    return undefined;
  });
  return found;
};

/** The settings, or why there are none. */
const settingsOf = (document: Document.Parsed): Settings | string => {
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: ALIASES_MAX });
  } catch {
    return `uses aliases (*name) more than ${ALIASES_MAX} times, or in a circle`;
  }
  if (value === null || value === undefined) return {};
  if (!isSection(value)) return "must be settings (key: value), not a list or a text";
  if (isDeeperThan(value, NESTING_MAX)) return `is nested more than ${NESTING_MAX} levels deep`;
  if (hasPrototypeKey(value)) return "has a setting named __proto__, which is not allowed";
  // A heading with nothing below it, because all of it is commented out, is as if it were not there.
  return Object.fromEntries(Object.entries(value).filter(([, setting]) => setting !== null));
};

const isDeeperThan = (value: unknown, levels: number): boolean => {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(inner, levels - 1));
};

/** Such a key would be lost in silence where settings are merged. */
const hasPrototypeKey = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  (Object.hasOwn(value, "__proto__") || Object.values(value).some(hasPrototypeKey));

/** Offset of the value (or key) at a path, or of the last thing on the way that is there. */
const offsetOf = (document: Document.Parsed, path: SettingPath, isKey: boolean): number => {
  let node: Node | null | undefined = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const [i, part] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    const found = childOf(node, part);
    if (found === undefined) return offset;
    const wantsKey = isKey && i === path.length - 1;
    offset = (wantsKey ? undefined : found.value?.range?.[0]) ?? found.key?.range?.[0] ?? offset;
    node = found.value;
  }
  return offset;
};

interface Child {
  readonly key: Node | undefined;
  readonly value: Node | null | undefined;
}

const childOf = (node: Node | null | undefined, part: string | number): Child | undefined => {
  if (isMap<Node, Node | null>(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
    return pair && { key: pair.key, value: pair.value };
  }
  if (isSeq<Node>(node) && typeof part === "number") return { key: undefined, value: node.items[part] };
  return undefined;
};
