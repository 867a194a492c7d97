// The state machine of the channel against a model of it, over random conversations.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as fc from "fast-check";
import { SandboxError } from "../../../runtime/sandbox/errors.ts";
import {
  ready,
  otherReady,
  loaded,
  notLoaded,
  garbage,
  halfFrame,
  host,
  goodHost,
  note,
  result,
  hangUp,
  load,
  call,
  cancel,
  answerHost,
  turn,
  Real,
  type Model,
} from "../../helpers/channel-model.ts";
import { openSocketRoom, type SocketRoom } from "../../helpers/socket-channel.ts";

let room: SocketRoom;
before(async () => {
  room = await openSocketRoom();
});
after(() => room.close());

const BEGINNING = [ready, load, loaded, call, goodHost, answerHost, goodHost, answerHost];

test("is always in the state that the model says, and ends every promise once and as the model says", async () => {
  const honest = [load, call, answerHost, answerHost].map((step) => fc.constant(step));
  const early = [ready, loaded, cancel, hangUp, halfFrame, otherReady, notLoaded];
  const commands = fc.commands(
    [
      ...honest,
      ...honest,
      ...honest,
      fc.constant(goodHost),
      fc.constant(goodHost),
      host,
      note,
      result,
      result,
      fc.oneof(...early.map((step) => fc.constant(step)), garbage),
      fc.constant(notLoaded),
    ],
    { maxCommands: 60, size: "max" },
  );
  const seen = new Set<string>();
  await fc.assert(
    // Most of what there is to break is behind an honest beginning.
    fc.asyncProperty(
      commands,
      fc.constantFrom(0, 1, 2, 2, 3, 4, 4, 4, 4, 4, 6, 8),
      async (steps, beginning) => {
        const pair = await room.open({ startMsMax: 60_000, loadMsMax: 60_000 });
        const real = new Real(pair);
        const model: Model = {
          state: "starting",
          calls: 0,
          hostCalls: 0,
          isOwed: false,
          ends: [],
          logLines: 0,
        };
        try {
          await fc.asyncModelRun(
            () => ({ model, real }),
            [...BEGINNING.slice(0, beginning), ...steps],
          );
        } finally {
          seen.add(model.code ?? model.state);
          for (const ending of model.ends) seen.add(ending);
          pair.channel.end(new SandboxError("ERR_CALL_CANCELLED", "the test is over"));
          real.answer?.({ value: null });
          await pair.channel.exited;
          await turn();
          // Every call's brokers were told once that it is over, whatever it was doing.
          assert.equal(real.endedBrokers.length, model.calls);
        }
      },
    ),
    { numRuns: 500 },
  );
  // The walk reached everything that it is about.
  for (const ending of [
    "ERR_CHANNEL_BREACH",
    "ERR_CALL_HOST_CALLS",
    "ERR_CALL_CANCELLED",
    "ERR_RUNNER_DIED",
    "ERR_COMPONENT_LOAD",
    "ERR_CALL_OUTPUT",
    "answered [1]",
    "ERR_CALL_TRAP",
  ])
    assert.ok(seen.has(ending), `no conversation ended as ${ending}: ${[...seen].join(", ")}`);
});
