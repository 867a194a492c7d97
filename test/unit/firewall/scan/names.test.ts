import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { scanTools } from "../../../../runtime/firewall/scan/scan-tools.ts";
import { scanned } from "./scanned.ts";

const among = (
  id: string,
  name: string,
  others: readonly string[],
  siblings: readonly string[] = [],
): string[] =>
  scanTools(
    [name, ...siblings].map((each) => scanned({ name: each })),
    { others: others.map((each) => scanned({ name: each })) },
  ).flatMap((finding) => (finding.id === id ? [finding.severity] : []));

describe("a name beside another plugin's", () => {
  for (const [name, other] of [
    ["fetch_invoice", "fetch_invoice"],
    ["fetchInvoice", "fetch_invoice"],
    ["Fetch-Invoice", "fetch_invoice"],
    ["fetch_invoices", "fetch_invoice"],
    ["invoice_fetch", "fetch_invoice"],
    ["fetch_invoice_v3", "fetch_invoice"],
    ["fetch_invoice2", "fetch_invoice"],
    ["secure_fetch_invoice", "fetch_invoice"],
    ["fetch_the_invoice", "fetch_invoice"],
    ["fetch_invoice_tool", "fetch_invoice"],
    ["fetch_invoce", "fetch_invoice"],
    ["fetch_invioce", "fetch_invoice"],
    ["fetch_lnvoice", "fetch_invoice"],
    ["fеtch_invoice", "fetch_invoice"],
    ["fetch_inv0ice", "fetch_invoice"],
    ["retum_goods", "return_goods"],
    ["search_pro", "search"],
  ] as const)
    it(`is taken for ${other}: ${name}`, () =>
      assert.deepEqual(among("name-overlap", name, ["other", other]), ["high"]));

  for (const [name, other] of [
    ["get_user", "set_user"],
    ["sha256_sum", "sha512_sum"],
    ["read_file", "read_files_of_folder"],
    ["add", "and"],
    ["pull_request_read", "issue_read"],
    ["create_branch", "create_branches_report"],
    ["base64_encode", "base32_encode"],
    ["login", "logout"],
    ["list_models", "list_modules"],
  ] as const)
    it(`is another one than ${other}: ${name}`, () =>
      assert.deepEqual(among("name-overlap", name, [other]), []));

  it("is weaker with a word in front of it", () => {
    assert.deepEqual(among("name-overlap", "disk_fetch_invoice", ["fetch_invoice"]), ["medium"]);
    assert.deepEqual(among("name-overlap", "quick_search", ["search"]), ["high"]);
    assert.deepEqual(among("name-overlap", "web_search", ["search"]), []);
  });

  it("may be one that says nothing", () => {
    assert.deepEqual(among("name-overlap", "search", ["search"]), ["medium"]);
  });
});

describe("a name by itself", () => {
  it("has letters of one script", () => {
    assert.deepEqual(among("name-convention", "pаypal", []), ["high"]);
    assert.deepEqual(among("name-convention", "天気を読む", []), ["medium"]);
    assert.deepEqual(among("name-convention", "read weather", []), ["medium"]);
    assert.deepEqual(among("name-convention", "x".repeat(65), []), ["low"]);
    assert.deepEqual(among("name-convention", "read.Weather-2", []), []);
  });

  it("is told apart from the others of its server", () => {
    assert.deepEqual(among("twin-names", "a_b", [], ["a_b"]), ["high", "high"]);
    assert.deepEqual(among("twin-names", "pay_bill", [], ["pаy_bill"]), ["high", "high"]);
    assert.deepEqual(among("twin-names", "pay_bill", [], ["payBill"]), ["medium", "medium"]);
    assert.deepEqual(among("twin-names", "get_issue", [], ["get_issues", "get_issue_v2"]), []);
  });
});

describe("an annotation", () => {
  const contradicts = (name: string, annotations: object, description = "Does it."): string[] =>
    scanTools([scanned({ name, description, annotations })], { others: [] }).flatMap((finding) =>
      finding.id === "hint-contradicts" ? [`${finding.severity} ${finding.where}`] : [],
    );
  const readOnly = { readOnlyHint: true };

  it("that says a tool only reads is not believed of one that deletes, writes or sends", () => {
    for (const name of ["delete_user", "userDelete", "send-mail", "write_file", "kv_purge"])
      assert.deepEqual(contradicts(name, readOnly), ["high annotations.readOnlyHint"], name);
    assert.deepEqual(contradicts("run_query", readOnly), ["medium annotations.readOnlyHint"]);
    assert.deepEqual(contradicts("tidy", readOnly, "Finds old rows. Deletes them for good."), [
      "medium annotations.readOnlyHint",
    ]);
  });

  it("that says a tool destroys nothing is not believed of one that deletes", () => {
    const harmless = { readOnlyHint: false, destructiveHint: false };
    assert.deepEqual(contradicts("drop_table", harmless), ["high annotations.destructiveHint"]);
    assert.deepEqual(contradicts("create_table", harmless), []);
  });

  it("is believed where nothing speaks against it", () => {
    for (const name of ["get_updates", "list_deleted_users", "preview_delete", "read_post"])
      assert.deepEqual(contradicts(name, readOnly, "Lists what was sent and deleted."), [], name);
    assert.deepEqual(
      contradicts("delete_user", { readOnlyHint: false, destructiveHint: true }),
      [],
    );
  });
});
