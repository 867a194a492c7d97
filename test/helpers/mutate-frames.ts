import { between } from "./random.ts";

/** Words that have broken readers of JSON, and the words of this protocol. */
const WORDS = [
  '"__proto__":{"t":"result"},',
  '"constructor":1,',
  '"t":"result",',
  '"id":1,',
  '"value":1,',
  '"trap":"trap",',
  "1e999",
  "-0",
  "1.0",
  "NaN",
  "9007199254740993",
  "123456789012345678901234567890",
  '"\\ud800"',
  '"\\u0000"',
  "[[[[[[[[",
  "{".repeat(100),
  "[".repeat(70) + "]".repeat(70),
  "null",
  "\ufeff",
  " ",
  "\n",
];
const LENGTHS = [
  0,
  1,
  7,
  8,
  255,
  65_535,
  262_144,
  262_145,
  2 ** 24,
  2 ** 24 + 1,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
];

const VALUES = [
  null,
  true,
  0,
  1,
  -1,
  1.5,
  2 ** 53,
  "",
  "log",
  "x".repeat(300),
  [],
  [[]],
  ["info"],
  [null, null],
  {},
  { length: 2 },
];

type Random = () => number;
type Mutation = (frames: readonly Buffer[], at: number, random: Random) => readonly Buffer[];

const MUTATIONS: readonly Mutation[] = [
  // Of one frame's bytes.
  changeFrame((frame, random) => {
    const bytes = Buffer.from(frame);
    for (let flips = between(random, 1, 8); flips > 0 && bytes.length > 0; flips -= 1)
      bytes[between(random, 0, bytes.length - 1)]! ^= 1 << between(random, 0, 7);
    return bytes;
  }),
  changeFrame((frame, random) => frame.subarray(0, between(random, 0, frame.length))),
  changeFrame((frame, random) => {
    const at = between(random, 0, frame.length);
    return Buffer.concat([frame.subarray(0, at), randomBytes(random), frame.subarray(at)]);
  }),
  changeFrame((_frame, random) => randomBytes(random)),
  // Of its lengths.
  changeFrame((frame, random) => {
    const bytes = Buffer.from(frame);
    if (bytes.length >= 8) bytes.writeUInt32LE(pick(LENGTHS, random), pick([0, 4], random));
    return bytes;
  }),
  // Of its words, with lengths that are right again.
  changeHeader((text, random) => {
    const at = between(random, 0, text.length);
    return text.slice(0, at) + pick(WORDS, random) + text.slice(at);
  }),
  changeHeader((text, random) => text.replace(/[^{},:"]+/, () => pick(WORDS, random))),
  changeHeader((text, random) =>
    text.replaceAll(/\d+/g, (digits) =>
      random() < 0.5 ? digits : String(Number(digits) + between(random, -2, 2)),
    ),
  ),
  changeHeader((text, random) => {
    const keys = text.split(",");
    return keys
      .toSpliced(between(random, 0, keys.length - 1), between(random, 0, 1), pick(keys, random))
      .join(",");
  }),
  // One member is another value, or another member is there.
  changeHeader((text, random) => {
    const message = parseObject(text);
    const key = pick([...Object.keys(message), "value", "extra"], random);
    return JSON.stringify({ ...message, [key]: pick(VALUES, random) });
  }),
  // A body where none was, or another one.
  changeFrame((frame, random) => {
    const headerBytes = frame.readUInt32LE(0);
    const body = randomBytes(random);
    const head = Buffer.from(frame.subarray(0, 8 + headerBytes));
    head.writeUInt32LE(body.length, 4);
    return Buffer.concat([head, body]);
  }),
  // Of the order.
  (frames, at) => frames.toSpliced(at, 1),
  (frames, at) => frames.toSpliced(at, 0, frames[at]!),
  (frames, at, random) => frames.toSpliced(at, 0, pick(frames, random)),
  (frames, at, random) => {
    const other = between(random, 0, frames.length - 1);
    return frames.with(at, frames[other]!).with(other, frames[at]!);
  },
  (frames, at, random) =>
    frames.toSpliced(at, 0, ...Array<Buffer>(between(random, 2, 50)).fill(frames[at]!)),
  (frames, at) => frames.slice(0, at),
];

/** The conversation with one to three things wrong in it. */
export function mutate(frames: readonly Buffer[], random: Random): readonly Buffer[] {
  let mutated = frames;
  for (let times = between(random, 1, 3); times > 0 && mutated.length > 0; times -= 1)
    mutated = pick(MUTATIONS, random)(mutated, between(random, 0, mutated.length - 1), random);
  return mutated;
}

export function randomBytes(random: Random): Buffer {
  return Buffer.from(Array.from({ length: between(random, 0, 64) }, () => between(random, 0, 255)));
}

export function pick<Item>(items: readonly Item[], random: Random): Item {
  return items[between(random, 0, items.length - 1)]!;
}

function changeFrame(change: (frame: Buffer, random: Random) => Buffer): Mutation {
  return (frames, at, random) => {
    const frame = frames[at]!;
    return frames.with(at, frame.length < 8 ? frame : change(frame, random));
  };
}

function changeHeader(change: (text: string, random: Random) => string): Mutation {
  return changeFrame((frame, random) => {
    const end = 8 + frame.readUInt32LE(0);
    if (end > frame.length) return frame;
    const header = Buffer.from(change(frame.toString("utf8", 8, end), random));
    const prefix = Buffer.from(frame.subarray(0, 8));
    prefix.writeUInt32LE(header.length, 0);
    return Buffer.concat([prefix, header, frame.subarray(end)]);
  });
}

/** A frame that another mutation has been at need not be JSON any more. */
function parseObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
