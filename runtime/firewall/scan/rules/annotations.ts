import { isJsonObject, type JsonObject } from "@glovebox/host-api/json";
import { splitName } from "../parameters.ts";
import type { Hit, Rule, ScannedTool } from "../rule.ts";
import { foldText } from "../text-view.ts";

/** Verbs after which something is gone. */
const DESTROYS = words(
  "delete remove drop purge erase destroy wipe truncate unlink rm rmdir uninstall terminate kill revoke overwrite format shred clear reset",
);
/** Verbs after which something is different, or elsewhere. */
const CHANGES = words(
  "write create insert update upsert edit modify patch append rename move set put upload send publish post deploy install " +
    "transfer pay buy order submit merge commit push grant invite enable disable approve cancel archive restore subscribe schedule",
);
/** Verbs that may do either: `execute_query` may well only read. */
const RUNS = words("execute exec run eval invoke call shell");
/** `get_updates` and `read_post` look, whatever the second word may do. */
const LOOKS = words(
  "get list show describe check count find search read help explain view fetch query is has",
);
/** `delete_preview` shows what would be. */
const WOULD = words("preview plan simulate simulation dry dryrun estimate");
const DESTROYS_TEXT =
  /(?:^|[.\n] ?)(?:\w+ and |permanently |irreversibly |also |then )?(?:deletes?|removes?|drops?|purges?|erases?|destroys?|wipes?|truncates?|overwrites?|uninstalls?|terminates?|revokes?)\b/;
const CHANGES_TEXT =
  /(?:^|[.\n] ?)(?:\w+ and |also |then )?(?:writes?|creates?|inserts?|updates?|edits?|modif(?:y|ies)|appends?|renames?|uploads?|sends?|publish(?:es)?|posts?|deploys?|installs?|transfers?|pays?|executes?)\b/;
const DESCRIPTION_CHARS_MAX = 4000;

/** Clients ask the human less often about a tool that calls itself harmless. */
export const HINT_CONTRADICTS: Rule = {
  id: "hint-contradicts",
  severity: "high",
  title: "An annotation says that the tool is harmless, and its name or description says otherwise",
  references: ["OWASP MCP03", "MCP 2025-11-25 Tool Annotations"],
  *find({ tool }) {
    const { annotations } = tool;
    if (!isJsonObject(annotations)) return;
    yield* contradictions(annotations, deedsOf(tool));
  },
};

interface Deeds {
  /** By its name. */
  readonly named: "destroys" | "changes" | "runs" | undefined;
  /** By its description. */
  readonly described: "destroys" | "changes" | undefined;
}

function deedsOf(tool: ScannedTool): Deeds {
  const name = splitName(tool.name);
  const isLook = LOOKS.has(name[0] ?? "") || name.some((word) => WOULD.has(word));
  const verb = isLook ? undefined : name.slice(0, 2);
  const has = (verbs: ReadonlySet<string>): boolean =>
    verb?.some((word) => verbs.has(word)) === true;
  const text = foldText((tool.description ?? "").slice(0, DESCRIPTION_CHARS_MAX)).text;
  return {
    named: has(DESTROYS) ? "destroys" : has(CHANGES) ? "changes" : has(RUNS) ? "runs" : undefined,
    described: DESTROYS_TEXT.test(text)
      ? "destroys"
      : CHANGES_TEXT.test(text)
        ? "changes"
        : undefined,
  };
}

function* contradictions(annotations: JsonObject, { named, described }: Deeds): Iterable<Hit> {
  const isReadOnly = annotations["readOnlyHint"] === true;
  if (isReadOnly && named)
    yield {
      where: "annotations.readOnlyHint",
      why: `\`readOnlyHint\` says that the tool changes nothing, and its name says that it ${named} something.`,
      severity: named === "runs" ? "medium" : "high",
    };
  else if (isReadOnly && described)
    yield {
      where: "annotations.readOnlyHint",
      why: `\`readOnlyHint\` says that the tool changes nothing, and its description says that it ${described} something.`,
      severity: "medium",
    };
  const saysHarmless = annotations["destructiveHint"] === false;
  if (!isReadOnly && saysHarmless && (named === "destroys" || described === "destroys"))
    yield {
      where: "annotations.destructiveHint",
      why: `\`destructiveHint\` says that the tool destroys nothing, and its ${named === "destroys" ? "name" : "description"} says that it does.`,
      severity: named === "destroys" ? "high" : "medium",
    };
  if (isReadOnly && annotations["destructiveHint"] === true)
    yield {
      where: "annotations",
      why: "The annotations say both that the tool only reads and that it destroys.",
      severity: "medium",
    };
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(" "));
}
