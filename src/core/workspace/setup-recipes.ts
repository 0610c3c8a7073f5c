/** How dependencies are installed where a lockfile says what they are. */
export interface SetupRecipe {
  readonly lockfile: string;
  /** Shell line. */
  readonly command: string;
  /** Folder or file beside the lockfile that tells that the user's copy has them installed. */
  readonly installed: string;
  /** Whether `installed` works in another folder, so that it can be cloned instead of running the command. */
  readonly isMovable: boolean;
}

const node = (lockfile: string, command: string): SetupRecipe => ({
  lockfile,
  command,
  installed: "node_modules",
  isMovable: true,
});

/** In order of preference within one folder. Go and Cargo need nothing: they fetch into a shared cache as they build. */
export const SETUP_RECIPES: readonly SetupRecipe[] = [
  node("pnpm-lock.yaml", "pnpm install --frozen-lockfile"),
  node("yarn.lock", "yarn install --frozen-lockfile"),
  node("bun.lock", "bun install --frozen-lockfile"),
  node("bun.lockb", "bun install --frozen-lockfile"),
  node("package-lock.json", "npm ci"),
  node("npm-shrinkwrap.json", "npm ci"),
  { lockfile: "uv.lock", command: "uv sync", installed: ".venv", isMovable: false },
  { lockfile: "poetry.lock", command: "poetry install", installed: ".venv", isMovable: false },
  { lockfile: "Gemfile.lock", command: "bundle install", installed: "vendor/bundle", isMovable: false },
  { lockfile: "composer.lock", command: "composer install", installed: "vendor/autoload.php", isMovable: false },
];
