/** Names of fields whose value is a secret whatever it looks like, without their signs and in lower case. */
const SENSITIVE = new Set(
  "password passwd pwd passphrase passcode secret clientsecret appsecret sharedsecret secretkey secretaccesskey apikey apisecret apitoken accesstoken refreshtoken idtoken authtoken bearertoken sessiontoken sessionid sessioncookie privatekey signingkey encryptionkey masterkey authorization proxyauthorization cookie setcookie xapikey xauthtoken csrftoken xsrftoken otp totp totpsecret mfasecret recoverycode recoverycodes backupcodes pin cvv cvc cvv2 cardnumber creditcard creditcardnumber pan ssn socialsecuritynumber connectionstring databaseurl dsn dbpassword userpassword credential credentials jwt webhooksecret".split(
    " ",
  ),
);
const NAME_LENGTH_MAX = 64;

/** A test of names that remembers those it has seen: structured content repeats them. */
export function makeFieldTest(more: readonly string[]): (name: string) => boolean {
  const names = new Set([...SENSITIVE, ...more.map(plainOf)]);
  const known = new Map<string, boolean>();
  return (name) => {
    const before = known.get(name);
    if (before !== undefined) return before;
    if (name.length > NAME_LENGTH_MAX) return false;
    const isSensitive = names.has(plainOf(name));
    if (known.size < KNOWN_MAX) known.set(name, isSensitive);
    return isSensitive;
  };
}

const KNOWN_MAX = 2000;

function plainOf(name: string): string {
  return name
    .normalize("NFKC")
    .replaceAll(/[^\p{L}\p{N}]/gu, "")
    .toLowerCase();
}

/** Nothing is taken out where nothing is: an empty value, a flag, a word that says there is one. */
export function holdsValue(value: unknown): boolean {
  if (typeof value === "number") return true;
  return typeof value === "string" && value !== "" && !/^\[redacted:\w{1,20}\]$/.test(value);
}
