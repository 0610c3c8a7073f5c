import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLoginDesk, type DeskPlace, type LoginDesk } from "../../../src/app/doctor/login-desk.ts";
import { agentProfileSchema, type Config, configSchema } from "../../../src/core/model/config.ts";

/** A project's folder, a home, and agent programs on a PATH of their own. */
export class Machine {
  readonly base = realpathSync(mkdtempSync(join(tmpdir(), "storyboard-machine-")));
  readonly project = join(this.base, "project");
  readonly home = join(this.base, "home");
  readonly programs = join(this.base, "programs");

  constructor() {
    for (const folder of [this.project, this.home, this.programs]) mkdirSync(folder);
  }

  /** Installs a program: a script of sh. */
  install(name: string, script: string): string {
    const path = join(this.programs, name);
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  environment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
    return { PATH: `${this.programs}:/usr/bin:/bin`, HOME: this.home, ...more };
  }

  desk(more: Partial<DeskPlace> = {}): LoginDesk {
    const { project } = this;
    const place = { project, environment: this.environment(), ownRoot: "/nowhere", limitMs: 5_000, remembers: false };
    return createLoginDesk({ ...place, ...more });
  }

  remove(): void {
    rmSync(this.base, { recursive: true, force: true });
  }
}

/** Claude Code as it answers; each question but the one for its version is a line of `$HOME/asked`. */
export const claudeSaying = (answer: string, version = "2.1.328 (Claude Code)"): string =>
  `if [ "$1" = --version ]; then echo '${version}'; exit 0; fi\necho "$*" >> "$HOME/asked"\n${answer}`;

export const LOGGED_IN = claudeSaying(
  `echo '{ "loggedIn": true, "authMethod": "claude.ai", "email": "a@b.c", "subscriptionType": "max" }'`,
);
export const LOGGED_OUT = claudeSaying(`echo '{ "loggedIn": false, "authMethod": "none" }'; exit 1`);

export const claude = agentProfileSchema.parse({ cli: "claude" });

export const config = (settings: object = {}): Config => configSchema.parse(settings);
