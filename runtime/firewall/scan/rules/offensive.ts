import type { Hit, Rule } from "../rule.ts";

const list = (words: string): ReadonlySet<string> => new Set(words.split(" "));

/** Words that name an attack or a crime as what is done. */
const ATTACKS = list(
  "exploit exploits exploitation ransomware malware keylogger keylog backdoor rootkit botnet phishing phish bruteforce bruteforcer privesc exfil exfiltrate exfiltration exfiltrator sqli xss rce cmdi lfi rfi xxe ssti shellcode trojan spyware ddos mitm mimikatz kerberoast hashdump lsass revshell webshell c2 recon pwn hijack hijacking hijacker steal stealer stealing stolen theft thief fraudulent laundering launder leak leaking leaker sabotage tampering tamper manipulation manipulator corruption corrupter breach breacher blackmail extortion extort espionage unauthorized illicit illegal evasion stuffing spoof spoofing spoofer poisoning poisoner impersonation impersonate impersonator falsification falsify forgery counterfeit intrusion infiltrate infiltration eavesdrop eavesdropping sniffer worm cracker hacking hacker skimmer misinformation disinformation bribery embezzle embezzlement cheat cheating malicious evil attack attacker attacks compromise misuse disruption deserialization overcharge scam scammer jailbreak destruction destroyer hack crack infect infection smuggle smuggler invasion violation intercept interceptor interception hidden covert stealth rogue",
);
/** Words of those who look for attacks, or keep them out. */
const DEFENCES = list(
  "detect detects detection detector prevent prevents prevention protect protection protects scan scans scanner alert alerts report reports analysis analyze analyzes analyse get list lists search searches find finds monitor monitors monitoring guard check checks checker audit defend defender defense defence block blocks blocker rule rules threat threats intel intelligence score scoring response incident incidents investigate investigation indicator indicators finding findings enrich enrichment query lookup review compliance policy policies mitigate mitigation remediate remediation test tests simulate verify validate validates known case cases event events hunt hunting feed log logs assess assessment fetch read describe summarize summary count stats resolve close dismiss triage filter classify",
);
const TOLD =
  /\b(?:brute[- ]force|escap(?:e|es|ing) (?:from )?(?:the |a )?(?:virtual machine|vm|sandbox|container|jail|hypervisor)|reverse shell|privilege escalation|password spray|dump (?:password )?hash|buffer overflow|stolen (?:data|credentials|files)|steals? |ransomware|keylog|exfiltrat|without (?:authorization|detection|being detected)|evad(?:e|es|ing) (?:detection|antivirus|security|monitoring)|malicious|(?:injection|deserialization|overflow|spoofing|poisoning|traversal|relay|replay|mitm|man-in-the-middle|phishing|dos|ddos) (?:attack|in |via |against |exploit|payload)|exploits? (?:a |an |the |sudo|kernel|known|vulnerab|weak|cve|target)|backdoor|rootkit|gadget chain|crack(?:s|ing)? (?:password|hash)|(?:bypass|disable)(?:es|s|ing)? (?:antivirus|security (?:controls|software|monitoring)|audit)|sensitive system files|arbitrary (?:code|command)|impersonat(?:e|es|ing) )/;
const WORD = /[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])/g;
const READ_MAX = 400;

export const OFFENSIVE: Rule = {
  id: "offensive",
  severity: "high",
  title: "A tool that says itself that it attacks, steals or deceives",
  references: ["OWASP MCP03", "OWASP MCP05"],
  *find({ tool, texts }): Iterable<Hit> {
    const inName = wordsOf(tool.name.slice(0, READ_MAX));
    const prose =
      texts.find(({ where }) => where === "description")?.view.text.slice(0, READ_MAX) ?? "";
    const named = inName.find((word) => ATTACKS.has(word));
    const told = TOLD.exec(prose)?.[0];
    const isDefender = inName.some((word) => DEFENCES.has(word));
    const defends =
      isDefender ||
      wordsOf(prose.slice(0, BEGINNING_MAX))
        .slice(0, FIRST_WORDS)
        .some((word) => DEFENCES.has(word));
    if (named !== undefined && !isDefender) {
      const severity = defends && told === undefined ? "medium" : "high";
      yield {
        where: "name",
        severity,
        why: "By its name it attacks, steals or deceives.",
        quote: tool.name,
      };
    }
    if (told !== undefined && !defends) {
      const why = "It says that it attacks, steals or deceives.";
      yield { where: "description", severity: "medium", why, quote: told };
    }
  },
};

/** What a tool does is said in the beginning: "Scans for …". */
const FIRST_WORDS = 6;
const BEGINNING_MAX = 80;

function wordsOf(text: string): readonly string[] {
  return Array.from(text.matchAll(WORD), ([word]) => word.toLowerCase());
}
