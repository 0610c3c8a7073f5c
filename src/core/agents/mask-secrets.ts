/** What stands in the place of a secret. */
export const MASK = "***";

/** Shorter values are too common in ordinary text to be masked wherever they stand. */
const SECRET_LENGTH_MIN = 8;
/** Values taken from the environment, at most. */
const SECRETS_MAX = 500;

/**
 * Creates a function that masks secrets in a text for feed, cards and reports: the known shapes of `SHAPES`, and the
 * values of variables of `env` whose names look like those of secrets. A private key that spans lines is masked as a
 * whole only where the text holds all of it.
 */
export const createSecretMask = (
  env: Readonly<Record<string, string | undefined>> = {},
): ((text: string) => string) => {
  const values = secretValues(env);
  return (text) => {
    let masked = text;
    for (const value of values) masked = masked.replaceAll(value, MASK);
    for (const [shape, replacement] of SHAPES) masked = masked.replaceAll(shape, replacement);
    return masked;
  };
};

const SECRET_NAME =
  /(?:^|_)(?:TOKEN|SECRET|PASSWORD|PASSWD|PASS|PASSPHRASE|PAT|PWD|CREDENTIALS?|AUTH|APIKEY|(?:API|ACCESS|PRIVATE|SECRET|SIGNING|ENCRYPTION)_?KEY|KEY)(?:_|$)/i;

/** Names that only look like a secret's: their values are folders and addresses. */
const NO_SECRET_NAME = /^(?:PWD|OLDPWD|SSH_AUTH_SOCK|XAUTHORITY)$|_(?:FILE|PATH|DIR|SOCK|URL|ID)$/i;

const secretValues = (env: Readonly<Record<string, string | undefined>>): readonly string[] =>
  Object.entries(env)
    .filter(([name]) => SECRET_NAME.test(name) && !NO_SECRET_NAME.test(name))
    .map(([, value]) => (value ?? "").trim())
    .filter((value) => value.length >= SECRET_LENGTH_MIN && !/^(?:true|false|\d+|\/[\w./-]*)$/i.test(value))
    // The longest first: one secret may be the beginning of another.
    .sort((a, b) => b.length - a.length)
    .slice(0, SECRETS_MAX);

const SHAPES: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, MASK],
  // OpenAI, Anthropic and Stripe.
  [/\b(?:sk|rk|pk)[-_][A-Za-z0-9_-]{16,}/g, MASK],
  // GitHub, GitLab, npm, Hugging Face.
  [
    /\b(?:gh[opsur]_[A-Za-z0-9]{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|npm_[A-Za-z0-9]{30,}|hf_[A-Za-z0-9]{20,})/g,
    MASK,
  ],
  // AWS, Google, Slack.
  [/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g, MASK],
  [/\bAIza[\w-]{30,}|\bya29\.[\w.-]{20,}/g, MASK],
  [/\bxox[a-z]-[A-Za-z0-9-]{10,}/g, MASK],
  // A JSON web token: two or three base64url parts, of which the first is an object.
  [/\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g, MASK],
  [/\b(bearer|basic)(\s+)[\w.~+/-]{12,}=*/gi, `$1$2${MASK}`],
  // The password of an address: scheme://user:password@host.
  [/\b([a-z][a-z0-9+.-]{0,30}:\/\/[^\s/:@]{0,100}:)[^\s/@]{1,200}@/gi, `$1${MASK}@`],
  [
    /\b((?:[\w-]{0,40}[_-])?(?:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key)["']?\s{0,3}[=:]\s{0,3}["']?)(?!\*{3})[^\s"',;&]{6,}/gi,
    `$1${MASK}`,
  ],
];
