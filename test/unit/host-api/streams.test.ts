import assert from "node:assert/strict";
import { test } from "node:test";
import { Pollable, poll, type Readiness } from "@glovebox/host-api/io/poll";
import {
  InputStream,
  IoError,
  OutputStream,
  READ_BYTES_MAX,
  WRITE_BYTES_MAX,
  type InputSource,
} from "@glovebox/host-api/io/streams";

const CLOSED = { tag: "closed" };

/** A pollable that is ready once it blocked; `order` says which were waited for. */
function makeWaiting(name: string, order: string[], leftMs?: number): Pollable {
  let done = false;
  const readiness: Readiness = {
    ready: () => done,
    block: () => {
      order.push(name);
      done = true;
    },
  };
  return new Pollable(leftMs === undefined ? readiness : { ...readiness, leftMs: () => leftMs });
}

function thrownBy(operation: () => unknown): unknown {
  try {
    operation();
  } catch (error) {
    return error;
  }
  return assert.fail("nothing was thrown");
}

test("poll answers all that are ready, and blocks on none then", () => {
  const order: string[] = [];
  const waiting = makeWaiting("waiting", order);
  assert.deepEqual([...poll([new Pollable(), waiting, new Pollable()])], [0, 2]);
  assert.deepEqual(order, []);
});

test("poll blocks on the timer that ends first, wherever it stands", () => {
  const order: string[] = [];
  const pollables = [
    makeWaiting("late", order, 1000),
    makeWaiting("soon", order, 1),
    makeWaiting("never", order, Number.POSITIVE_INFINITY),
  ];
  assert.deepEqual([...poll(pollables)], [1]);
  assert.deepEqual(order, ["soon"]);
});

test("poll does work before it waits for a timer", () => {
  const order: string[] = [];
  assert.deepEqual([...poll([makeWaiting("timer", order, 5), makeWaiting("work", order)])], [1]);
  assert.deepEqual(order, ["work"]);
});

test("poll waits for a lone pollable that never ends by itself", () => {
  const order: string[] = [];
  assert.deepEqual([...poll([makeWaiting("only", order, Number.POSITIVE_INFINITY)])], [0]);
});

test("poll answers what became ready while it blocked on another", () => {
  const twin: Readiness = { ready: () => order.length > 0, block: () => {} };
  const order: string[] = [];
  assert.deepEqual(
    [...poll([new Pollable({ ...twin, leftMs: () => 9 }), makeWaiting("one", order, 1)])],
    [0, 1],
  );
});

test("poll traps on an empty list and on a pollable that does not keep its promise", () => {
  assert.throws(() => poll([]), Error);
  assert.throws(() => poll([new Pollable({ ready: () => false, block: () => {} })]), Error);
});

test("a read answers at most what was asked for and at most the limit", () => {
  const asked: number[] = [];
  const stream = new InputStream({
    read: (lengthBytesMax) => {
      asked.push(lengthBytesMax);
      return new Uint8Array(lengthBytesMax);
    },
  });
  assert.equal(stream.read(5n).length, 5);
  assert.equal(stream.read(2n ** 64n - 1n).length, READ_BYTES_MAX);
  assert.equal(stream.read(0n).length, 0);
  assert.equal(stream.blockingRead(0n).length, 0);
  assert.equal(stream.skip(7n), 7n);
  assert.deepEqual(asked, [5, READ_BYTES_MAX, 7]);
});

test("a source that answers more than was asked for traps", () => {
  const stream = new InputStream({ read: () => new Uint8Array(9) });
  assert.throws(() => stream.read(8n), Error);
});

test("a blocking read waits until there is something", () => {
  let blocked = 0;
  const source: InputSource = {
    read: () => new Uint8Array(blocked >= 2 ? 3 : 0),
    readiness: { ready: () => blocked >= 2, block: () => void (blocked += 1) },
  };
  assert.equal(new InputStream(source).read(9n).length, 0);
  assert.equal(new InputStream(source).blockingRead(9n).length, 3);
  assert.equal(blocked, 2);
});

test("a blocking read of a source that has nothing to wait for traps and does not spin", () => {
  assert.throws(() => new InputStream({ read: () => new Uint8Array(0) }).blockingRead(1n), Error);
});

