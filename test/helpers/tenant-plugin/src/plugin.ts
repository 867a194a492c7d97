import { context, defineTool, fetch, files, kv, log } from "@glovebox/sdk";
import { z } from "zod";

/** What lasts in an instance that is not restored: nothing of it may be seen by another call. */
let heard = "";

const keep = defineTool({
  name: "keep",
  description: "Keeps a text in the store, in a file and in memory.",
  input: z.object({ text: z.string() }),
  async handler({ text }) {
    heard += text;
    await kv.set("text", text);
    await files.write("text", text);
    return "kept";
  },
});

const show = defineTool({
  name: "show",
  description: "Shows what was kept, and for whom it runs.",
  input: z.object({}),
  async handler() {
    const [file] = await files.list(".");
    log.info(JSON.stringify(context()));
    return JSON.stringify({
      kv: (await kv.get("text")) ?? null,
      file: file ? await files.readText("text") : null,
      heard,
      context: context(),
    });
  },
});

const send = defineTool({
  name: "send",
  description: "Sends a request, and answers the status.",
  input: z.object({ url: z.string() }),
  async handler({ url }) {
    try {
      const { status } = await fetch(url);
      return String(status);
    } catch (error) {
      return `refused: ${String(error)}`;
    }
  },
});

export const tools = [keep, send, show];
