import { inspectComponent } from "./component/inspect.ts";
import type { StringRule } from "./cursor.ts";
import { TOOL_NAME, WIT_TOOL_NAME } from "./rules.ts";

/**
 * How a plugin says what its tools are, and how they are called.
 *
 * `plugin`: it exports `glovebox:plugin/tools`, and is asked.
 * `wit`: any other component; each exported function is a tool, as the component's own types say.
 */
export const SHAPES = ["plugin", "wit"] as const;
export type Shape = (typeof SHAPES)[number];

/** Of a manifest that names none. */
export const SHAPE_DEFAULT: Shape = "plugin";

/** What tools of a shape may be called. Where the names are made from others', they are longer and have hyphens. */
export const TOOL_NAMES: Readonly<Record<Shape, StringRule>> = {
  plugin: TOOL_NAME,
  wit: WIT_TOOL_NAME,
};

/** The shape of bytes that come without a manifest, by what they are. Throws `ComponentError` for what is none of them. */
export function decideShape(bytes: Uint8Array): Shape {
  return inspectComponent(bytes).shape === "glovebox" ? "plugin" : "wit";
}
