import assert from "node:assert/strict";
import { test } from "node:test";
import { CallStates } from "@glovebox/host-api/call-states";
import type { GuestSetting } from "@glovebox/host-api/guest";
import { makeImports } from "@glovebox/host-api/guest-registry";
import { Fields } from "@glovebox/host-api/http/wasi/fields";
import type { OutputStream } from "@glovebox/host-api/io/streams";

test("a state lives for one call, and only when it is asked for", () => {
  const states = new CallStates();
  const made: boolean[] = [];
  const state = states.perCall((isAhead) => {
    made.push(isAhead);
    return { count: 0 };
  });
  states.forget();
  assert.deepEqual(made, []);
  state().count += 1;
  assert.equal(state().count, 1);
  states.forget();
  assert.equal(state().count, 0);
  assert.deepEqual(made, [false, false]);
});

test("a state that is undefined is made once too", () => {
  let made = 0;
  const state = new CallStates().perCall(() => void (made += 1));
  state();
  state();
  assert.equal(made, 1);
});

test("says ahead until the first call may begin", () => {
  const states = new CallStates();
  const state = states.perCall((isAhead) => isAhead);
  assert.equal(state(), true);
  states.forget();
  assert.equal(state(), false);
});

test("only what was made before any call keeps an instance from a second one", () => {
  const states = new CallStates();
  states.forget();
  states.hold();
  assert.equal(states.canForget, true);
  const early = new CallStates();
  early.hold();
  early.forget();
  assert.equal(early.canForget, false);
});

/** Everything a component can import, with a clock and no broker that says more than the time. */
function instance(granted: GuestSetting["granted"] = new Set()) {
  const endings: (() => void)[] = [];
  const states = new CallStates((act) => endings.push(act));
  const notes: unknown[] = [];
  const asked: string[] = [];
  const imports = makeImports({
    channel: {
      call(operation) {
        asked.push(operation);
        return { value: 5000, body: new Uint8Array(0) };
      },
    },
    note: (_name, args) => notes.push(args[1]),
    granted,
    call: { context: null },
    perCall: states.perCall,
    hold: states.hold,
  });
  const run = (key: string, name: string, ...args: unknown[]): unknown => {
    const operation = imports[key]?.[name];
    assert.ok(typeof operation === "function");
    return operation(...args);
  };
  const end = (): void => {
    for (const act of endings.splice(0)) act();
    states.forget();
  };
  return { states, imports, notes, asked, run, end };
}

test("a line that one call began is not ended by the next, through the stream that both hold", () => {
  for (const name of ["stdout", "stderr"]) {
    const { states, notes, run } = instance();
    const get = `get${name[0]?.toUpperCase()}${name.slice(1)}`;
    const stream = run(`wasi:cli/${name}`, get) as OutputStream;
    states.forget();
    // Half of a character too: the decoder would keep it.
    stream.write(new Uint8Array([...Buffer.from("the first call's "), 0xc3]));
    states.forget();
    stream.write(Buffer.from("second\n"));
    assert.deepEqual(notes, ["second"]);
  }
});

test("a line is one line in however many streams it was written, and the call's end ends it", () => {
  const { states, notes, run, end } = instance();
  const print = (text: string): void => {
    const stream = run("wasi:cli/stderr", "getStderr") as OutputStream;
    stream.blockingWriteAndFlush(Buffer.from(text));
    stream[Symbol.dispose]();
  };
  print("nobody calls yet");
  states.forget();
  for (const piece of ["exit ", "1", "\n", "no ", "end"]) print(piece);
  assert.deepEqual(notes, ["exit 1"]);
  end();
  assert.deepEqual(notes, ["exit 1", "no end"]);
  end();
  assert.deepEqual(notes, ["exit 1", "no end"]);
});

test("the clock of a plugin without the grant begins each call at one moment, after all that was read ahead", () => {
  const { states, run } = instance();
  const now = () => run("wasi:clocks/monotonic-clock", "now") as bigint;
  run("wasi:clocks/monotonic-clock", "subscribeDuration", 2n ** 63n);
  const ahead = now();
  states.forget();
  const first = now();
  assert.ok(first >= ahead);
  run("wasi:clocks/monotonic-clock", "subscribeDuration", 2n ** 63n);
  states.forget();
  assert.equal(now(), first);
});

test("the clock of a plugin with the grant asks once in each call", () => {
  const { states, asked, run } = instance(new Set(["clock"]));
  for (let call = 0; call < 3; call += 1) {
    states.forget();
    run("wasi:clocks/wall-clock", "now");
    run("wasi:clocks/wall-clock", "now");
  }
  assert.deepEqual(asked, ["clock.now", "clock.now", "clock.now"]);
});

test("an object that calls can change, made ahead, is noticed", () => {
  type Make = { new (headers?: unknown): object; fromList(entries: readonly []): object };
  const start = () => {
    const { states, imports } = instance();
    return { states, types: imports["wasi:http/types"] as Record<string, Make> };
  };
  const headers = Fields.immutable([]);
  for (const name of ["Fields", "OutgoingRequest", "OutgoingResponse", "RequestOptions"]) {
    const { states, types } = start();
    assert.ok(Reflect.construct(types[name] as Make, [headers]) instanceof (types[name] as Make));
    assert.equal(states.canForget, false, name);
  }
  const { states, types } = start();
  // The host hands out fields too, and generated code asks what they are.
  const FieldsClass = types["Fields"] as Make;
  assert.ok(FieldsClass.fromList([]) instanceof FieldsClass);
  assert.ok(headers instanceof FieldsClass);
  assert.equal(states.canForget, false);
});
