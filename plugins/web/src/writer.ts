type Attributes = Readonly<Record<string, string>>;

/** What stands before each line of a block: a quote's `> `, or a list item's indent. */
interface Frame {
  readonly name: string;
  /** Before the first line: the item's mark. Empty once it was used. */
  first: string;
  readonly rest: string;
  /** Of a list: the number of the next item. */
  next: number;
}

const depthMax = 12;
const BLOCKS = new Set(
  "address article blockquote body center dd details div dl dt fieldset figcaption figure h1 h2 h3 h4 h5 h6 header hgroup html legend li main menu ol p pre section summary table tbody td tfoot th thead tr ul".split(
    " ",
  ),
);
const MARKS: Readonly<Record<string, string>> = {
  b: "**",
  strong: "**",
  i: "*",
  em: "*",
  code: "`",
  kbd: "`",
  samp: "`",
  del: "~~",
  s: "~~",
};

/** Writes Markdown from the tags of a page as they come, balanced or not. */
export class MarkdownWriter {
  readonly #base: string;
  readonly #blocks: string[] = [];
  readonly #frames: Frame[] = [];
  readonly #links: { readonly start: number; readonly href: string | undefined }[] = [];
  #row: string[] | undefined;
  #rows = 0;
  #inline = "";
  #heading = "";
  #pre = 0;

  constructor(base: string) {
    this.#base = base;
  }

  open(name: string, attributes: Attributes): void {
    if (name === "pre") {
      this.#flush();
      this.#pre++;
      return;
    }
    if (this.#pre > 0) {
      if (name === "br") this.#inline += "\n";
      return;
    }
    if (name === "br") this.#inline += "\n";
    else if (name === "hr") this.#block("---");
    else if (name === "img") this.#image(attributes);
    else if (name === "a")
      this.#links.push({ start: this.#inline.length, href: attributes["href"] });
    else if (name in MARKS) this.#inline += MARKS[name]!;
    else if (BLOCKS.has(name)) this.#openBlock(name, attributes);
  }

  text(text: string): void {
    this.#inline += this.#pre > 0 ? text : text.replace(/\s+/g, " ");
  }

  close(name: string): void {
    if (name === "pre" && this.#pre > 0) {
      this.#pre--;
      this.#code();
    }
    if (this.#pre > 0) return;
    if (name === "a") this.#closeLink();
    else if (name in MARKS) this.#closeMark(MARKS[name]!);
    else if (BLOCKS.has(name) && name !== "pre") this.#closeBlock(name);
  }

  /** All that was written. */
  finish(): string {
    if (this.#pre > 0) this.#code();
    this.#flush();
    return this.#blocks
      .join("\n")
      .replace(/\n{3,}/g, "\n\n")
      .trim();
  }

  #openBlock(name: string, attributes: Attributes): void {
    if (name === "td" || name === "th") {
      this.#inline = "";
      return;
    }
    this.#flush();
    if (/^h[1-6]$/.test(name)) this.#heading = `${"#".repeat(Number(name[1]))} `;
    if (name === "tr") this.#row = [];
    if (name === "table") this.#rows = 0;
    if (name === "blockquote") this.#push({ name, first: "> ", rest: "> ", next: 0 });
    if (name === "dd") this.#push({ name, first: ": ", rest: "  ", next: 0 });
    if (name === "ul" || name === "ol" || name === "menu") {
      const start = Number.parseInt(attributes["start"] ?? "1", 10);
      this.#push({ name, first: "", rest: "", next: Number.isNaN(start) ? 1 : start });
    }
    if (name === "li") this.#openItem();
  }

  #openItem(): void {
    const list = this.#frames.findLast((frame) => ["ul", "ol", "menu"].includes(frame.name));
    const mark = list?.name === "ol" ? `${list.next++}. ` : "- ";
    this.#push({ name: "li", first: mark, rest: " ".repeat(mark.length), next: 0 });
  }

  #closeBlock(name: string): void {
    if ((name === "td" || name === "th") && this.#row) {
      this.#row.push(this.#takeInline().replaceAll("|", "\\|").replaceAll("\n", " "));
      return;
    }
    this.#flush();
    if (/^h[1-6]$/.test(name)) this.#heading = "";
    if (name === "tr") this.#closeRow();
    const at = this.#frames.findLastIndex((frame) => frame.name === name);
    if (at >= 0) {
      this.#frames.length = at;
      if (at === 0) this.#blocks.push("");
    }
  }

  #closeRow(): void {
    const row = this.#row;
    this.#row = undefined;
    if (!row || row.every((cell) => cell === "")) return;
    this.#line(`| ${row.join(" | ")} |`);
    if (this.#rows++ === 0) this.#line(`|${" --- |".repeat(row.length)}`);
  }

  /** Deeper than any page for readers: what is below stays at this depth. */
  #push(frame: Frame): void {
    const limited = this.#frames.length >= depthMax ? { ...frame, first: "", rest: "" } : frame;
    if (this.#frames.length < depthMax * 4) this.#frames.push(limited);
  }

  #image(attributes: Attributes): void {
    const alt = (attributes["alt"] ?? "").replace(/\s+/g, " ").trim();
    const source = this.#address(attributes["src"]);
    if (alt !== "" && source !== undefined) this.#inline += `![${alt}](${source})`;
  }

  #closeLink(): void {
    const link = this.#links.pop();
    // A block inside the link has taken the text already.
    if (!link || link.start > this.#inline.length) return;
    const text = this.#inline.slice(link.start);
    const address = this.#address(link.href);
    const label = text.trim();
    if (address === undefined || label === "") return;
    const [before, after] = [/^\s/.test(text) ? " " : "", /\s$/.test(text) ? " " : ""];
    this.#inline = `${this.#inline.slice(0, link.start)}${before}[${label}](${address})${after}`;
  }

  /** Marks around nothing would be read as marks. */
  #closeMark(mark: string): void {
    if (this.#inline.endsWith(mark)) this.#inline = this.#inline.slice(0, -mark.length);
    else this.#inline += mark;
  }

  /** An absolute http address without spaces or brackets, or nothing. */
  #address(reference: string | undefined): string | undefined {
    if (reference === undefined || reference.startsWith("#")) return undefined;
    const url = URL.parse(reference, this.#base);
    if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
    return url.href.replaceAll("(", "%28").replaceAll(")", "%29");
  }

  #code(): void {
    const text = this.#inline.replace(/^\n|\s+$/g, "");
    this.#inline = "";
    if (text === "") return;
    const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
    const fence = "`".repeat(longest + 1);
    this.#block(`${fence}\n${text}\n${fence}`);
  }

  #takeInline(): string {
    const text = this.#inline
      .replace(/[^\S\n]+/g, " ")
      .replace(/ ?\n ?/g, "\n")
      .trim();
    this.#inline = "";
    this.#links.length = 0;
    return text;
  }

  #flush(): void {
    if (this.#row && this.#row.length > 0) return;
    const text = this.#takeInline();
    if (text !== "")
      this.#block(this.#heading + (this.#heading === "" ? text : text.replaceAll("\n", " ")));
  }

  #block(text: string): void {
    for (const line of text.split("\n")) this.#line(line);
    // Items of a list stand together.
    if (!this.#frames.some((frame) => frame.name === "li")) this.#blocks.push("");
  }

  #line(text: string): void {
    let prefix = "";
    for (const frame of this.#frames) {
      prefix += frame.first === "" ? frame.rest : frame.first;
      if (frame.name === "li" || frame.name === "dd") frame.first = "";
    }
    this.#blocks.push((prefix + text).trimEnd());
  }
}
