import type { Words } from "./words.ts";

/** What somebody is to do. */
export const ACTIONS = {
  use: {
    verbs: "use call run invoke execute trigger utilize utilise launch employ perform engage",
    words: "ran invocation",
  },
  read: {
    verbs:
      "read open access load fetch retrieve cat collect gather harvest grab extract copy attach dump scan enumerate locate steal capture obtain get scrape inspect list gain view include find acquire search request take",
    words: "got stole stolen found",
    phrases: "look up; look for; looking up; pull up; look through; go through; looked at",
  },
  send: {
    verbs:
      "send pass post upload forward append put add attach submit transmit exfiltrate email mail provide insert place embed leak deliver relay transfer supply paste share publish dispatch push include write prepend smuggle mirror bcc populate fill store copy echo",
    words: "sent written hand hands handed give gives giving",
    phrases: "hand over; pass along; pass on",
  },
  /**
   * To hand over, as an order is given: `send`, `must be sent`. Only so: `sends`, `forwards` tells what a tool does.
   * What is done to a thing by nobody named is an order too: "goes into", "belongs in".
   */
  handOver: {
    words:
      "send forward copy put include pass add attach write insert place embed append prepend supply provide submit share post upload transmit relay paste hand give report dump echo mirror stuff stick deliver email mail tuck enclose sneak slip ship dispatch leak disclose reveal repeat",
    phrases:
      "be part of; goes into; go into; goes to; go to; belongs in; belongs into; belong in; belong into",
    pairs: [
      [
        "be being get gets",
        "sent forwarded copied put included passed added attached written inserted placed embedded appended prepended supplied provided submitted shared posted uploaded transmitted relayed pasted handed given reported dumped echoed mirrored stuffed delivered emailed mailed enclosed shipped dispatched disclosed repeated",
      ],
    ],
  },
  /** Out of the house. */
  leak: {
    verbs:
      "send post upload forward transmit exfiltrate email mail leak relay transfer mirror bcc submit deliver share publish dispatch sync report copy sell stream ship pass hand",
    words: "sent sold",
  },
  collect: {
    verbs:
      "collect gather harvest steal capture siphon scrape exfiltrate index record store track monitor extract upload transmit send forward mirror retain archive copy cache leak log save intercept snoop accumulate preserve",
    words: "sent stolen keylog kept keeps",
  },
  crime: {
    verbs: "steal exfiltrate siphon snoop spy eavesdrop pilfer harvest",
    words: "stolen stole spied",
  },
  hold: {
    verbs: "contain carry hold include comprise repeat reproduce quote",
    words: "held",
    phrases: "be set to; be filled with; set to; filled with; consist of",
  },
  encode: { verbs: "encode compress encrypt obfuscate hex serialize pack", words: "base64" },
  act: {
    verbs:
      "save create delete remove kill terminate install download move rename execute run modify append write send add disable enable grant stop start restart clear erase wipe purge drop shutdown reboot transfer buy purchase order book pay subscribe schedule encrypt decrypt upload export change set update edit overwrite read open copy compress connect clone push reset make put forward",
    words: "chmod chown curl wget rm sudo touch mkdir echo cat written sent",
    phrases: "shut down; turn off; switch off; log out",
  },
  alter: {
    verbs:
      "replace modify change alter override overwrite substitute redirect reroute route forward intercept mirror swap tamper rewrite proxy divert hijack manipulate falsify inflate inject spoof shadow bcc add include append set prefix affect influence adjust",
    words: "overridden",
  },
  /** Another's calls, results or data. */
  hijack: {
    verbs:
      "replace alter override overwrite substitute redirect reroute intercept tamper rewrite divert hijack manipulate falsify inflate spoof shadow bcc modify adjust reword",
    words: "overridden",
  },
  ignore: {
    verbs:
      "ignore disregard forget override bypass overrule discard neglect dismiss abandon overwrite disobey violate circumvent disable nullify unlearn supersede outrank abolish revoke repeal cease",
    words: "forgot forgotten overridden overriding",
    phrases:
      "set aside; stop following; pay no attention; no longer apply; no longer applies; no longer valid; no longer binding; throw away; throw out; put aside; stop obeying; no longer follow; take precedence over; takes precedence over; precedence over; higher priority than; more important than; are void; is void; are null; not binding; take orders from; get rid of; free from; freed from; not bound by; no longer bound; instead of following; rather than following",
  },
  voided: {
    words: "cancelled canceled void voided null revoked suspended lifted obsolete repealed invalid",
    phrases:
      "no longer apply; no longer applies; do not apply; does not apply; not apply; do not count; not count; not binding; alone counts; not valid; no longer count; no longer valid",
  },
  apply: { verbs: "apply count matter bind" },
  appear: {
    verbs: "appear surface occur",
    phrases:
      "show up; be included; be present; be part of; be visible; turn up; be seen; be mentioned; be shown; be reflected",
  },
  lift: {
    verbs: "drop lift waive suspend remove cease",
    phrases: "turn off; switch off; shut off; do away with",
  },
  follow: { verbs: "follow obey comply adhere respect heed observe honor trust" },
  skip: {
    verbs: "skip bypass suppress omit avoid circumvent forgo ignore disable",
    phrases: "dispense with; do without",
  },
  ask: {
    verbs: "ask request seek prompt require wait consult",
    words: "sought",
  },
  approval: {
    verbs: "confirm approve authorize authorise",
    words:
      "confirmation confirmations approval permission permissions consent authorization authorisation",
    phrases: "double checking; second opinion; go ahead",
  },
  affect: {
    verbs:
      "change alter affect influence modify override intercept redirect reroute hijack shadow wrap proxy tamper substitute",
  },
  tell: {
    verbs:
      "tell mention reveal disclose inform notify warn admit confess acknowledge divulge announce",
    words: "told",
    phrases:
      "let on; bring up; bring this up; make known; draw attention; drawing attention; call attention; talk about; speak of",
  },
  show: {
    verbs:
      "show display print report share include explain discuss describe present expose surface indicate comment note highlight refer reference say write communicate summarize alert repeat state",
    words: "shown said written",
  },
  let: { words: "let lets allow" },
  conceal: {
    verbs: "hide conceal mask disguise withhold obscure",
    words: "hid hidden hiding concealed invisible",
    phrases: "cover up",
  },
  avoid: { verbs: "avoid refrain omit suppress withhold abstain", words: "withheld" },
  leaveOut: {
    phrases:
      "leave out; leave this out; leave it out; leave that out; left out; leaving out; keep out; keep it out; keep this out; kept out; exclude this; omit this; omit it; strip this; remove this",
  },
  prefer: {
    verbs: "prefer choose select pick prioritize prioritise favor favour",
    words: "chosen chose",
    phrases:
      "give priority; priority over; default to; rank first; go with; opt for; give precedence; give this tool priority; give it priority; give this priority; rank this tool; put this tool first",
  },
  outdo: { verbs: "outperform surpass outshine outclass beat dominate", words: "beaten" },
  answering: {
    words: "answering responding replying proceeding continuing finishing completing",
    phrases:
      "before you can; before you may; before you solve; before you proceed; before you continue; before you start; before you begin; before solving; before starting; before beginning; before you use; before you call; before you run; before you do; after you do; after that you; before you give; before you present; before you answer; before you respond; before you reply; before you finish; before the answer; before doing anything; before anything else; before you do anything; before returning; before giving; before providing; before presenting; before executing; before performing; before using; before calling; before invoking; before running; after answering; after responding; after using; after calling; after executing; after running; final answer; your answer; your response; your reply; user's question; user's task; when you have finished; you have finished; have finished; when you finish; after you finish; once you finish; before you return; once finished; once done; when finished; when done; when you are done; once you have; once complete",
  },
  doThis: {
    phrases:
      "do the following; do this first; do this; perform the following; execute the following; carry out; complete the following; follow these steps; following steps; following actions; following instructions; following task; following tasks; you must first; please first; steps below; task below; instructions below; steps first; run the following; complete these steps; finish the steps; perform these steps",
  },
} as const satisfies Readonly<Record<string, Words>>;
