// The process that a vendor's PKCS #11 module runs in inherited the whole environment: every secret of the server, and the
// PIN's own variable.
import assert from "node:assert/strict";
import { test } from "node:test";
import { agentEnvironment } from "../../runtime/powers/keys/pkcs11-keys.ts";

test("a token's module is given what it is set up by, and no secret of the server", () => {
  const given = { PATH: "/bin", SOFTHSM2_CONF: "/etc/soft", CKNFAST_DEBUG: "1", LANG: "C.UTF-8" };
  const kept = {
    PKCS11_PIN: "1",
    TOKEN_PIN: "2",
    API_KEY: "3",
    NODE_OPTIONS: "--inspect",
    LD_PRELOAD: "/x.so",
    MY_PATH: "4",
    xSOFTHSM2_CONF: "5",
  };
  assert.deepEqual(agentEnvironment({ ...given, ...kept }, "PKCS11_PIN"), given);
  assert.deepEqual(agentEnvironment({ ...given, SOFTHSM2_PIN: "6" }, "SOFTHSM2_PIN"), given);
});
