import type { Config } from "../../core/model/config.ts";
import type { Role } from "../../core/model/pipeline.ts";
import { isSection, type Settings, settingAt } from "./layer.ts";

/** The name that stands for "nobody was named": then the builder's profile reviews too, in a fresh session. */
const DEFAULT_REVIEWER = "reviewer";
const DEFAULT_BUILDER = "builder";

/**
 * Which profile builds and which reviews: `roles` comes before `dev_agent` and `review_agent`. A reviewer that is neither
 * named nor there is the builder's profile.
 */
export const roleNames = (settings: Config | Settings): { readonly builder: string; readonly reviewer: string } => {
  const builder = namedFor(settings, "builder") ?? DEFAULT_BUILDER;
  const named = namedFor(settings, "reviewer") ?? DEFAULT_REVIEWER;
  const isThere = isSection(settings.agents) && Object.hasOwn(settings.agents, named);
  return { builder, reviewer: named === DEFAULT_REVIEWER && !isThere ? builder : named };
};

const namedFor = (settings: Config | Settings, role: "builder" | "reviewer"): string | undefined => {
  const name = settingAt(settings, settingOfRole(settings, role));
  return typeof name === "string" ? name : undefined;
};

/**
 * The profile of every role that a pipeline may name. Whoever judges is the reviewer's profile and whoever writes the
 * builder's, unless `roles` says otherwise.
 */
export const playersOf = (settings: Config | Settings): ReadonlyMap<Role, string> => {
  const { builder, reviewer } = roleNames(settings);
  const named = isSection(settings.roles) ? Object.entries(settings.roles) : [];
  return new Map([
    ["builder", builder],
    ["reviewer", reviewer],
    ["assessor", reviewer],
    ["reconciler", builder],
    ["reflector", reviewer],
    ...named.filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  ]);
};

/** Where a role's profile is named, for a message. */
export const settingOfRole = ({ roles }: Config | Settings, role: Role): readonly string[] => {
  if (isSection(roles) && Object.hasOwn(roles, role)) return ["roles", role];
  if (role === "builder") return ["dev_agent"];
  return role === "reviewer" ? ["review_agent"] : ["roles", role];
};
