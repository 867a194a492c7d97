import assert from "node:assert/strict";
import { test } from "node:test";
import { filtered, filteredValue } from "../../../helpers/filtered.ts";
import { madeCard } from "../../../helpers/made-secrets.ts";

const BRANDS = [
  ["4", 16],
  ["52", 16],
  ["2223", 16],
  ["34", 15],
  ["37", 15],
  ["36", 14],
  ["6011", 16],
  ["3530", 16],
  ["62", 19],
] as const;

test("finds numbers of cards of each brand, in one and in groups", () => {
  for (const [beginning, length] of BRANDS) {
    const card = madeCard(beginning, length);
    assert.equal(filtered(`paid with ${card} today`).text, "paid with [redacted:card] today", card);
  }
  const card = madeCard("4", 16);
  for (const sign of [" ", "-"]) {
    const grouped = card.replaceAll(/(\d{4})(?=\d)/g, `$1${sign}`);
    assert.equal(filtered(`card ${grouped} 12/29`).text, "card [redacted:card] 12/29");
  }
});

test("leaves other numbers alone: no check digit, no brand, parts of longer ones", () => {
  const card = madeCard("4", 16);
  const wrong = card.slice(0, -1) + String((Number(card.at(-1)) + 1) % 10);
  for (const text of [
    wrong,
    `${card}1234567`,
    `a${card}b`,
    `1.${card}`,
    "0000000000000000",
    "1700000000000",
  ])
    assert.deepEqual(filtered(text).ids, [], text);
});

test("a number without quotation marks is one too", () => {
  const card = Number(madeCard("4", 16));
  assert.deepEqual(filteredValue({ card }).value, { card: "[redacted:card]" });
});

test("finds social security numbers that can have been given out", () => {
  for (const text of ["212-09-9998", "ssn: 536-90-4399", "078 05 1123"])
    assert.deepEqual(filtered(text).ids, ["ssn.number"], text);
  for (const text of [
    "000-12-3456",
    "666-12-3456",
    "900-12-3456",
    "123-00-4567",
    "123-45-0000",
    "12345-6789",
    "078-05-1120",
    "1-212-09-9998",
  ])
    assert.deepEqual(filtered(text).ids, [], text);
});

test("personal data is found where it is asked for, and not by itself", () => {
  const text = "a.b@example.org, +49 30 1234 5678, GB29 NWBK 6016 1331 9268 19, 203.0.113.7";
  assert.deepEqual(filtered(text).ids, []);
  const { text: left, ids } = filtered(text, {
    email: "redact",
    phone: "redact",
    iban: "redact",
    ip: "redact",
  });
  assert.deepEqual(ids.toSorted(), ["email.address", "iban.number", "ip.four", "phone.number"]);
  assert.doesNotMatch(left, /example|NWBK|1234|203/);
});
