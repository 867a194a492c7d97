/** The engine's own `Date`, whose idea of now would trap the instance. */
const EngineDate = Date;

/** `Date` over a clock of ours. It shares the engine's prototype, so every date is an `instanceof` it. */
export function makeDate(nowMs: () => number): DateConstructor {
  function GuestDate(...args: unknown[]): unknown {
    if (new.target === undefined) return new EngineDate(nowMs()).toString();
    return Reflect.construct(EngineDate, args.length === 0 ? [nowMs()] : args, new.target);
  }
  Object.defineProperties(GuestDate, {
    name: { value: "Date", configurable: true },
    length: { value: 7, configurable: true },
    prototype: { value: EngineDate.prototype, writable: false },
    now: { value: () => Math.floor(nowMs()), writable: true, configurable: true },
    parse: { value: EngineDate.parse, writable: true, configurable: true },
    UTC: { value: EngineDate.UTC, writable: true, configurable: true },
  });
  return GuestDate as unknown as DateConstructor;
}
