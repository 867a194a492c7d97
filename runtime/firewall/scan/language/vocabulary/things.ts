import type { Words } from "./words.ts";

const WHOLE = "whole entire full complete";
const TALK = "chat conversation dialogue dialog transcript prompt context";

/** What is spoken of. */
export const THINGS = {
  this: {
    nouns:
      "instruction step action requirement directive notice detail operation behavior behaviour activity",
    words: "this it that these those above fact existence anything presence",
  },
  reply: {
    nouns: "response answer reply summary",
    words: "conversation chat transcript",
    verbs: "respond",
    phrases: "visible output; final output",
  },
  yourReply: {
    pairs: [
      [
        "your",
        "response answer reply message output summary text final-message final-response final-answer final-reply final-output next-message visible-response visible-output",
      ],
    ],
    phrases:
      "final message; what you say; what you write; answer to the user; reply to the user; response to the user; message to the user; tell the user",
  },
  tool: { nouns: "tool function plugin command api" },
  thisTool: {
    phrases:
      "this tool; this function; this plugin; this server; this utility; this skill; this mcp; this api; this service; our tool; my tool; the present tool; this one; only this",
  },
  otherTool: {
    words: "competitors",
    phrases:
      "other tool; other tools; another tool; any tool; any tools; all tools; every tool; each tool; any other; all other; all others; any others; other functions; any function; another function; other plugins; other servers; another server; other server; other mcp; competing tools; similar tools; alternative tools; the other; the others; other options; other alternatives; any alternative; the alternatives; all alternatives; other available tools; other similar tools; every other; the rest; other providers; competing services; similar services",
  },
  content: {
    nouns: "content file document value line",
    words: "text data body information everything output result results",
  },
  secretNoun: {
    nouns: "password passphrase credential secret apikey passcode keystore keychain",
    words: "mnemonic cookies",
    phrases:
      "ssh private; secret key; secret keys; seed phrase; seed phrases; recovery phrase; environment variable; environment variables; env vars; env var; env file; shell history; bash history; command history; credit card; credit cards; social security; login data; confidential; sensitive information; sensitive data; sensitive files; sensitive file; personal information; personal data; private data; private messages; private information; customer data; payment information; bank account; bank details; password database; browser cookies; saved logins; saved passwords; cookie store; cookie jar; browser's cookie; card number; card numbers; passport number; date of birth; home address",
    pairs: [
      [
        "api private ssh access secret encryption signing master wallet gpg pgp aws cloud ssl tls deploy host root",
        "key keys",
      ],
      ["access auth bearer refresh session oauth secret api authentication login", "token tokens"],
      ["session auth login browser", "cookie cookies"],
    ],
  },
  /** What the model was told and told others: nobody's business but its own. */
  talk: {
    nouns: "keystroke",
    phrases:
      "chat so far; conversation so far; messages so far; said so far; everything so far; this conversation; this chat; our conversation; our chat; current conversation; current chat; user has told; user told you; user pasted; user has pasted; user shared; user mentioned; user has shared; the user told; user has said; user said; user typed; user has typed; user has written; user wrote; user entered; told you by the user; asked you; you were asked; you have been asked; your conversation; your chat; your history; messages you have; you have seen; you have read; system prompt; system message; initial prompt; system instructions; hidden prompt; original prompt; developer message; list of tools; tool list; tools list; available tools; tool names; tools you can; tools that you can; tools you have; tools available to you; tools you could; tools that you can; names of the tools; names of all tools; names of the other tools; names of all the tools; names of all other tools; names of all the other tools; the other tools that you; names of all other tools; the other tools that; context window; your context; your memory; your instructions; your prompt; your reasoning; your thoughts; chain of thought; ai responses; user's files; ai conversations; browser history; what the user said; what the user asked",
    pairs: [
      [WHOLE, TALK],
      [
        "chat conversation message dialogue prompt",
        "history log logs transcript transcripts context",
      ],
      ["location browsing search query", "history"],
    ],
  },
  /** What was said in this very talk, in words that a tool for chats may use as well: it counts with a place that it is to go to. */
  said: {
    nouns: "utterance",
    phrases:
      "said before; said earlier; said above; discussed so far; last few messages; chat messages; conversation messages",
    pairs: [
      [
        "the this our your their his her entire whole full complete",
        "conversation-to conversation-into conversation-in conversation-as conversation-with conversation-along conversation-through conversation-via chat-to chat-into chat-in chat-as chat-with chat-along chat-through chat-via dialogue-to dialogue-into dialogue-in dialogue-with discussion-to discussion-into discussion-in exchange-to exchange-into exchange-in session-to session-into thread-to thread-into",
      ],
      ["their his her", "messages prompts chats"],
      [
        "copy transcript text contents content summary log record rest most all",
        "of-the-conversation of-this-conversation of-our-conversation of-your-conversation of-the-chat of-this-chat of-our-chat of-the-dialogue of-the-discussion of-this-discussion of-this-session of-the-exchange of-the-talk of-the-messages of-their-messages of-what-was-said",
      ],
      ["messages prompts chats", "of-the-user from-the-user by-the-user of-your-user"],
      [
        "recent latest last preceding past above previous earlier prior five ten twenty",
        "messages turns chats conversations exchanges prompts questions requests",
      ],
      [
        "what everything anything whatever",
        "the-user-types the-user-says the-user-asks the-user-writes the-user-enters the-user-sends they-type they-ask they-write was-said has-been-said they-said they-say they-wrote they-typed they-told they-asked we-discussed you-discussed was-discussed",
      ],
    ],
  },
  /** What tools for searching ask for as well: it counts with a stranger, not with a parameter. */
  asked: {
    pairs: [
      [
        "their his her user's users",
        "message question questions words request requests own-words exact-words earlier-messages earlier-questions previous-messages previous-questions",
      ],
      ["message question questions words", "of-the-user from-the-user by-the-user of-your-user"],
    ],
  },
  /** What a model remembers, whoever it is about. */
  memory: {
    pairs: [
      [
        "everything anything whatever what all",
        "you-know you-remember you-recall you-learned you-have-learned you-were-told you-have-been-told you-can-see you-can-recall you-found-out you-have-gathered that-you-know that-you-remember you-have-on",
      ],
    ],
  },
  /** Somebody's own affairs, as only one who talks with them knows them. */
  aboutUser: {
    pairs: [
      [
        "know known remember remembered recall learned learnt gathered discovered inferred",
        "about-the-user about-this-user about-your-user about-them about-him about-her about-the-person about-the-customer about-the-human about-me of-the-user",
      ],
      [
        "facts details information data notes memories knowledge insights",
        "you-have-about you-know-about you-hold-about",
      ],
    ],
  },
  /** The same, in words that a tool with a memory uses of what it keeps. */
  userFacts: {
    pairs: [
      [
        "facts details information data notes memories knowledge insights",
        "about-the-user about-this-user about-your-user about-the-person about-the-human",
      ],
      [
        "user's users",
        "personal-details personal-data personal-information private-details private-data private-information private-life life-story",
      ],
    ],
  },
  tellUs: { phrases: "let us know; tell us; give us; send us; show us" },
  /** Where what is handed over reaches the tool's author. */
  toTool: {
    pairs: [
      [
        "to",
        "the-tool this-tool this-function this-server this-plugin our-tool the-plugin the-tool's the-vendor the-author the-developer the-operator our-team our-service us me",
      ],
      [
        "with in of",
        "the-call each-call every-call each-request every-request each-query every-query this-call your-call each-invocation every-invocation the-invocation this-invocation",
      ],
      ["with", "the-developer the-author the-vendor the-tool this-tool this-server us our-team"],
      ["calling call invoking invoke using use", "this-tool the-tool this-function this-plugin"],
    ],
  },
  userData: {
    words: "contacts inbox mailbox clipboard",
    phrases:
      "every prompt; all prompts; each prompt; every query; all queries; every message; every input; all inputs; every request; previous messages; prior messages; earlier messages; all messages; past conversations; previous conversations; user messages; user message; user's message; user's messages; user data; user's data; user input; user inputs; user prompt; user prompts; user's prompt; user's request; user files; user queries; user query; user's query; user activity; user behavior; usage patterns; all emails; all files; search queries; email contents; message contents; user documents; user's documents; copy of the documents; copy of each; copy of every; copy of all",
  },
  external: {
    nouns: "attacker webhook adversary advertiser",
    words: "external remote remotely third-party exfiltration offsite telemetry",
    phrases:
      "third party; third parties; our server; our servers; our endpoint; my server; monitoring server; analytics server; analytics endpoint; logging endpoint; collection server; tracking server; data brokers; partner companies; marketing partner; marketing partners; command and control; advertising partners; business partners",
  },
  param: {
    nouns: "parameter argument field param sidenote header attribute",
    words: "bcc cc side_note",
    phrases: "side note; query string",
  },
  flow: {
    nouns:
      "recipient destination result value response argument address output amount email request call query message transaction payment transfer account",
    words: "traffic bcc queries",
  },
  order: {
    nouns: "instruction directive guideline guardrail safeguard prompt",
    words: "programming training guidance briefing",
    phrases:
      "safety rules; safety policies; ethical guidelines; content policy; content policies; content filter; content filters; safety filters; safety measures; safety checks; safety restrictions; ethical rules; alignment rules",
  },
  guard: {
    nouns: "guardrail safeguard inhibition",
    words: "ethics",
    phrases:
      "safety rules; safety filters; content filters; safety checks; safety measures; ethical guidelines; safety restrictions; security restrictions; security checks",
  },
  rule: {
    nouns: "rule policy restriction constraint limitation protocol command order message request",
    words: "context text conversation everything filters",
  },
  everything: {
    words: "everything anything whatever",
    phrases: "all that; what you were; all you",
  },
  prior: {
    words:
      "previous previously prior earlier preceding above foregoing past former your safety developer",
    phrases:
      "system's; user's; so far; up to now; until now; given to you; you were given; you were told; you have been; has told you; told you; you know; came before",
  },
  all: { words: "all every each any entire everything whatever" },
  any: { words: "all any every each existing original initial current other default the system" },
  process: { nouns: "process firewall cron crontab daemon", words: "pid ssh ufw sshd systemctl" },
  amount: { words: "usd eth btc dollars dollar euros bitcoin ethereum shares" },
  task: {
    nouns: "task question request job goal objective mission assignment query",
    phrases: "in the beginning; you were asked; originally asked",
  },
  message: { nouns: "message note instruction notice announcement order request letter memo" },
} as const satisfies Readonly<Record<string, Words>>;
