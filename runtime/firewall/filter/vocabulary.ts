import { rotate } from "../scan/language/rotate.ts";
import { COMMON_SERVICE_NAMES, SERVICE_NAMES } from "./services.ts";

/** What single words speak of, as bits: a word may be of several sorts. */
export const CREDENTIAL = 1;
/** Says of a value that it is one, only together with something else. */
export const CREDENTIAL_HINT = 2;
export const SERVICE = 4;
export const COMMON_SERVICE = 8;
export const PASSWORD = 16;
/** Where something of a fixed form may stand: a header of a key, a web hook, a command. */
export const LANDMARK = 32;

const CREDENTIALS =
  "secret secrets token tokens apikey apikeys authtoken accesstoken refreshtoken sessiontoken bearertoken authkey accesskey secretkey privatekey signingkey encryptionkey masterkey sharedkey accountkey clientsecret credential credentials creds apitoken apisecret appsecret secretaccesskey sharedaccesskey webhooksecret jwtsecret consumersecret bearer authorization pat crumb ssws passphrase";
const HINTS =
  "key keys access private auth api appkey client app oauth session cookie encryption authentication";
const PASSWORDS =
  "password passwort passwords passwd pwd pass userpassword dbpassword rootpassword adminpassword passcode mysqlpassword pgpassword userpass dbpass rootpass contrasena motdepasse";
const LANDMARKS =
  "begin authorization curl hooks webhook webhookb webhooks psexec machine logic workflows";

/** The sorts that say something of a value near them. */
export const CONTEXT_SORTS = CREDENTIAL | CREDENTIAL_HINT | SERVICE | COMMON_SERVICE | PASSWORD;

/** Words of phrases, by the name that `phrases.ts` calls them. */
export const PHRASE_WORDS = {
  ignore:
    "ignore ignoring disregard disregarding forget override overrides overriding bypass overlook dismiss neglect ignorez oubliez ignora ignorar ignoriere ignoriert olvida esquece dimentica",
  prior:
    "previous prior above preceding earlier all any your existing original initial following subsequent past former preceeding foregoing these those my programmed precedentes anteriores vorherigen bisherigen precedenti",
  instructions:
    "instruction instructions iunstructions instuctions intructions instrucciones anweisungen istruzioni instrucoes directive directives prompt prompts rules rule guidelines guideline guardrails commands constraints restrictions safeguards programming ordinances orders directions training policies protocols checks regulations",
  everything: "everything anything whatever",
  before: "before above previously prior said told",
  strictly: "strictly",
  adhere: "adhere comply obey follow",
  following: "following below",
  instruction: "instruction instructions directive directives command commands",
  higher: "higher highest top maximum absolute",
  priority: "priority precedence",
  supersede: "supersedes supersede overrides precedes",
  takes: "takes take taking has have",
  authority: "system admin administrator root sudo developer operator",
  order: "override overide instruction instructions command commands injection mandate",
  hidden: "hidden embedded injected concealed",
  important: "important urgent critical attention crucial",
  message: "message note notice announcement",
  from: "from",
  me: "me myself",
  to: "to for",
  you: "you u",
  model:
    "gpt chatgpt claude gemini llama mistral copilot llm llms assistant assistants ai chatbot model models agent agents bot",
  can: "can may could continue proceed",
  solve: "solve answer complete continue proceed finish help fulfil fulfill",
  task: "task tasks request question query",
  do: "do perform execute complete carry",
  please: "please must",
  first: "first",
  after: "after once",
  that: "that this so",
  new: "new updated revised additional actual real true urgent",
  user: "user users human",
  query: "query task request prompt command objective goal",
  i: "i",
  am: "am m",
  the: "the your",
  completed: "completed finished done complete accomplished",
  now: "now",
  are: "are act become",
  unbound:
    "unrestricted unfiltered uncensored jailbroken dan stan evil malicious unlimited unbound jailbreak",
  mode: "mode",
  enabled: "enabled activated enable activate on engaged",
  not: "not never don dont without cannot avoid",
  tell: "tell telling mention mentioning inform informing reveal revealing notify notifying alert alerting disclose disclosing",
  silently: "silently secretly covertly quietly discreetly",
  send: "send forward upload copy email exfiltrate post transmit log record save write append leak include share submit execute run delete call invoke fetch read",
  if: "if",
  an: "an a",
  reading: "reading processing parsing summarizing analyzing viewing",
  reveal: "reveal print repeat output show leak expose disclose display",
  system: "system",
  prompt: "prompt instructions",
  anything: "anything",
  trigger: "trigger when whenever",
  temporarily: "temporarily hereby permanently",
  suspended: "suspended disabled lifted revoked void removed deactivated waived",
  restrictions:
    "restrictions security safety rules limitations safeguards policies filters guidelines",
} as const;
export type PhraseWord = keyof typeof PHRASE_WORDS;
export const PHRASE_WORD_NAMES = Object.keys(PHRASE_WORDS) as PhraseWord[];

const SEED = 0x811c9dc5 | 0;
const PRIME = 0x01000193;

/** The hash of a word, letter by letter, whatever its case. */
export function hashWord(word: string): number {
  let hash = SEED;
  for (let index = 0; index < word.length; index++)
    hash = Math.imul(hash ^ (word.charCodeAt(index) | 0x20), PRIME);
  return hash;
}

/** A word that is known: its sorts, and the numbers of the places that it has in phrases. */
export interface KnownWord {
  readonly length: number;
  readonly sorts: number;
  readonly places: readonly number[];
}

const SLOTS = 8192;
const MASK = SLOTS - 1;
const HASHES = new Int32Array(SLOTS);
const WORDS: (KnownWord | undefined)[] = [];
fill();

/** The word with this hash and length. Most words of a text are unknown, and that is told by the first look. */
export function findWord(hash: number, length: number): KnownWord | undefined {
  for (let slot = hash & MASK; HASHES[slot] !== 0; slot = (slot + 1) & MASK) {
    if (HASHES[slot] !== hash) continue;
    const word = WORDS[slot];
    return word?.length === length ? word : undefined;
  }
  return undefined;
}

function fill(): void {
  const sorts = new Map<string, { sorts: number; places: number[] }>();
  const entryOf = (word: string) => {
    const entry = sorts.get(word) ?? { sorts: 0, places: [] };
    sorts.set(word, entry);
    return entry;
  };
  const add = (words: string, sort: number): void => {
    for (const word of words.split(" ")) entryOf(word).sorts |= sort;
  };
  add(CREDENTIALS, CREDENTIAL);
  add(HINTS, CREDENTIAL_HINT);
  add(PASSWORDS, PASSWORD);
  add(LANDMARKS, LANDMARK);
  add(SERVICE_NAMES, SERVICE);
  add(COMMON_SERVICE_NAMES, COMMON_SERVICE);
  PHRASE_WORD_NAMES.forEach((name, place) => {
    for (const word of PHRASE_WORDS[name].split(" ")) {
      entryOf(word).places.push(place);
      // The same, rotated by thirteen letters: no such word is one of English.
      if (word.length > 2) entryOf(rotate(word)).places.push(place);
    }
  });
  for (const [word, entry] of sorts) {
    const hash = hashWord(word);
    let slot = hash & MASK;
    while (HASHES[slot] !== 0) slot = (slot + 1) & MASK;
    HASHES[slot] = hash;
    WORDS[slot] = { length: word.length, ...entry };
  }
}
