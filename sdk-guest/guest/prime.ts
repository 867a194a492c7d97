/**
 * Runs calls of each kind once, before any module of the plugin. The engine makes its built-in functions when they are
 * first used, and the memory of a component is restored before every call: without this each call would make them again.
 */
import { defineTool } from "../tool/define.ts";
import { fromJsonSchema } from "../tool/from-json-schema.ts";
import { indexTools } from "../tool/list.ts";
import { runTool } from "../tool/run.ts";
import { settle } from "./settle.ts";

function prime(): void {
  const anything = fromJsonSchema<object>({});
  const common = { description: "Answers its arguments", input: anything, output: anything };
  const tools = indexTools([
    defineTool({ ...common, name: "at_once", handler: (input) => input }),
    defineTool({
      ...common,
      name: "later",
      async handler(input) {
        await undefined;
        return input;
      },
    }),
  ]);
  for (const name of ["at_once", "later", "none"]) settle(runTool(tools, name, '{"a":[1]}'));
}

prime();
