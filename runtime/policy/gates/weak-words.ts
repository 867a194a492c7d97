/**
 * What stands in examples, templates and first drafts, and what people choose. Lower case, without separators; a secret is
 * compared after its own were taken away and its digits read as the letters that they imitate.
 */
export const PLACEHOLDER_WORDS: readonly string[] = `
changeme changethis changeit pleasechange replaceme replacethis replacewith insertyour insert fillin fillme todo fixme tbd
placeholder example sample dummy fake mock demo test testing default secret secretkey supersecret topsecret mysecret
yoursecret yourkey yourtoken yourpassword yourapikey your here password passwd passphrase passwort motdepasse contrasena pass
admin administrator root user guest login letmein welcome qwerty qwertz azerty asdfgh zxcvbn iloveyou monkey dragon
hunter correcthorsebatterystaple correct horse battery staple foobar foo bar baz lorem ipsum token apikey accesskey privatekey
key hmac jwt signing statekey state session cookie redis valkey glovebox server production development staging local localhost
secure security random string value nothing none null undefined empty unset invalid notset xxx abc qaz wsx edc minimum atleast
deadbeef cafebabe feedface baadfood cafe 1qaz 2wsx 3edc 4rfv 5tgb 6yhn 7ujm 31415926 53589793 23846264 33832795 02884197 27182818
28459045 quick brown jumps over lazy least long characters bits bytes use this with that not for the and please dont do only must should never real sekrit s3cr3t
`
  .trim()
  .split(/\s+/)
  .toSorted((left, right) => right.length - left.length);

/** Pairs of letters that make up most of English, and few of what is drawn at random. */
export const COMMON_PAIRS: ReadonlySet<string> = new Set(
  (
    "th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co me de hi ri ro ic ne ea " +
    "ra ce li ch ll be ma si om ur ca el ta la ns di fo ho pe ec pr no ct us ac ot il tr ly nc et ut ss so rs un lo wa ge ie " +
    "wh ee wi em ad ol rt po we na ul ni ts mo ow pa im mi ai sh ir su id os iv ia am fi ci vi pl ig tu ev ld ry mp fe bl ab " +
    "gh ty op wo sa ay ex ke fr oo av ag if ap gr od bo sp rd do uc bu ei ov by rm ep tt oc fa ef cu rn sc gi da yo cr cl du"
  ).split(" "),
);

/** Keys and secrets that stand in specifications, manuals, tutorials and our own documents, where everybody can read them. */
export const PUBLISHED_SECRETS: readonly string[] = [
  "AyM1SysPpbyDfZlZWd1tPHTGCOOWTn4mc3Dzr7w8Ww8",
  "AyM1SysPpbyDfZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
  "hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg",
  "GawgguFyGrWKav7AX4VKUg",
  "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY",
  "a-string-secret-at-least-256-bits-long",
  "your-256-bit-secret",
  "super-secret-jwt-token-with-at-least-32-characters-long",
  "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
  "0af7651916cd43dd8448eb211c80319c",
  "eef8331a46ea23902b24687f296b2d291e2d2f3a73bc87b97a554ebbfe7af4bc",
  "7f512265c2791302d191156b6494e1d206cdc578bacb87b0538aac87320a9ac6",
  "8962a7ebccfd4f6a768eba39120aa45b962604d7bc01b6958ebc2789d85f2c99",
  "5ad22b312ccb328afc280cd90a5e7663fe385f372bd284284a143dd897342f85",
  "98b40c3f25292e64a09ab3103e8970227f1a6a6c056ae8bb08b4090d00540446",
  "05c63b9f4a932de0c70014d86eff1d4e2ed47cc1ae552112396487b84e840947",
  "dbac6473d47d63cf53f36cf777a85ba95601dd368ce2f16dad185e8e35ff4f94",
  "MCowBQYDK2VwAyEAxcxRK8e2gF+J3DNYe7JAIp7RuTdHtWv2RTByrtlzl+E=",
];
