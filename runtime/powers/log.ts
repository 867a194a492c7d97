import { makeVisible } from "../firewall/visible.ts";

const TEXT_CHARS_MAX = 200;
const UNWRITTEN_BYTES_MAX = 64 * 1024;
const STDERR = 2;

/** What a server tells its operator while it runs. Texts may quote strangers: they are cut, and nothing in them stays invisible. */
export interface Log {
  info(text: string, facts?: LogFacts): void;
  warn(text: string, facts?: LogFacts): void;
}

/** The same for programs. Values are the runtime's own. */
export type LogFacts = Readonly<Record<string, string | number>>;

/** Lines for people where stderr is a terminal, and else JSON, one object on each line. */
export async function makeLog(
  stderr: NodeJS.WritableStream & { readonly isTTY?: boolean },
): Promise<Log> {
  if (stderr.isTTY !== true) return makeJsonLog();
  const line = (text: string): void => void stderr.write(`glovebox: ${toShown(text)}\n`);
  return { info: line, warn: line };
}

async function makeJsonLog(): Promise<Log> {
  const { pino } = await import("pino");
  // Whoever does not read the log loses lines of it. Nobody waits for them, and nothing ends with them.
  const destination = pino.destination({
    dest: STDERR,
    sync: true,
    retryEAGAIN: () => false,
    maxLength: UNWRITTEN_BYTES_MAX,
  });
  destination.on("error", () => {});
  const logger = pino(
    {
      base: { name: "glovebox" },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    destination,
  );
  return {
    info: (text, facts = {}) => logger.info(facts, toShown(text)),
    warn: (text, facts = {}) => logger.warn(facts, toShown(text)),
  };
}

function toShown(text: string): string {
  return makeVisible(text.slice(0, TEXT_CHARS_MAX));
}
