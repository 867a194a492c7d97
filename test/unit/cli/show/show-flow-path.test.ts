import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { it } from "node:test";
import { CAPABILITIES } from "@glovebox/host-api/registry";
import { makeOutput } from "../../../../runtime/cli/output.ts";
import { showFlowPath } from "../../../../runtime/cli/show/show-flow-path.ts";
import { drawFlow } from "../../../../runtime/policy/flow/paths.ts";

const WEB = { grants: { http: CAPABILITIES.http.parseGrant("example.com") } };
const STORE = { grants: { kv: CAPABILITIES.kv.parseGrant(true) } };
const BOTH = { grants: { ...WEB.grants, ...STORE.grants } };

function shown(plugins: Readonly<Record<string, typeof WEB | typeof STORE>>): string {
  const graph = drawFlow({ plugins: Object.keys(plugins) }, { plugins, tools: {}, inside: [] });
  const stdout = new PassThrough();
  let text = "";
  stdout.on("data", (chunk: Buffer) => void (text += chunk.toString()));
  const out = makeOutput({ stdin: new PassThrough(), stdout, stderr: new PassThrough() }, false);
  for (const path of graph.paths) showFlowPath({ path, state: { kind: "undecided" } }, out);
  return text;
}

it("advises to keep two plugins apart, and none from itself", () => {
  assert.match(shown({ web: WEB, store: STORE }), /keep `store` and `web` apart/);
  const alone = shown({ both: BOTH });
  assert.match(alone, /to do +take a grant away, `flow: \{hold: \[both>both\]\}`/);
  assert.doesNotMatch(alone, /apart/);
});
