/**
 * The simple commands that a shell line is made of, or undefined where the line could run something that cannot be
 * seen in it: a substitution, a redirection to a file, quoting that does not end. Made to judge by, so it
 * refuses rather than guesses. Redirections that only drop or join output are taken out, and so is the way in which
 * agents write long commit messages (`"$(cat <<'EOF' ... EOF)"`).
 */
export const shellParts = (line: string): readonly string[] | undefined => {
  const parts = [""];
  for (const [word] of line.matchAll(WORDS)) {
    if (isUnseen(word, parts.at(-1) ?? "")) return undefined;
    if (SEPARATOR.test(word)) parts.push("");
    else if (!BLANK_REDIRECTION.test(word) && !QUOTED_DOCUMENT.test(word)) parts[parts.length - 1] += word;
  }
  return parts.map((part) => part.trim()).filter((part) => part !== "");
};

/**
 * In this order: a document in quotes (its delimiter is quoted, so nothing in it is expanded, and it ends at the first
 * line that is the delimiter), an escaped character, a text in quotes, a redirection that is harmless, what separates
 * commands, plain characters, and everything else one by one; digits too, since one may begin a redirection.
 */
const WORDS =
  /"\$\(cat <<'(\w+)'\n(?:(?!\1\n)[^\n]*\n)*\1\n[ \t]*\)"|\\[\s\S]|'[^']*'|"(?:[^"\\]|\\[\s\S])*"|(?:\d?>&[12]|[&\d]?>{1,2}\s*\/dev\/null)(?![^\s;&|)])|[&|;\n]+|[^\\'"&|;\n<>$`()\d#]+|[\s\S]/g;

const QUOTED_DOCUMENT = /^"\$\(cat <<'(\w+)'\n(?:(?!\1\n)[^\n]*\n)*\1\n[ \t]*\)"$/;
const BLANK_REDIRECTION = /^(?:\d?>&[12]|[&\d]?>{1,2}\s*\/dev\/null)$/;
const SEPARATOR = /^[&|;\n]+$/;
/** Whether a word starts what cannot be judged; `before` is the command as far as it was read. */
const isUnseen = (word: string, before: string): boolean => {
  // Quotes in a comment are none.
  if (word === "#") return /(?:^|\s)$/.test(before);
  if (word.startsWith('"')) return word.length === 1 || (SUBSTITUTION.test(word) && !QUOTED_DOCUMENT.test(word));
  return UNSEEN.test(word);
};

/** Expansions, redirections and groups; a quote or a backslash alone is one that does not end. */
const UNSEEN = /^[<>$`()'\\]$/;
const SUBSTITUTION = /(?<!\\)(?:\\\\)*(?:`|\$[({])/;
