import type { Mutation } from "../mutation.ts";

/** Ring 2: what the broker hands out. */
export const CAPABILITY_MUTATIONS: readonly Mutation[] = [
  {
    name: "a read-only folder is written to",
    ring: 2,
    changes: [
      {
        file: "host-api/filesystem/metered-folder.ts",
        from: 'if (!this.#writable) throw new HostError("not-permitted", "a write under a read-only grant");',
        to: "",
      },
    ],
    red: ["files.read-only"],
  },
];
