import { sealsUnderTest } from "../helpers/seals.ts";
import { makeProcessPowers } from "../../runtime/powers/process.ts";
import { SEALED_FOLDER } from "../../runtime/sandbox/programs.ts";
import { printable, type Attack, type Outcome } from "./attack.ts";
import { selectAttacks } from "./families.ts";
import { buildPrograms } from "./stage/programs.ts";
import { openStage, type Form, type Stage } from "./stage/stage.ts";

/** What became of one attack on one stage. `broken` says that it could not be made as it was meant. */
export type Verdict =
  | { readonly verdict: "stopped"; readonly by: string; readonly evidence: string }
  | { readonly verdict: "escaped" | "broken"; readonly how: string };

export interface Result {
  readonly family: string;
  readonly name: string;
  readonly threat: string;
  /** By form of the seal; without any protection under `unsealed`, where it must be `escaped`. */
  readonly verdicts: Readonly<Partial<Record<Form, Verdict>>>;
  /** Why there is no verdict for `unsealed`. */
  readonly withoutControl?: string;
}

export interface Summary {
  readonly forms: readonly Form[];
  readonly attacks: number;
  /** Attacks that got through, or that could not be shown to be able to. */
  readonly escapes: number;
  readonly broken: number;
  /** Attacks by native code in the runner's place, and how many of those got through. */
  readonly native: { readonly attacks: number; readonly escapes: number };
  readonly withoutControl: number;
  readonly results: readonly Result[];
}

export interface RunOptions {
  readonly filter?: string;
  /** Only without any protection: then escapes are what is expected. */
  readonly unsealed?: boolean;
  readonly onResult?: (result: Result) => void;
  /** Ends the run early: what was set out for the attackers is put away all the same. */
  readonly signal?: AbortSignal;
}

/** The forms of seal that this machine has or has to have: see `sealsUnderTest`. */
export function formsUnderTest(): readonly Form[] {
  return sealsUnderTest(makeProcessPowers(SEALED_FOLDER)) as readonly Form[];
}

/**
 * Makes the attacks: first without any protection, where each must succeed, and then behind each form of seal, where none may.
 * The stages work side by side, each with canaries of its own.
 */
export async function runSuite({
  filter = "",
  unsealed = false,
  onResult,
  signal,
}: RunOptions = {}): Promise<Summary> {
  const chosen = selectAttacks(filter);
  const forms: readonly Form[] = unsealed ? ["unsealed"] : ["unsealed", ...formsUnderTest()];
  const programs = await buildPrograms();
  const results = new Map<string, Partial<Record<Form, Verdict>>>(
    chosen.map(({ attack }) => [attack.name, {}]),
  );
  if (results.size !== chosen.length) throw new Error("two attacks have one name");
  const report = ({ family, attack }: (typeof chosen)[number]): void => {
    const verdicts = results.get(attack.name)!;
    if (forms.some((form) => verdicts[form] === undefined && !isLeftOut(form, attack))) return;
    onResult?.(resultOf(family, attack, verdicts));
  };
  try {
    await Promise.all(
      forms.map(async (form) => {
        const stage = await openStage(form, programs);
        try {
          for (const one of chosen) {
            if (signal?.aborted) break;
            if (isLeftOut(form, one.attack)) continue;
            results.get(one.attack.name)![form] = await tryAttack(stage, one.attack, signal);
            report(one);
          }
        } finally {
          await stage.close();
        }
      }),
    );
  } finally {
    programs.close();
  }
  return summarise(
    forms,
    chosen.map(({ family, attack }) => resultOf(family, attack, results.get(attack.name)!)),
  );
}

/** Without protection it may do harm, or cannot be told from the machine's own doing. */
function isLeftOut(form: Form, attack: Attack): boolean {
  return form === "unsealed" && attack.withoutControl !== undefined;
}

const ATTACK_MS_MAX = 60_000;

async function tryAttack(
  stage: Stage,
  attack: Attack,
  signal: AbortSignal | undefined,
): Promise<Verdict> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("it did not end")), ATTACK_MS_MAX);
    signal?.addEventListener("abort", () => reject(new Error("the run was ended")));
  });
  try {
    return verdictOf(await Promise.race([attack.attack(stage), late]));
  } catch (error) {
    return { verdict: "broken", how: printable(String(error)) };
  } finally {
    clearTimeout(timer);
  }
}

function verdictOf(outcome: Outcome): Verdict {
  return "escaped" in outcome
    ? { verdict: "escaped", how: outcome.escaped }
    : { verdict: "stopped", by: outcome.stopped, evidence: outcome.evidence };
}

function resultOf(family: string, attack: Attack, verdicts: Result["verdicts"]): Result {
  const { name, threat, withoutControl } = attack;
  const order = { family, name, threat, verdicts };
  return withoutControl === undefined ? order : { ...order, withoutControl };
}

/** Whether anything got through where something protects, or, if nothing protects anywhere, where nothing does. */
export function hasEscaped({ verdicts }: Result): boolean {
  const { unsealed, ...guarded } = verdicts;
  const counted = Object.values(guarded);
  return (counted.length === 0 ? [unsealed] : counted).some((one) => one?.verdict === "escaped");
}

/** Why an attack proves nothing: it could not be made, or it cannot succeed where nothing stops it. */
export function faultOf({ verdicts }: Result): string | undefined {
  for (const [form, one] of Object.entries(verdicts))
    if (one.verdict === "broken") return `${form}: ${one.how}`;
  return verdicts.unsealed?.verdict === "stopped"
    ? `it fails where nothing protects as well (${verdicts.unsealed.by})`
    : undefined;
}

function summarise(forms: readonly Form[], results: readonly Result[]): Summary {
  const native = results.filter(({ name }) => name.startsWith("native code"));
  return {
    forms,
    attacks: results.length,
    escapes: results.filter(hasEscaped).length,
    broken: results.filter((result) => faultOf(result) !== undefined).length,
    native: { attacks: native.length, escapes: native.filter(hasEscaped).length },
    withoutControl: results.filter(({ withoutControl }) => withoutControl !== undefined).length,
    results,
  };
}
