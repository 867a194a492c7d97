import { makeConformanceWorkspace } from "./helpers/conformance.ts";
const w = await makeConformanceWorkspace();
console.log(w.folder, w.configFile);
