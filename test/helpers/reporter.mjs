// A quiet reporter: failures whole, successes as a count per file, and one closing line.
import { relative } from "node:path";

/** @param {AsyncIterable<{ type: string, data: any }>} source */
export async function* report(source) {
  const files = new Map();
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  for await (const { type, data } of source) {
    if (type === "test:stderr") yield data.message;
    if (type !== "test:pass" && type !== "test:fail") continue;
    if (data.details?.type === "suite" || (data.nesting === 0 && data.name === data.file)) continue;
    const file = relative(process.cwd(), data.file ?? "?");
    files.set(file, (files.get(file) ?? 0) + 1);
    if (data.skip !== undefined || data.todo !== undefined) skipped += 1;
    else if (type === "test:pass") passed += 1;
    else {
      failed += 1;
      const cause = data.details?.error?.cause ?? data.details?.error;
      yield `\n✗ ${data.name}\n  ${file}:${data.line}\n  ${String(cause?.stack ?? cause?.message ?? cause).replaceAll("\n", "\n  ")}\n`;
    }
  }
  yield `\n`;
  for (const [file, count] of [...files].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    yield `${String(count).padStart(5)}  ${file}\n`;
  yield `\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`;
}
export { report as default };
