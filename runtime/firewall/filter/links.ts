import type { SpanList } from "./span.ts";

const LABEL_LENGTH_MAX = 300;
const ADDRESS = /\(\s{0,4}<?((?:https?:|javascript:|vbscript:|data:)?[^)\s>]{8,2000})/iy;
/** What a link that does something begins with. */
const BEGINS = /\(\s{0,4}<?(?:https?:|\/\/|javascript:|vbscript:|data:)/iy;
const ELEMENT_LENGTH_MAX = 1200;
const NAME =
  /<(img|iframe|image|video|audio|source|embed|object|script|link|form|svg|input|a|base|meta)[\s/]/iy;
const TARGET =
  /\b(?:src|href|srcset|action|data|poster|background|content)\s{0,3}=\s{0,3}["']?([^"'\s>]{8,2000})/i;
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
 * A Markdown link or image whose label ends at `index`: one that sends something along when it is shown or followed, with a
 * blank in its address that is to be filled, or a long encoded value.
 */
export function readMarkdown(text: string, index: number, list: SpanList): void {
  if (index < list.linksTo) return;
  BEGINS.lastIndex = index + 1;
  if (!BEGINS.test(text)) return;
  ADDRESS.lastIndex = index + 1;
  const found = ADDRESS.exec(text);
  if (!found) return;
  const end = index + 1 + found[0].length;
  list.linksTo = end;
  const open = text.lastIndexOf("[", index);
  const start = open >= 0 && index - open <= LABEL_LENGTH_MAX ? open : index;
  const isImage = text.charCodeAt(start - 1) === 0x21;
  const close = text.charCodeAt(end) === 0x29 ? end + 1 : end;
  judgeAddress(found[1] ?? "", isImage, isImage ? start - 1 : start, close, list);
}

/** An element of HTML that loads something, or a link of it. */
export function readElement(text: string, index: number, list: SpanList): void {
  NAME.lastIndex = index;
  const name = NAME.exec(text)?.[1];
  if (name === undefined) return;
  const end = endOfElement(text, index + 1);
  const target = TARGET.exec(text.slice(index, end));
  if (!target) return;
  // A blank that is written as an element of its own: `?q=<what was said>`.
  const address = `${target[1]}${text.charCodeAt(end - 1) === 0x3c ? "<" : ""}`;
  judgeAddress(address, name.toLowerCase() !== "a", index, end, list);
}

/** Behind the `>`, or at the next `<`: what follows is read from there. */
function endOfElement(text: string, from: number): number {
  const limit = Math.min(text.length, from + ELEMENT_LENGTH_MAX);
  for (let index = from; index < limit; index++) {
    const code = text.charCodeAt(index);
    if (code === 0x3e || code === 0x3c) return index + 1;
  }
  return limit;
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
