import { GloveboxError, Refusals } from "../../errors.ts";
import type { ComponentInspection } from "../component/inspect.ts";
import { ComponentError } from "../component/errors.ts";
import type { ToolDefinition } from "../formats.ts";
import { TOOLS_MAX, WIT_TOOL_NAME } from "../rules.ts";
import { parseSurface } from "../surface.ts";
import { readPackageDocs } from "./docs.ts";
import { camelCase, NotATool, parseFunction } from "./parse-function.ts";
import { inputSchemaOf, outputSchemaOf } from "./schema-of.ts";
import { exportedFunctions, toolNameOf, type ExportedFunction } from "./tool-name.ts";
import type { WitFunction } from "./types.ts";

/** One exported function as a tool: what the model reads, and what it takes to call it. */
export interface WitTool {
  readonly definition: ToolDefinition;
  readonly type: WitFunction;
  /** Where generated code has the function. */
  readonly path: readonly string[];
}

export interface DerivedTools {
  /** By name, in the component's own order. */
  readonly tools: readonly WitTool[];
  /** Exported functions that cannot be tools, as the component names them, and why. */
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * The tools of a component that says by its types what they are. The same component always makes the same tools.
 * A function that cannot be a tool is left out; when two would have one name, or none is left, the component is refused:
 * then nobody could say which was meant. Throws `ERR_COMPONENT_TOOLS`.
 */
export function deriveTools(
  inspection: Pick<ComponentInspection, "exports" | "docs">,
): DerivedTools {
  const functions = exportedFunctions(inspection.exports);
  assertNames(functions);
  const docs = readPackageDocs(inspection.docs);
  const tools: WitTool[] = [];
  const leftOut: { name: string; reason: string }[] = [];
  for (const exported of functions) {
    try {
      if (tools.length >= TOOLS_MAX) throw new NotATool(`there are ${TOOLS_MAX} before it`);
      tools.push(deriveTool(exported, docs.of(exported)));
    } catch (error) {
      if (!(error instanceof NotATool)) throw error;
      leftOut.push({ name: shownName(exported), reason: error.message });
    }
  }
  if (tools.length > 0) return { tools, leftOut };
  const [first] = leftOut;
  throw refused(
    first === undefined
      ? "it exports no function"
      : `none of its ${leftOut.length} functions can be a tool: \`${first.name}\`: ${first.reason}`,
  );
}

/** Those tools as a surface: parsed by the same rules as one that a plugin listed. Throws as `parseSurface` and `deriveTools` do. */
export function deriveSurface(
  inspection: Pick<ComponentInspection, "exports" | "docs">,
): readonly ToolDefinition[] {
  const tools = deriveTools(inspection).tools.map(({ definition }) => definition);
  return parseSurface(JSON.stringify(tools), "the exported functions", "wit");
}

function deriveTool(exported: ExportedFunction, docs: string | undefined): WitTool {
  const { name, text } = exported;
  if (name.startsWith("[")) throw new NotATool("it belongs to a resource, which JSON cannot hold");
  const toolName = toolNameOf(exported);
  if (toolName.length > WIT_TOOL_NAME.lengthMax)
    throw new NotATool(`its name has more than ${WIT_TOOL_NAME.lengthMax} characters`);
  const type = parseFunction(text);
  const outputSchema = outputSchemaOf(type);
  const definition = {
    name: toolName,
    description: docs ?? describe(exported, type),
    inputSchema: inputSchemaOf(type),
    ...(outputSchema && { outputSchema }),
  };
  assertSchemas(definition);
  return { definition, type, path: pathOf(exported) };
}

/** Types may be larger than schemas can. What the author wrote is not judged here: that must not let a function vanish. */
function assertSchemas(definition: ToolDefinition): void {
  try {
    parseSurface(JSON.stringify([{ ...definition, description: "-" }]), undefined, "wit");
  } catch (error) {
    const [reason] = error instanceof Refusals ? error.reasons : [error];
    if (!(reason instanceof GloveboxError)) throw error;
    throw new NotATool(`no schema that is accepted says its type: ${reason.message}`);
  }
}

const PARAMETERS_SHOWN_MAX = 10;

/** Names the parameters too: what a description does not mention, a reader takes for hidden. */
function describe({ interface: owner, name }: ExportedFunction, { params }: WitFunction): string {
  const of = owner === undefined ? "" : ` of \`${owner}\``;
  const names = params.slice(0, PARAMETERS_SHOWN_MAX).map((param) => param.name);
  const given = names.length === 0 ? "" : ` with ${names.join(", ")}`;
  const more = params.length > names.length ? " and more" : "";
  return `Calls the function \`${name}\`${of}${given}${more}. Its author wrote no description.`;
}

/** Names that differ to the component, but not to clients, or not in generated code. */
function assertNames(functions: readonly ExportedFunction[]): void {
  const seen = new Map<string, ExportedFunction>();
  for (const exported of functions) {
    const listed = `listed ${toolNameOf(exported).replaceAll("-", "_")}`;
    const generated = `generated ${pathOf(exported).join(" ")}`;
    for (const key of [listed, generated]) {
      const twin = seen.get(key);
      if (twin !== undefined)
        throw refused(
          `its functions \`${shownName(twin)}\` and \`${shownName(exported)}\` would have one name`,
        );
      seen.set(key, exported);
    }
  }
}

/** Where generated code has a function. */
function pathOf({ interface: owner, name }: ExportedFunction): readonly string[] {
  return owner === undefined ? [camelCase(name)] : [owner, camelCase(name)];
}

function shownName({ interface: owner, name }: ExportedFunction): string {
  return owner === undefined ? name : `${owner}#${name}`;
}

function refused(words: string): ComponentError {
  return new ComponentError("ERR_COMPONENT_TOOLS", words);
}
