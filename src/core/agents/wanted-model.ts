import { UserError } from "../model/user-error.ts";
import type { TurnRequest } from "./agent.ts";

/** The model that a turn is to use, fit to be an argument; undefined for the program's own. Throws a UserError. */
export const wantedModel = ({ profile, model = profile.model }: Pick<TurnRequest, "profile" | "model">) => {
  if (model?.startsWith("-")) {
    throw new UserError(`the model ${JSON.stringify(model)} of an agent starts with a hyphen`, [
      `Give the agent a model that ${profile.cli} knows, or none for the program's own default.`,
    ]);
  }
  return model;
};
