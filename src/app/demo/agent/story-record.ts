/** Marks the first `count` tasks of a story file as done. */
export const tickTasks = (text: string, count: number): string => {
  let seen = 0;
  return text.replaceAll(/^(\s*- )\[[ x]\]/gm, (_, before: string) => `${before}[${++seen <= count ? "x" : " "}]`);
};

/** How many tasks a story file has. */
export const countTasks = (text: string): number => text.match(/^\s*- \[[ x]\]/gm)?.length ?? 0;

/** Says in the Dev Agent Record which files were changed; a file that is listed already stays as it is. */
export const listFiles = (text: string, files: readonly { readonly path: string; readonly why: string }[]): string => {
  const lines = new Map(files.map(({ path, why }) => [path, `- ${path}: ${why}`]));
  const missing = [...lines].filter(([path]) => !text.includes(`- ${path}: `)).map(([, line]) => line);
  if (missing.length === 0) return text;
  return text.replace(/(### File List\n(?:\n?- .*\n)*)/, (list) => {
    const head = list.includes("\n- ") ? list : `${list.trimEnd()}\n\n`;
    return `${head}${missing.join("\n")}\n`;
  });
};
