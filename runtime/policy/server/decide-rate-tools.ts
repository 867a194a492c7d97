import { suggestWord } from "../../plugin/suggest.ts";
import { quoteText } from "../../plugin/text.ts";
import { PolicyError } from "../errors.ts";
import type { RateConfiguration } from "./rate.ts";

/** Limits for tools that are not listed, which would limit nothing: one reason each. */
export function decideRateTools(
  rate: RateConfiguration | undefined,
  listed: readonly string[],
): readonly PolicyError[] {
  return Object.keys(rate?.tools ?? {}).flatMap((name) => {
    if (listed.includes(name)) return [];
    const meant = suggestWord(name, listed);
    return new PolicyError(
      "ERR_RATE_TOOL_UNKNOWN",
      `No tool is listed as ${quoteText(name)}, so its limits would limit nothing.`,
      {
        place: { path: `server.rate.tools.${name}` },
        ...(meant === undefined ? {} : { remedy: `Did you mean "${meant}"?` }),
      },
    );
  });
}
