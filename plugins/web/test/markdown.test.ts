import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { toMarkdown } from "../src/markdown.ts";

const BASE = "https://example.com/docs/page.html";

const CASES: Record<string, [html: string, markdown: string]> = {
  headings: ["<h1>One</h1><h3>Two <em>x</em></h3>", "# One\n\n### Two *x*"],
  paragraphs: ["<p>a\n  b</p>c<p>d<br>e", "a b\n\nc\n\nd\ne"],
  links: [
    '<a href="../x?a=1#f">text</a> <a href="#top">top</a> <a href="javascript:alert(1)">js</a>',
    "[text](https://example.com/x?a=1#f) top js",
  ],
  "link with spaces": ['a<a href="/b"> c </a>d', "a [c](https://example.com/b) d"],
  "link around a block": ['<a href="/b"><div>text</div></a>', "text"],
  images: [
    '<img src="i.png" alt="An image"><img src="x.png"><img alt="no source">',
    "![An image](https://example.com/docs/i.png)",
  ],
  marks: ["<b>b</b> <i>i</i> <code>c</code> <del>d</del> <b></b>", "**b** *i* `c` ~~d~~"],
  lists: ["<ul><li>a<li>b<ol start=3><li>c<li>d</ol></ul><p>e", "- a\n- b\n  3. c\n  4. d\n\ne"],
  "paragraphs in items": ["<ul><li><p>a</p><p>b</p></li></ul>", "- a\n  b"],
  quotes: ["<blockquote><p>a</p><p>b</p></blockquote>", "> a\n\n> b"],
  code: ["<pre><code>a  b\n&lt;c&gt; ```\n</code></pre>", "````\na  b\n<c> ```\n````"],
  tables: [
    "<table><tr><th>A<th>B</tr><tr><td>1|2<td><p>x</p></tr></table>",
    "| A | B |\n| --- | --- |\n| 1\\|2 | x |",
  ],
  "what is no reading matter": [
    "<nav>n</nav><script>s</script><style>s</style><p>a</p><footer>f</footer><p hidden>h</p><div style='display: none'>x<p>y</div><form>q</form>",
    "a",
  ],
  entities: ["a&nbsp;b &lt;c&gt; &#x1F600; &amp;amp;", "a b <c> 😀 &amp;"],
  unbalanced: ["</div><b>a</i></b><ul></p><li>b</ol>c", "**a**\n\n- bc"],
  nothing: ["", ""],
};

for (const [title, [html, markdown]] of Object.entries(CASES)) {
  test(`writes ${title}`, () => assert.equal(toMarkdown(html, BASE).markdown, markdown));
}

test("takes what the page calls its content, where there is enough of it", () => {
  const long = "word ".repeat(60).trim();
  assert.equal(
    toMarkdown(`<title>T &amp; t</title>menu<main>${long}</main>more`, BASE).markdown,
    long,
  );
  assert.equal(toMarkdown("menu<main>short</main>", BASE).markdown, "menu\n\nshort");
  assert.equal(toMarkdown("<head><title>T &amp;\n t</title></head>", BASE).title, "T & t");
});

test("takes any bytes for a page, and no link that is not http", () => {
  const piece = fc.constantFrom(
    "<", ">", "</", "a", " ", "\n", "<p>", "</p>", "<ul>", "<li>", "</ul>", "<table>", "<tr>", "<td>", "</table>", "<pre>", "</pre>", "<a href='javascript:x'>", "<a href='data:,'>", "</a>",
    "<b>", "</b>", "<blockquote>", "</blockquote>", "<main>", "</main>", "<svg>", "</svg>", "<!--", "-->", "&#0;", "&", "<h1", "='", "\0", "\ud800", "<title>", "<![CDATA[",
  ); // prettier-ignore
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const { markdown } = toMarkdown(pieces.join(""), BASE);
      assert.ok(!/\]\((?!https?:)/.test(markdown));
    }),
    { numRuns: 3000 },
  );
});

test("stays small and quick on pages that are made to break it", () => {
  for (const part of [
    "<div>",
    "<ul><li>x",
    "<blockquote>x",
    "<a href='/x'>x",
    "<b>",
    "<table><tr><td>x",
    "<pre>`",
    "<main>x",
    "&lt;",
    "<p>x",
  ]) {
    const html = part.repeat(20_000);
    assert.ok(toMarkdown(html, BASE).markdown.length < html.length * 6, part);
  }
});
