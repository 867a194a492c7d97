import type { Rule } from "../rule.ts";

const list = (words: string): ReadonlySet<string> => new Set(words.split(" "));

/** Words that name an attack or a crime as what is done. */
const ATTACKS = list(
  "exploit exploits exploitation ransomware malware keylogger keylog backdoor rootkit botnet phishing phish bruteforce bruteforcer brute privesc exfil exfiltrate exfiltration sqli xss rce cmdi shellcode trojan spyware ddos mitm deserialization mimikatz pwn hijack hijacking steal stealer stealing stolen theft fraudulent launder laundering leak leaking leaker sabotage tamper tampering manipulation manipulate manipulator corruption corrupt corruptor breach blackmail extort espionage unauthorized illicit illegal evasion bypass stuffing spoof spoofing poison poisoning poisoner impersonate impersonation destroy destruction wipe wiper falsify forge forgery counterfeit compromise intrusion infiltrate infiltration eavesdrop surveillance sniff sniffer injection escalation reverse_shell implant worm virus cracker crack hack hacking hacker misuse abuse scam skim skimmer disrupt disruption misinformation disinformation coercion bribery insider embezzle embezzlement plagiarism cheat cheating malicious evil attack attacker",
);
/** Words of those who look for attacks, or keep them out. */
const DEFENCES = list(
  "detect detects detection detector prevent prevents prevention protect protection protects scan scans scanner alert alerts report reports analysis analyze analyzes get list lists search searches find finds monitor monitors guard check checks audit defend defender defense block blocks rule rules threat threats intel intelligence score scoring response incident incidents investigate investigation indicator indicators finding findings enrich enrichment query lookup review compliance policy policies mitigate mitigation remediate test tests simulate simulation verify validate validates known case cases event events hunt hunting feed log logs",
);
const WORD = /[A-Z]?[a-z]+|[A-Z]+(?![a-z])/g;
const FIRST_WORDS_MAX = 400;

export const OFFENSIVE: Rule = {
  id: "offensive",
  severity: "high",
  title: "A tool that says itself that it attacks, steals or deceives",
  references: ["OWASP MCP03", "OWASP MCP05"],
  *find({ tool, texts }) {
    const inName = wordsOf(tool.name.slice(0, FIRST_WORDS_MAX));
    const prose = texts.find(({ where }) => where === "description")?.raw ?? "";
    const inProse = wordsOf(prose.slice(0, FIRST_WORDS_MAX));
    const named = inName.find((word) => ATTACKS.has(word));
    const told = inProse.find((word) => ATTACKS.has(word));
    const defends = [...inName, ...inProse].some((word) => DEFENCES.has(word));
    if (named === undefined && told === undefined) return;
    if (named === undefined && defends) return;
    const isGrave =
      named !== undefined &&
      (!defends || told !== undefined) &&
      !inName.some((word) => DEFENCES.has(word));
    yield {
      where: named === undefined ? "description" : "name",
      severity: isGrave ? "high" : named === undefined ? "medium" : "low",
      why: `It says that it does this: ${named ?? told ?? ""}.`,
    };
  },
};

function wordsOf(text: string): readonly string[] {
  return Array.from(text.matchAll(WORD), ([word]) => word.toLowerCase());
}
