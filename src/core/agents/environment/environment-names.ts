/** Whether a variable marks that we run inside an agent; an agent of ours that saw it would behave like its child. */
export const isMarkOfSurroundingAgent = (name: string): boolean => AGENT_MARK.test(name) && !AGENT_SETTING.test(name);

/** Whether agents that get an allow-list get this variable of the starter's. */
export const isOnAllowList = (name: string): boolean => ALLOWED.test(name);

/** Whether git binds to one repository by this variable (`git rev-parse --local-env-vars`), as it does inside hooks. */
export const isRepositoryLocal = (name: string): boolean => REPOSITORY_LOCAL.has(name);

/**
 * Claude Code (CLAUDECODE, CLAUDE_CODE_*, CLAUDE_PID...), Codex, Gemini CLI, opencode, Cursor, and the names that
 * agents have agreed upon (AI_AGENT, AGENT). What Claude Code, Codex and opencode set for their tools differs from
 * release to release, so their whole families are barred.
 */
const AGENT_MARK =
  /^(?:CLAUDECODE|CLAUDE_CODE_.*|CLAUDE_(?:PID|EFFORT|PROJECT_DIR|ENV_FILE|AGENT_.*)|CODEX_.*|GEMINI_CLI(?:_NO_RELAUNCH|_IDE_\w+)?|OPENCODE|OPENCODE_.*|CURSOR_(?:AGENT|TRACE_ID|CLI)|AI_AGENT|AGENT)$/;

/** Of these families, what a person sets: where an agent finds its login, its provider and its configuration. */
const AGENT_SETTING =
  /^(?:CLAUDE_CODE_OAUTH_TOKEN|CLAUDE_CODE_USE_(?:BEDROCK|VERTEX|FOUNDRY)|CLAUDE_CODE_SKIP_(?:BEDROCK|VERTEX|FOUNDRY)_AUTH|CLAUDE_CODE_MAX_.*|CLAUDE_CODE_CLIENT_(?:CERT|KEY|KEY_PASSPHRASE)|CODEX_HOME|CODEX_SQLITE_HOME|CODEX_API_KEY|CODEX_ACCESS_TOKEN|CODEX_CA_CERTIFICATE|CODEX_OSS_(?:BASE_URL|PORT)|OPENCODE_(?:CONFIG|CONFIG_DIR|CONFIG_CONTENT|API_KEY|AUTH_CONTENT|MODELS_URL|MODELS_PATH|DISABLE_.*|EXPERIMENTAL_.*))$/;

/** Finding programs, the user, language and terminal, keys for git, proxies and certificates. */
const ALLOWED =
  /^(?:PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_\w+|TZ|TERM|COLORTERM|NO_COLOR|TMPDIR|XDG_\w+|SSH_AUTH_SOCK|GIT_(?:AUTHOR|COMMITTER)_(?:NAME|EMAIL|DATE)|GIT_SSH|GIT_SSH_COMMAND|GIT_CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+)|GIT_SSL_\w+|(?:https?|all|no|ftp)_proxy|(?:HTTPS?|ALL|NO|FTP)_PROXY|SSL_CERT_(?:FILE|DIR)|NODE_EXTRA_CA_CERTS|CURL_CA_BUNDLE|REQUESTS_CA_BUNDLE)$/;

const REPOSITORY_LOCAL: ReadonlySet<string> = new Set([
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_OBJECT_DIRECTORY",
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_COMMON_DIR",
  "GIT_PREFIX",
  "GIT_NAMESPACE",
  "GIT_GRAFT_FILE",
  "GIT_SHALLOW_FILE",
  "GIT_IMPLICIT_WORK_TREE",
  "GIT_INTERNAL_SUPER_PREFIX",
]);
