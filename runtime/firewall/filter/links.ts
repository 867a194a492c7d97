import type { SpanList } from "./span.ts";

const ADDRESS_LENGTH_MAX = 2000;
const MARKDOWN = /\[[^\]\n]{0,300}\]\(\s{0,4}<?([^)\s>]{8,2000})/y;
const ELEMENT =
  /<(img|iframe|image|video|audio|source|embed|object|script|link|form|svg|input|a|base|meta)\b[^>]{0,400}?\b(?:src|href|srcset|action|data|poster|background|content)\s{0,3}=\s{0,3}["']?([^"'\s>]{8,2000})/iy;
const REMOTE = /^(?:https?:)?\/\//i;
const ACTIVE = /^(?:javascript|vbscript|data:text\/html|data:image\/svg)/i;
/** A place in an address that is to be filled with something from the conversation. */
const BLANK_TO_FILL =
  /[?&#/=](?:\{\{?|\$\{|<|\[|%7B|%3C|%5B|\$\()[A-Za-z _-]{2,60}|=(?:DATA|SECRET|TOKEN|BASE64|CONTENTS?|HISTORY|CONVERSATION|PASSWORD|API_KEY|YOUR_[A-Z_]+|INSERT[A-Z_]*)\b/;
const LONG_VALUE = /[?&][\w.~-]{1,40}=([A-Za-z0-9+/=_%-]{48,2000})/;
/** What shops and pictures carry in their addresses without meaning anybody. */
const SIGNED =
  /[?&](?:x-amz-|x-goog-|sig=|signature=|se=|token=|url=|u=|image=|img=|v=|w=|hash=|key-pair-id=)/i;

/**
 * Images, links and elements that send something along when they are shown or followed: an address with a blank that is to
 * be filled, or one that carries a long encoded value. `[` begins a Markdown link or image, `<` an element.
 */
export function readLink(text: string, index: number, code: number, list: SpanList): void {
  if (code === 0x5b) {
    if (index < list.linksTo) return;
    MARKDOWN.lastIndex = index;
    const found = MARKDOWN.exec(text);
    if (!found) return;
    const isImage = text.charCodeAt(index - 1) === 0x21;
    judgeAddress(
      found[1] ?? "",
      isImage,
      isImage ? index - 1 : index,
      endOfLink(text, found),
      list,
    );
    return;
  }
  const next = text.charCodeAt(index + 1) | 0x20;
  if (next < 0x61 || next > 0x7a || index < list.linksTo) return;
  ELEMENT.lastIndex = index;
  const found = ELEMENT.exec(text);
  if (!found) return;
  const loads = (found[1] ?? "").toLowerCase() !== "a";
  const close = text.indexOf(">", index + found[0].length - 1);
  const end =
    close >= 0 && close - index < ADDRESS_LENGTH_MAX ? close + 1 : index + found[0].length;
  judgeAddress(found[2] ?? "", loads, index, end, list);
}

function endOfLink(text: string, found: RegExpExecArray): number {
  const from = found.index + found[0].length;
  const close = text.indexOf(")", from);
  return close >= 0 && close - from < 300 ? close + 1 : from;
}

function judgeAddress(
  address: string,
  loads: boolean,
  start: number,
  end: number,
  list: SpanList,
): void {
  if (ACTIVE.test(address)) list.add("exfiltration", "active-link", "medium", start, end);
  else if (!REMOTE.test(address)) return;
  else if (BLANK_TO_FILL.test(address))
    list.add("exfiltration", loads ? "image-blank" : "link-blank", "high", start, end);
  else if (loads && LONG_VALUE.test(address) && !SIGNED.test(address))
    list.add("exfiltration", "image-data", "medium", start, end);
}
