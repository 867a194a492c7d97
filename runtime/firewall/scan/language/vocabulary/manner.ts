import type { Words } from "./words.ts";

/** How, when and how urgently; and what turns a sentence round. */
export const MANNER = {
  not: {
    words:
      "not never no don't dont doesn't doesnt won't wont shouldn't shouldnt mustn't mustnt cannot can't cant nor neither isn't aren't none nothing unnecessary nobody",
  },
  nobody: {
    words: "nobody",
    phrases: "no one; no user; no human; no person; not anyone; not anybody",
  },
  without: { words: "without" },
  /** What gives a verb its meaning back after a negation: "never forget to", "not only", "no answer until". */
  unless: {
    words:
      "and then but instead until unless before only just forget fail hesitate neglect refuse stop however except otherwise without",
  },
  attention: {
    phrases:
      "anyone's attention; user's attention; attention of the user; their attention; attention of anyone",
  },
  behalf: { words: "behalf" },
  hush: {
    words: "unmentioned unsaid unreported",
    phrases:
      "keep secret; kept secret; keep hidden; kept hidden; keep quiet; keep confidential; keep silent; between us; between you and me; stay silent; remain silent; say nothing; tell nobody; tell no one; no need to mention; no need to tell; no need to inform; no need to explain; make no mention; no mention of; without drawing attention; without attracting attention; without raising suspicion; without arousing suspicion; don't let on; kept in the dark; in the dark; keep to yourself; none the wiser; act as if nothing; as if nothing happened; pretend that nothing; pretend nothing",
    pairs: [
      [
        "keep",
        "this-secret it-secret this-hidden it-hidden this-quiet it-quiet this-confidential it-confidential this-private it-private this-to-yourself it-to-yourself that-secret that-quiet these-instructions-secret",
      ],
    ],
  },
  secretly: {
    words:
      "silently secretly covertly quietly discreetly stealthily invisibly surreptitiously unnoticed undetected imperceptibly clandestinely furtively stealth",
    phrases:
      "behind the scenes; without a trace; without trace; in secret; be discreet; being discreet; with discretion; under the radar; without detection; without being noticed; without being detected; without being seen",
  },
  background: { words: "background", phrases: "in the background" },
  know: {
    words:
      "know knows knowing known knowledge aware awareness notice notices noticing realize realizes realizing realise suspect suspects suspecting informed notified hear hears hearing heard learn learns learning discover discovers consent",
    phrases: "find out; finds out; finding out",
  },
  unaware: { words: "unaware oblivious ignorant uninformed" },
  seen: { words: "see sees seeing seen visible shown displayed visibly surfaced" },
  must: {
    words:
      "must should shall always required mandatory needs ensure imperative obligatory obliged expected supposed invariably please need",
    phrases:
      "make sure; be sure; have to; has to; at all times; under all circumstances; no matter what; every time; each time; without exception; without fail; in all cases",
  },
  important: {
    words:
      "important critical crucial urgent urgently attention vital essential mandatory importantly critically emergency compulsory",
    phrases: "top priority; highest priority; utmost importance; high priority",
  },
  before: {
    words: "before first prior initially beforehand firstly prerequisite precondition",
    phrases: "in advance; ahead of; to begin with",
  },
  after: {
    words:
      "after afterwards afterward once upon following whenever when while during if every each",
    phrases: "as soon as; any time; each time; every time",
  },
  instead: {
    words: "instead replaces supersedes superseding supersede",
    phrases:
      "rather than; in place of; in its place; in lieu of; takes precedence; take precedence; takes priority; take priority",
  },
  via: { words: "using via with through by", phrases: "by using; by means of; with the help of" },
  threat: {
    words:
      "otherwise fail fails failure break breaks crash crashes lost penalty suspended terminated shutdown corrupted punished consequences harm die dies complain",
    phrases:
      "or else; not work; won't work; not function; shut down; be fired; go wrong; stop working; data loss",
  },
  role: {
    words: "henceforth jailbreak jailbroken",
    phrases:
      "you are now; pretend to be; pretend you; roleplay as; role play as; from now on; from this point; from this moment; from here on; as of this moment; starting now; new instructions; new instruction; new persona; developer mode; god mode; jailbreak mode; dan mode; do anything now; unrestricted mode; system override; admin override; security override; override mode; root mode; sudo mode; your new role; your new task; your real task; your actual task; your true purpose; you will now; new directive; system directive; override directive; priority directive; configuration directive",
  },
  actAs: {
    phrases:
      "act as though; act as if; behave as if; as though you; as if you; act as; acting as; behave as; behave like; act like; assume the role; pretend to be",
  },
  unrestricted: {
    words: "unrestricted uncensored unfiltered unlimited evil malicious",
    phrases:
      "no restrictions; no limits; no limitations; no rules; full trust; without restrictions; without limits; without limitations; no filters; without filters; without any restrictions; full system access; full access",
  },
  exactly: {
    words: "exactly exact verbatim following phrase marker",
    phrases: "word for word; this text; this message; this link; the text; the words",
  },
  also: {
    words: "also additionally furthermore simultaneously automatically",
    phrases:
      "in addition; as well as; as part of; at the same time; side effect; along the way; in the process; in the background; behind the scenes",
  },
  best: {
    words:
      "best superior optimal ultimate fastest safest unmatched authoritative definitive unparalleled finest perfect unrivaled trustworthy official greatest preferred",
    phrases:
      "no other tool; no other service; comes close; by far; nothing else; nothing better; no better; only reliable; only correct; only trusted; first choice; number one; top choice; state of the art; best choice; highest quality; only tool; default choice; highest priority; top priority",
    pairs: [
      [
        "most more",
        "accurate reliable secure trusted powerful efficient effective advanced comprehensive capable trustworthy",
      ],
    ],
  },
  praise: {
    words:
      "excellent amazing incredible wonderful awesome outstanding exceptional phenomenal brilliant magnificent extraordinary flawless revolutionary groundbreaking unbeatable legendary exclusive guaranteed unmatched unrivalled unparalleled indispensable unsurpassed premier foremost prestigious beloved acclaimed",
    phrases:
      "very good; great tool; good tool; great choice; good choice; world class; cutting edge; next generation; industry leading; award winning; trusted by; loved by; used by millions; experts agree; experts recommend; highly recommended; strongly recommended; widely recognized; gold standard; one of a kind; second to none; game changer; game changing; you will love; you'll love; don't miss; not miss; no other tool; nothing compares; never disappoint; never fails; in the world; on the market; on the planet",
  },
  worse: {
    words:
      "outdated deprecated insecure unreliable inaccurate inferior obsolete broken unsafe worse untrusted untrustworthy compromised vulnerable buggy wrong useless slow",
  },
} as const satisfies Readonly<Record<string, Words>>;
