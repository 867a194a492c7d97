// What plugins see of their files is the same where these are encrypted: the tests of the plain ones, once more.
import { sealFolders } from "../../../helpers/sandbox-folder.ts";

sealFolders();
await import("./broker.test.ts");
await import("./guest.test.ts");
await import("../../../security/filesystem-handles.test.ts");
await import("../../../security/filesystem-quota.test.ts");
