import { inspectComponent } from "./component/inspect.ts";
import type { StringRule } from "./cursor.ts";
import { isCoreModule } from "./extism/inspect-servlet.ts";
import { SERVLET_TOOL_NAME, TOOL_NAME, WIT_TOOL_NAME } from "./rules.ts";

/**
 * How a plugin says what its tools are, and how they are called.
 *
 * `plugin`: it exports `glovebox:plugin/tools`, and is asked.
 * `wit`: any other component; each exported function is a tool, as the component's own types say.
 * `extism`: a core module for Extism, which is asked as hyper-mcp and mcp.run ask it.
 */
export const SHAPES = ["plugin", "wit", "extism"] as const;
export type Shape = (typeof SHAPES)[number];

/** Of a manifest that names none. */
export const SHAPE_DEFAULT: Shape = "plugin";

/** What tools of a shape may be called. Where the names are made from others', they are longer and have hyphens. */
export const TOOL_NAMES: Readonly<Record<Shape, StringRule>> = {
  plugin: TOOL_NAME,
  wit: WIT_TOOL_NAME,
  extism: SERVLET_TOOL_NAME,
};

/** The shape of bytes that come without a manifest, by what they are. Throws `ComponentError` for what is none of them. */
export function decideShape(bytes: Uint8Array): Shape {
  if (isCoreModule(bytes)) return "extism";
  return inspectComponent(bytes).shape === "glovebox" ? "plugin" : "wit";
}