test("a stream stays closed after its end, after a failure and after it is dropped", () => {
  const ended = new InputStream({ read: () => undefined });
  assert.deepEqual(
    thrownBy(() => ended.read(1n)),
    CLOSED,
  );
  assert.ok(ended.subscribe().ready());

  let reads = 0;
  const failing = new InputStream({
    read: () => {
      reads += 1;
      throw new Error("not-found");
    },
  });
  const failure = thrownBy(() => failing.read(1n)) as { tag: string; val: IoError };
  assert.equal(failure.tag, "last-operation-failed");
  assert.ok(failure.val instanceof IoError);
  assert.equal(failure.val.toDebugString(), "not-found");
  assert.deepEqual(
    thrownBy(() => failing.read(1n)),
    CLOSED,
  );
  assert.equal(reads, 1);

  let closed = 0;
  const dropped = new InputStream({
    read: () => new Uint8Array(1),
    close: () => void (closed += 1),
  });
  dropped[Symbol.dispose]();
  assert.deepEqual(
    thrownBy(() => dropped.read(1n)),
    CLOSED,
  );
  assert.equal(closed, 1);
});

test("a pollable of a closed stream is ready at once", () => {
  const stream = new InputStream({
    read: () => undefined,
    readiness: { ready: () => false, block: () => assert.fail("blocked"), leftMs: () => 1e9 },
  });
  const pollable = stream.subscribe();
  assert.equal(pollable.ready(), false);
  stream[Symbol.dispose]();
  assert.deepEqual([...poll([pollable])], [0]);
});

test("a write beyond the permit traps before anything is written", () => {
  const stream = new OutputStream({ write: () => assert.fail("written") });
  assert.equal(stream.checkWrite(), BigInt(WRITE_BYTES_MAX));
  assert.throws(() => stream.write(new Uint8Array(WRITE_BYTES_MAX + 1)), Error);
  assert.throws(() => stream.writeZeroes(2n ** 64n - 1n), Error);
});

test("writes, zeroes and flushes reach the sink in order", () => {
  const seen: string[] = [];
  const stream = new OutputStream({
    write: (bytes) => seen.push(`write ${bytes.join()}`),
    flush: () => seen.push("flush"),
    close: () => seen.push("close"),
  });
  stream.write(Uint8Array.of(1, 2));
  stream.blockingWriteAndFlush(Uint8Array.of(3));
  stream.blockingWriteZeroesAndFlush(2n);
  stream.blockingFlush();
  assert.ok(stream.subscribe().ready());
  stream[Symbol.dispose]();
  assert.deepEqual(seen, ["write 1,2", "write 3", "flush", "write 0,0", "flush", "flush", "close"]);
  assert.deepEqual(
    thrownBy(() => stream.checkWrite()),
    CLOSED,
  );
  assert.deepEqual(
    thrownBy(() => stream.flush()),
    CLOSED,
  );
});

test("an output stream is closed by a failed write", () => {
  const stream = new OutputStream({
    write: () => {
      throw new Error("quota-exceeded");
    },
  });
  const failure = thrownBy(() => stream.write(Uint8Array.of(1))) as { tag: string; val: IoError };
  assert.equal(failure.val.toDebugString(), "quota-exceeded");
  assert.deepEqual(
    thrownBy(() => stream.write(Uint8Array.of(1))),
    CLOSED,
  );
});

test("a splice moves bytes, and reads nothing for a closed sink", () => {
  const seen: number[] = [];
  const source = new InputStream({ read: (length) => new Uint8Array(Math.min(length, 4)).fill(8) });
  const sink = new OutputStream({ write: (bytes) => seen.push(...bytes) });
  assert.equal(sink.splice(source, 2n), 2n);
  assert.equal(sink.blockingSplice(source, 2n ** 63n), 4n);
  assert.deepEqual(seen, [8, 8, 8, 8, 8, 8]);
  sink[Symbol.dispose]();
  const untouched = new InputStream({ read: () => assert.fail("read") });
  assert.deepEqual(
    thrownBy(() => sink.splice(untouched, 1n)),
    CLOSED,
  );
});

test("what a clock that stands still would end waits for what the host knows, and for nothing else", () => {
  const ended = new Pollable({ ready: () => true, block: () => {}, yields: true });
  let isReady = false;
  const waits: (number | undefined)[] = [];
  const remote = {
    item: [1, "head"] as const,
    settle: () => (isReady = true),
    waiter: {
      wait(remotes: readonly { settle(): void }[], timeoutMs: number | undefined) {
        waits.push(timeoutMs);
        if (waits.length > 1) for (const one of remotes) one.settle();
      },
    },
  };
  const answer = new Pollable({ ready: () => isReady, block: () => {}, remote });
  assert.deepEqual([...poll([ended, answer])], [1]);
  assert.deepEqual(waits, [undefined, undefined]);
  assert.deepEqual([...poll([ended])], [0]);
  assert.deepEqual([...poll([ended, new Pollable()])], [1]);
});
