import type { JsonObject } from "@glovebox/host-api/json";
import type { LockedPlugin, Manifest } from "../../plugin/formats.ts";
import { describeSigner } from "../../plugin/signer.ts";
import type { BundledPackage, MachineFacts } from "../../powers/release-facts.ts";
import { SHAPE_DEFAULT } from "../../plugin/shape.ts";

/** The version of CycloneDX that is written. */
export const CYCLONEDX = "1.6";

/** A plugin as it was approved, and what its manifest says. The source is already without secrets. */
export interface PluginMaterial {
  readonly alias: string;
  readonly locked: LockedPlugin;
  readonly manifest: Manifest;
}

export interface Materials {
  readonly version: string;
  readonly packages: readonly BundledPackage[];
  readonly machine: MachineFacts;
  readonly plugins: readonly PluginMaterial[];
}

/**
 * The bill of materials of a runtime and its plugins: CycloneDX 1.6 (ECMA-424) as JSON. Without serial number and time, so
 * that the same parts make the same bill. What is inside of a plugin's component nobody but its author knows.
 */
// debt("GB-086"): a plugin is one component, whatever it was made of.
export function makeSbom({ version, packages, machine, plugins }: Materials): JsonObject {
  const runtime = `glovebox@${version}`;
  const parts = [
    ...packages.map(describePackage),
    describeProgram("node", machine.node, "platform"),
    ...(machine.bubblewrap === null
      ? []
      : [describeProgram("bubblewrap", machine.bubblewrap, "application")]),
  ];
  const guests = plugins.map(describePlugin);
  return {
    bomFormat: "CycloneDX",
    specVersion: CYCLONEDX,
    version: 1,
    metadata: {
      component: {
        type: "application",
        "bom-ref": runtime,
        name: "glovebox",
        version,
        licenses: [{ expression: "Apache-2.0" }],
      },
    },
    components: [...parts, ...guests],
    dependencies: [
      { ref: runtime, dependsOn: [...parts, ...guests].map((part) => part["bom-ref"]) },
    ],
  };
}

type Component = JsonObject & { readonly "bom-ref": string };

function describePackage({ name, version, license, integrity }: BundledPackage): Component {
  const purl = `pkg:npm/${name.replace(/^@/, "%40")}@${version}`;
  return {
    type: "library",
    "bom-ref": purl,
    name,
    version,
    licenses: [{ expression: license }],
    hashes: [
      {
        alg: "SHA-512",
        content: Buffer.from(integrity.slice("sha512-".length), "base64").toString("hex"),
      },
    ],
    purl,
  };
}

function describeProgram(name: string, version: string, type: string): Component {
  return { type, "bom-ref": `${name}@${version}`, name, version };
}

function describePlugin({ alias, locked, manifest }: PluginMaterial): Component {
  const { digests } = locked;
  return {
    type: "library",
    "bom-ref": `plugin:${alias}`,
    name: locked.name,
    version: locked.version,
    description: manifest.description,
    licenses: [{ expression: manifest.license }],
    hashes: [{ alg: "SHA-256", content: digests.component.slice("sha256:".length) }],
    properties: [
      ["alias", alias],
      ["engine", manifest.shape ?? SHAPE_DEFAULT],
      ["package", locked.package],
      ["manifest", digests.manifest],
      ["surface", digests.surface],
      ["source", locked.source],
      ["approved-at", locked.approvedAt],
      ...locked.signers.map((signer) => ["signer", describeSigner(signer)] as const),
    ].map(([name = "", value = ""]) => ({ name: `glovebox:${name}`, value })),
  };
}
