import { UserError } from "../../model/user-error.ts";

/** Bytes of stdin that Gemini CLI reads; what follows is lost without a word. */
const INPUT_BYTES_MAX = 8 * 1024 * 1024;

/**
 * A prompt in the form in which Gemini CLI takes it as it is. It reads `@name` as "put that file in here", wherever it
 * stands: it looks for a file with such a name in the whole project, writes its path over the word and adds what it
 * holds, so `@Injectable()` would become another text. Only a backslash in front prevents that, and stays. A slash at
 * the beginning would be a command. Throws a UserError for a prompt of which a part would be lost.
 */
export const geminiInput = (prompt: string): string => {
  const literal = prompt.replaceAll(NAMING_A_FILE, "\\@");
  const input = literal === prompt ? withoutCommand(prompt) : `${ABOUT_BACKSLASHES}\n\n${literal}`;
  const bytes = Buffer.byteLength(input);
  if (bytes <= INPUT_BYTES_MAX) return input;
  throw new UserError(`a prompt of ${bytes} bytes is more than Gemini CLI reads (${INPUT_BYTES_MAX})`, [
    "Make the story shorter: name the files that it is about instead of repeating them.",
  ]);
};

/** The only character in front of which an `@` is left alone. */
const NAMING_A_FILE = /(?<!\\)@/g;

const ABOUT_BACKSLASHES = "(In these instructions every at sign is written \\@; it means the at sign alone.)";

const withoutCommand = (prompt: string): string => (prompt.startsWith("/") ? `\n${prompt}` : prompt);
