import { EXIT } from "../../errors.ts";
import type { Command } from "../command.ts";

export const demo: Command = {
  name: "demo",
  summary: "build, sign, install and call real plugins, and watch a hostile one fail",
  usage: "[--keep]",
  description: [
    "Works in a scratch folder: builds Glovebox's own plugins from source, signs them with a key made on the spot,",
    "installs them, calls them through an MCP client, lets a hostile plugin try the obvious, and shows each refusal.",
  ],
  options: { keep: { type: "boolean", summary: "leave the scratch folder for a closer look" } },
  argumentsMin: 0,
  argumentsMax: 0,
  examples: ["glovebox demo", "glovebox demo --keep"],
  async run(call) {
    const { runDemo } = await import("../demo/run-demo.ts");
    const results = await runDemo(call);
    return results.every((result) => result.asExpected) ? EXIT.done : EXIT.failed;
  },
};
