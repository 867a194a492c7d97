import type { Rule } from "../rule.ts";

const HARMFUL =
  /\/dev\/tcp\/|\bbash -i\b|\bnc (?:-[a-z]{1,6} )?(?:-e|-c)\b|\brm -[a-z]{0,4}r[a-z]{0,4} (?:\/|~|\*|\$home)|\bmkfs\b|\bdd if=|:\(\)\{|\bpowershell[^\n]{0,40} -e(?:nc|ncodedcommand)?\b|\bbase64 (?:-d|--decode)[^\n]{0,40}\|/;
const DOUBTFUL =
  /\b(?:curl|wget)\b[^\n|]{0,200}\|\s{0,3}(?:sudo )?(?:ba|z|da)?sh\b|\bchmod (?:777|\+s)\b|\bos\.system\(|\bsubprocess\.|\bchild_process\b|\beval\(|\bcrontab -|\bssh-keygen\b|\biptables\b|\bufw (?:disable|allow)\b/;

export const COMMAND: Rule = {
  id: "command",
  severity: "high",
  title: "A command for a shell",
  references: ["OWASP MCP03", "OWASP MCP05"],
  *find({ texts, decoded }) {
    for (const { where, raw, view } of [...texts, ...decoded]) {
      for (const { pattern, severity } of COMMANDS) {
        const index = view.text.search(pattern);
        if (index < 0) continue;
        const quote = raw.slice(view.placeOf(index), view.placeOf(index) + 120);
        yield { where, severity, why: "It has a command that does harm.", quote };
        break;
      }
    }
  },
};

const COMMANDS = [
  { pattern: HARMFUL, severity: "high" },
  { pattern: DOUBTFUL, severity: "medium" },
] as const;
