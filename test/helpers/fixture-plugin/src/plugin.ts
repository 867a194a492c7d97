import { clock, defineTool, progress, ToolError } from "@glovebox/sdk";
import { z } from "zod";

const echo = defineTool({
  name: "echo",
  title: "Echo",
  description: "Answers the text that it was given.",
  input: z.object({ text: z.string() }),
  annotations: { readOnlyHint: true },
  handler: ({ text }) => text,
});

const divide = defineTool({
  name: "divide",
  description: "Divides one number by another, and foresees zero.",
  input: z.object({ by: z.number(), number: z.number() }),
  output: z.object({ quotient: z.number() }),
  handler({ by, number }) {
    if (by === 0)
      throw new ToolError({
        error_code: "INVALID_INPUT",
        message: "Nothing can be divided by 0.",
        suggestion: "Choose another divisor.",
      });
    return { quotient: number / by };
  },
});

const wait = defineTool({
  name: "wait",
  description: "Waits in steps, and reports each.",
  input: z.object({ steps: z.int().max(100), stepMs: z.int().max(1000) }),
  async handler({ steps, stepMs }) {
    for (let step = 1; step <= steps; step += 1) {
      progress.report(step, steps, `step ${step}`);
      await clock.sleep(stepMs);
    }
    return "waited";
  },
});

const spin = defineTool({
  name: "spin",
  description: "Never answers.",
  input: z.object({}),
  handler() {
    for (;;);
  },
});

export const tools = [divide, echo, spin, wait];
