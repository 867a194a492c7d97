import type { JsonObject } from "@glovebox/host-api/json";
import { readCheckpoint, type Checkpoint } from "../../audit/chain/checkpoint.ts";
import { readLine, type ChainLine } from "../../audit/chain/lines.ts";
import type { TrailReport } from "../../audit/chain/verify-trail.ts";
import { readOwnKey, readTrail } from "../audit/read-trail.ts";
import type { CommandCall } from "../command.ts";

/** The trail of a workspace as an auditor needs it elsewhere: how far each chain has come, and its last signed checkpoint. */
export function describeTrail(call: CommandCall): JsonObject {
  // The command's own words are no trail's files.
  const asked = { ...call, args: [], texts: () => [] };
  let last = new Map<string, Checkpoint>();
  const report: TrailReport = readTrail(asked, () => {
    last = new Map();
    return (body) => {
      if (body["kind"] !== "checkpoint") return;
      const checkpoint = readCheckpoint(asLine(body));
      if (checkpoint) last.set(checkpoint.chain, checkpoint);
    };
  });
  const [key = ""] = readOwnKey(asked);
  return {
    format: 1,
    verified: report.ok,
    problems: report.problems.length,
    public_key: key,
    chains: report.chains.map(({ chain, firstSeq, head, lines, checkpoints, signedTo }) => {
      const checkpoint = last.get(chain);
      return {
        chain,
        first: firstSeq,
        head: { seq: head.seq, hash: head.hash },
        lines,
        checkpoints,
        signed_to: signedTo,
        checkpoint: checkpoint
          ? {
              seq: checkpoint.seq,
              prev: checkpoint.prev,
              timestamp: checkpoint.timestamp,
              signature: checkpoint.signature,
            }
          : null,
      };
    }),
  };
}

function asLine(body: JsonObject): ChainLine | undefined {
  return readLine(JSON.stringify(body));
}
