import { throwReasons } from "../../errors.ts";
import { ComponentError } from "../component/errors.ts";
import type { Manifest } from "../formats.ts";
import { inspectServlet, type ServletInspection } from "./inspect-servlet.ts";

/** Plugins import these on purpose. A clock and random bytes come with a toolchain. */
const ON_PURPOSE = ["http", "env"] as const;

/**
 * Reads an Extism plugin and holds it against what its own manifest requests.
 * Throws as `inspectServlet` does, or `ERR_COMPONENT_CAPABILITY`.
 */
export function verifyServlet(
  bytes: Uint8Array,
  { capabilities }: Pick<Manifest, "capabilities">,
): ServletInspection {
  const inspection = inspectServlet(bytes);
  throwReasons(
    ON_PURPOSE.flatMap((capability) => {
      const imports = inspection.wants.get(capability);
      if (imports === undefined || Object.hasOwn(capabilities, capability)) return [];
      const message = `\`${imports[0]}\` needs \`${capability}\`, which the manifest does not request`;
      return [new ComponentError("ERR_COMPONENT_CAPABILITY", message)];
    }),
  );
  return inspection;
}
