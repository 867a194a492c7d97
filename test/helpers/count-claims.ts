// Counts what documents claim, and what of it nothing shows.
import { missingFrom } from "./evidence.ts";
import { statementsOf, titlesOf } from "./document-lines.ts";

/** The evidence of each statement, by its exact text: a statement that changes has none until somebody looks again. */
export type Claims = Readonly<Record<string, readonly string[]>>;

/** A document, and what is known of its lines. */
export interface Accounted {
  readonly name: string;
  readonly markdown: string;
  readonly claims: Claims;
  /** Lines that say nothing that could be false: they lead over, point elsewhere, or say why. */
  readonly claimless: readonly string[];
  /** Headings, and headers of tables, with a word that could promise something, and that name a thing alone. */
  readonly titles: readonly string[];
  /** Tables between markers, made from sources, with what holds them to those. */
  readonly generated: Claims;
}

export interface Count {
  /** Statements that claim, rows of generated tables among them. */
  readonly claims: number;
  /** Each with the document that has it. */
  readonly withoutEvidence: readonly string[];
  /** What is wrong with the accounts themselves. */
  readonly problems: readonly string[];
}

/**
 * Words that promise or rule out, and figures. A line that has one claims something, whatever its author thinks.
 * (What such a word cannot show is a claim in plain words: those lines must be listed as claimless by name.)
 */
const PROMISING =
  /\b(?:never|cannot|can't|only|always|every\w*|each|any\w*|all|no|none|nobody|nothing|not|neither|nor|without|alone|most|least|exactly|until|unless|must|refus\w+|whatever|whoever|before|once|anew|kept|bounded|safe|secure|proven|verified|ends?|bound)\b|\d+\s?(?:%|ms|s|m|h|B|KiB|MiB|GiB|bytes?|times|days?|minutes?|seconds?|levels|percent)\b|\b\d{3,}\b/i;
/** What a person is told to do is no claim, and begins so. */
const ADVICE =
  /^(?:\d\. |\*\*(?:\d\. )?)?(?:Build|Bring|Trust|Make|Ask|Start|Set|Call|Report|Keep|Write|Draw)\b/;

/** Accounts for every statement of the documents. */
export function countClaims(documents: readonly Accounted[]): Count {
  let claims = 0;
  const withoutEvidence: string[] = [];
  const problems: string[] = [];
  for (const document of documents) {
    const statements = new Set(statementsOf(document.markdown).map(({ text }) => text));
    for (const text of statements) {
      const evidence = own(document.claims, text);
      const isClaimless = document.claimless.includes(text);
      if (evidence !== undefined && isClaimless) problems.push(`both a claim and none: ${text}`);
      if (evidence === undefined && isClaimless) {
        if (PROMISING.test(text) && !ADVICE.test(text))
          withoutEvidence.push(`${document.name}: promises, and is called claimless: ${text}`);
        continue;
      }
      claims += 1;
      if (evidence === undefined || evidence.length === 0)
        withoutEvidence.push(`${document.name}: ${text}`);
    }
    for (const title of titlesOf(document.markdown))
      if (PROMISING.test(title) && !document.titles.includes(title))
        withoutEvidence.push(`${document.name}: promises in a title: ${title}`);
    const tables = generatedRowsOf(document.markdown);
    for (const [index, [name, rows]] of tables.entries()) {
      if (tables.findIndex(([other]) => other === name) < index)
        problems.push(`${document.name}: the markers of ${name} stand there twice`);
      claims += rows;
      if ((own(document.generated, name) ?? []).length === 0)
        withoutEvidence.push(`${document.name}: the table ${name}`);
    }
    for (const text of [...Object.keys(document.claims), ...document.claimless])
      if (!statements.has(text)) problems.push(`${document.name} does not say any more: ${text}`);
    for (const [text, evidence] of Object.entries({ ...document.claims, ...document.generated }))
      for (const what of evidence) {
        const missing = missingFrom(what);
        if (missing !== null) problems.push(`${missing}, for: ${text}`);
      }
  }
  return { claims, withoutEvidence, problems };
}

function own(claims: Claims, key: string): readonly string[] | undefined {
  return Object.hasOwn(claims, key) ? claims[key] : undefined;
}

/** The tables between markers, each with the number of its rows. */
function generatedRowsOf(markdown: string): readonly (readonly [name: string, rows: number])[] {
  const tables = markdown.matchAll(/^<!-- ([\w-]+) -->\n([^]*?)^<!-- \/\1 -->$/gm);
  return [...tables].map(([, name = "", table = ""]) => [
    name,
    table.split("\n").filter((line) => line.startsWith("|")).length - 2,
  ]);
}
