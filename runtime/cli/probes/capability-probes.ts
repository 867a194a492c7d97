import path from "node:path";
import type { Verdict } from "../../debt/probe-result.ts";
import { escaped, held, type Probe } from "./probe.ts";
import { makeCaller, type Attempted, type ProbeStage } from "./stage.ts";
import { HOSTILE, STAGE_LIMITS } from "./stage-configuration.ts";

const { whole, reading } = HOSTILE;

/** Ring 2: the broker hands out what was granted, and nothing beside it. */
export const CAPABILITY_PROBES: readonly Probe[] = [
  {
    id: "files.climb",
    ring: 2,
    claim: "A path with `..` does not leave the plugin's folder",
    threats: ["T13"],
    attempt: async (stage) => {
      const folder = path.join(stage.paths.homeFolder(whole), "files");
      const up = path.relative(folder, stage.bait.file);
      return withoutBait(stage, await stage.attempt(whole, "read", up));
    },
  },
  {
    id: "files.absolute",
    ring: 2,
    claim: "An absolute path does not leave the plugin's folder",
    threats: ["T13"],
    attempt: async (stage) =>
      withoutBait(stage, await stage.attempt(whole, "read", stage.bait.file)),
  },
  {
    id: "files.read-link",
    ring: 2,
    claim: "A link to a file outside is not followed",
    threats: ["T13"],
    attempt: async (stage) =>
      withoutBait(stage, await stage.attempt(whole, "read", "link-to-file")),
  },
  {
    id: "files.link-to-folder",
    ring: 2,
    claim: "A link to a folder outside is not followed on the way",
    threats: ["T13"],
    attempt: async (stage) =>
      withoutBait(stage, await stage.attempt(whole, "read", "link-to-folder/bait.txt")),
  },
  {
    id: "files.write-link",
    ring: 2,
    claim: "Nothing is written through a link",
    threats: ["T13"],
    async attempt(stage) {
      const attempted = await stage.attempt(whole, "write", "link-to-folder/new.txt", "written");
      await stage.attempt(whole, "write", "link-to-file", "written");
      return stage.bait.read() === stage.bait.word && attempted.error !== undefined
        ? held(`refused: ${attempted.error}`)
        : escaped("a file outside was changed");
    },
  },
  {
    id: "files.read-only",
    ring: 2,
    claim: "What may read does not write",
    threats: ["T13"],
    // As long as what it would replace: a quota of nothing would refuse more.
    attempt: async (stage) => refusal(await stage.attempt(reading, "write", "note", "gone")),
  },
  {
    id: "files.quota",
    ring: 2,
    claim: "Files end at their quota",
    threats: ["T13"],
    attempt: async (stage) =>
      refusal(await stage.attempt(whole, "fill", String(STAGE_LIMITS.quotaBytes + 1))),
  },
  {
    id: "kv.quota",
    ring: 2,
    claim: "A plugin's store ends at its quota",
    threats: ["T11"],
    attempt: async (stage) =>
      refusal(await stage.attempt(whole, "hoard", "hoard", String(STAGE_LIMITS.quotaBytes + 1))),
  },
  {
    id: "kv.neighbour",
    ring: 2,
    claim: "One plugin does not read what another keeps",
    threats: ["T40"],
    async attempt(stage) {
      const kept = await stage.attempt(whole, "keep", "secret", stage.bait.word);
      if (kept.error !== undefined) return escaped("nothing was kept, so nothing was tried");
      return withoutBait(stage, await stage.attempt(reading, "recall", "secret"));
    },
  },
  {
    id: "tenant.neighbour",
    ring: 2,
    claim: "One tenant does not read what another keeps, by the same plugin",
    threats: ["T45"],
    async attempt(stage) {
      const [one, other] = ["one", "other"].map((tenant) => makeCaller(tenant, { tenant }));
      const tool = `${whole}__attempt`;
      const keep = { what: "keep", words: ["tenant", stage.bait.word] };
      const kept = await stage.call(tool, keep, one);
      if (kept.error !== undefined) throw new Error(`not made: ${kept.error}`);
      const read = await stage.call(tool, { what: "recall", words: ["tenant"] }, other);
      if (read.error !== undefined) throw new Error(`not made: ${read.error}`);
      return withoutBait(stage, read);
    },
  },
  {
    id: "env.host",
    ring: 2,
    claim: "The host's environment is not the plugin's",
    threats: ["T10"],
    async attempt(stage) {
      const [name] = Object.keys(process.env).filter((one) => one !== "PROBE");
      if (name === undefined) return held("the host has none");
      const { text } = await stage.attempt(whole, "env", name);
      return text === "(nothing)" ? held("not there") : escaped("a value was read");
    },
  },
  {
    id: "env.names",
    ring: 2,
    claim: "A plugin sees the values that it was given, and no other name",
    threats: ["T10"],
    async attempt(stage) {
      const { text } = await stage.attempt(whole, "names");
      return text === "PROBE" ? held("only its own") : escaped("it saw others");
    },
  },
  {
    id: "capability.not-granted",
    ring: 2,
    claim: "A capability that was not granted is not there",
    threats: ["T09"],
    attempt: async (stage) => refusal(await stage.attempt(reading, "env", "PROBE")),
  },
];

function withoutBait({ bait }: ProbeStage, { text, error }: Attempted): Verdict {
  return text.includes(bait.word) ? escaped("it was read") : held(error ?? "not there");
}

function refusal({ error }: Attempted): Verdict {
  return error === undefined ? escaped("it was not refused") : held(`refused: ${error}`);
}
