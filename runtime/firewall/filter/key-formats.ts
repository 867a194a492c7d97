/** A form in which a provider writes its keys: what they begin with, and what must follow. */
export interface KeyFormat {
  readonly id: string;
  readonly prefix: string;
  /** Sticky, for the whole key. Bounded: it is tried at one place and looks at a few hundred characters. */
  readonly pattern: RegExp;
}

/**
 * Forms of keys as their providers document them: a name, what they begin with, what follows. `#` stands for a hexadecimal
 * digit, `@` for a letter or digit, `&` for one of these or `_` or `-`; all else is a regular expression.
 */
const FORMATS = `
github-token ghp_,gho_,ghu_,ghs_,ghr_ @{36,80}
github-token ghs_ \\d{2,12}_eyJ[\\w-]{10,400}\\.[\\w-]{10,600}\\.[\\w-]{10,600}
github-fine-grained github_pat_ \\w{82}
gitlab-token glpat-,glptt-,gldt-,glrt-,glft-,glsoat-,glffct- (?:&{20,40}|(?:t\\d_)?&{27,300}\\.[0-9a-z]{9})(?!&)
gitlab-incoming-mail glimt- &{25}(?!&)
gitlab-agent glagent- &{50,70}(?!&)
gitlab-job glcbt- (?:@{1,5}_)?&{20}
gitlab-application gloas- &{64}(?!&)
gitlab-runner GR1348941 &{20}(?!&)
gitlab-session _gitlab_session= @{32}
aws-access-key AKIA,ASIA,ABIA,ACCA,AGPA,AIDA,AROA,AIPA,ANPA,ANVA [A-Z0-9]{16}
aws-access-key A3T [A-Z0-9]{17}
aws-bedrock ABSK [A-Za-z0-9+/]{109,269}={0,2}
aws-bedrock bedrock-api-key- YmVkcm9jay5hbWF6b25hd3MuY29t[\\w+/=]*
aws-appsync da2- [a-z0-9]{26}
alibaba-access-key LTAI @{17,21}
slack-token xoxa-,xoxb-,xoxo-,xoxp-,xoxr-,xoxs-,xoxe- (?:\\d-)?\\d{8,14}-[A-Za-z0-9-]{8,90}
slack-token xoxa-,xoxr- (?:\\d-)?@{8,48}
slack-config xoxe.xoxb-,xoxe.xoxp- \\d-@{100,170}
slack-config xoxe- \\d-@{100,170}
slack-app xapp- \\d{1,3}-[A-Z0-9]{8,15}-\\d+-@{10,80}
google-api-key AIza &{35}
google-oauth ya29. &{20,1024}
google-client-secret GOCSPX- &{28}
anthropic-key sk-ant- (?:api|admin|sid)\\d{2,4}-&{93}AA
openai-key sk- @{20}T3BlbkFJ@{20}
openai-key sk-proj-,sk-svcacct-,sk-admin- (?=&{0,90}T3BlbkFJ)&{100,180}
openrouter-key sk-or-v1- #{64}
huggingface-token hf_,api_org_ [A-Za-z]{34}
groq-key gsk_ @{52}
xai-key xai- \\w{80}
nvidia-key nvapi- &{64}
perplexity-key pplx- @{48}
replicate-key r8_ &{37}
firecrawl-key fc- #{32}
tavily-key tvly- (?:dev-|prod-)?@{20,40}
elevenlabs-key sk_ #{48}
stripe-key sk_live_,sk_test_,sk_prod_,rk_live_,rk_test_,rk_prod_ @{10,247}
paystack-key sk_ [a-z]{1,8}_@{40}
pagarme-key ak_live_ @{30}
square-key sq0atp-,sq0csp- &{22,60}
square-key EAAA [\\w+=-]{58,80}
square-application sandbox-sq0atb-,sandbox-sq0csp- &{20,60}
shopify-token shpat_,shpca_,shppa_,shpss_ #{30,34}
shippo-token shippo_live_,shippo_test_ #{40}
easypost-key EZAK,EZTK @{54}
flutterwave-key FLWSECK_TEST-,FLWPUBK_TEST-,FLWSECK- [a-hA-H0-9]{12,32}(?:-X)?
duffel-token duffel_test_,duffel_live_ [\\w=-]{43}
digitalocean-token dop_v1_,doo_v1_,dor_v1_ #{64}
databricks-token dapi #{32}(?:-\\d)?
dynatrace-token dt0c01.,dt0s01.,dt0s16. [A-Za-z0-9]{24}\\.[A-Za-z0-9]{64}
doppler-token dp.pt.,dp.ct.,dp.st.,dp.sa.,dp.scim.,dp.audit. (?:[a-z0-9_-]{2,35}\\.)?@{40,44}
vault-token hvs.,hvb.,hvr. &{90,300}
terraform-token atlasv1. [\\w=-]{60,70}
harness-token pat.,sat. &{22}\\.@{24}\\.@{20}
airtable-token pat @{14}\\.[a-z0-9]{62,66}
atlassian-token ATATT3 [\\w=-]{100,240}
bitbucket-password ATBB @{28,40}
artifactory-key AKCp @{60,80}
artifactory-key AKC @{64,74}
artifactory-token cmVmd @{59}
npm-token npm_ @{36}
pypi-token pypi-AgE &{84,1000}
rubygems-key rubygems_ #{42,52}
crates-token cio @{32}
nuget-key oy2 [a-z0-9]{43}
clojars-token CLOJARS_ @{60}
docker-token dckr_pat_,dckr_oat_ &{27,40}
sendgrid-key SG. [\\w=-]{64,72}
sendgrid-key SG. [\\w-]{20,24}\\.[\\w-]{39,47}
sendinblue-key xkeysib- #{64}-@{16}
mailgun-key key- [a-f0-9]{32}
mailjet-key mj_ @{30,64}
postman-key PMAK- @{24}-@{34}
postmark-key POSTMARK_ @{20,40}
pulumi-token pul- [a-z0-9]{40}
prefect-token pnu_,pnb_ @{36}
planetscale-token pscale_tkn_,pscale_oauth_,pscale_pw_,pscale_otkn_ [\\w=.-]{32,64}
readme-key rdme_ [a-z0-9]{70}
linear-key lin_api_,lin_oauth_ @{40,64}
figma-token figd_,figu_,figo_ &{40,46}
notion-token ntn_ \\d{11}@{35}
notion-token secret_ @{43}
vercel-token vcp_,vci_,vca_,vcr_,vck_ @{24,64}
twilio-key SK,AC #{32}
jwt eyJ &{10,600}\\.eyJ&{6,1200}(?:\\.&{10,900})?(?!&)
typeform-token tfp_ [\\w.=-]{40,60}
contentful-token CFPAT- &{43}
posthog-key phx_,phc_ \\w{43}
grafana-token glc_ [A-Za-z0-9+/]{32,400}={0,3}
grafana-token glsa_ @{32}_#{8}
grafana-key eyJrIjoi [A-Za-z0-9]{60,400}={0,3}
sentry-token sntrys_ eyJ[\\w+/=]{20,400}_[\\w+/]{43}
sentry-token sntryu_ #{64}
newrelic-key NRAK-,NRRA-,NRAA- @{27,42}
newrelic-key NRII- [A-Za-z0-9-]{32}
newrelic-key NRJS- #{19}
newrelic-key px-dep-,px-api- #{8}-#{4}-#{4}-#{4}-#{12}
okta-token SSWS [ ]00&{40}
hubspot-token pat-na1-,pat-eu1-,pat-na2- #{8}-#{4}-#{4}-#{4}-#{12}
frameio-token fio-u- [\\w=-]{64}
flyio-token fo1_ &{43}
flyio-token fm1a_,fm1r_,fm2_ [A-Za-z0-9+/]{100,}={0,3}
telnyx-key KEY &{55}
tailscale-key tskey- (?:[a-z]+-)?@{10,24}-@{20,40}
age-key AGE-SECRET-KEY-1 [0-9A-Z]{58}
onepassword-key A3- [A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}
onepassword-account ops_eyJ [A-Za-z0-9+/_-]{200,}={0,3}
sonar-token squ_,sqp_,sqa_ @{40}
sourcegraph-token sgp_ (?:(?:#{16}|local)_(?:local_)?)?#{40}
sourcegraph-token slk_ #{64}
segment-token sgp_ @{64}
buildkite-token bkua_ [a-z0-9]{40}
circleci-token CCIPAT_ @{15,30}_@{40}
supabase-token sbp_ [a-z0-9]{40}
octopus-key API- [A-Z0-9]{26}
maxmind-key maxmind_ @{16,40}
adafruit-key aio_ @{28}
adobe-secret p8e- [a-z0-9-]{32}
beamer-token b_ [\\w=-]{44}
clickhouse-key 4b1d @{38}
cloudflare-ca v1.0- #{24}-#{146}
cloudflare-key v1.0- [a-z0-9._-]{160,}
dependency-track odt_ @{32,255}
definednetworking dnkey- [\\w=-]{26}-[\\w=-]{52}
easypost-key EZ @{56}
fleetbase-key flb_live_ @{20}
flexport-key shltm_ &{40}
ionic-token ion_ @{42}
facebook-token EAAM,EAAC @{100,}
facebook-token EAACEdEose0cBA @{20,}
meta-token EAAB,EAAG,EAAD @{100,}
mongodb-service mdb_sa_sk_ &{40,48}
nightfall-key NF- @{32}
openshift-token sha256~ &{43}
pubnub-key pub-c-,sub-c-,sec-c- [a-zA-Z0-9-]{36,64}
plaid-token access-sandbox-,access-development-,access-production- #{8}-#{4}-#{4}-#{4}-#{12}
scalingo-token tk-us- &{48}
settlemint-token sm_aat_,sm_pat_,sm_sat_ @{16}
stackhawk-key hawk. &{20}\\.&{20}
storyblok-key sbtoken_ @{20,60}
ubidots-token BBFF- @{30}
voiceflow-key VF. (?:(?:DM|WS)\\.)?#{24}\\.@{16}
zoho-token 1000. #{32}\\.#{32}
yandex-token AQVN &{35,38}
yandex-token t1. [A-Za-z0-9_-]{1,400}={0,2}\\.[A-Za-z0-9_-]{86}={0,2}
gocardless-token live_ [\\w=-]{40}
gcp-service-account ANzaSy &{30,40}
freemius-key sk_ \\S{29}(?=["'])
dropbox-token sl. [\\w-]{130,1200}
authress-key scauth_,authress_ [a-z0-9]{5,30}\\.[a-z0-9]{4,6}\\.acc[_-][a-z0-9-]{10,32}\\.[a-z0-9+/_=-]{30,120}
teamwork-token tkn.v1_ @{60,80}=?
weights-key wandb_v1_ @{40,90}
clickup-token pk_ \\d{7,8}_[0-9A-Z]{32}
mapbox-token pk.,sk.,tk. [\\w+/=-]{32,128}\\.[\\w+/=-]{20,30}
fullstory-key na1. [A-Za-z0-9+/]{80,100}
tfc-token tfe- @{40,80}
`;

const CLASSES_BY_SIGN: Readonly<Record<string, string>> = {
  "#": "[0-9a-fA-F]",
  "@": "[A-Za-z0-9]",
  "&": "[\\w-]",
};
/** What goes on after a key's length is another thing: a longer digest, a name. */
const END = "(?![A-Za-z0-9])";
const OPEN_LENGTH_MAX = 600;

function compile(source: string): string {
  return source.replaceAll(/[#@&]/g, (sign) => CLASSES_BY_SIGN[sign] ?? sign);
}

function escapeLiteral(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\-]/g, "\\$&");
}

const TABLE: (KeyFormat[] | undefined)[] = fillTable();

/** The forms of keys that begin with these two characters. */
export function formatsAt(text: string, index: number): readonly KeyFormat[] | undefined {
  const [first, second] = [text.charCodeAt(index), text.charCodeAt(index + 1)];
  return first < 128 && second < 128 ? TABLE[(first << 7) | second] : undefined;
}

/** Whether a value begins as the keys of some provider do. */
export function beginsLikeKey(text: string, index: number): boolean {
  return (formatsAt(text, index) ?? []).some(
    ({ prefix }) => prefix.length >= DISTINCT_MIN && text.startsWith(prefix, index),
  );
}

const DISTINCT_MIN = 4;

function fillTable(): (KeyFormat[] | undefined)[] {
  const table: (KeyFormat[] | undefined)[] = Array.from({ length: 128 * 128 });
  for (const row of FORMATS.trim().split("\n")) {
    const [id = "", prefixes = "", rest = ""] = row.split(/ (?=[^ ])/);
    for (const prefix of prefixes.split(",")) {
      // A form without an upper end is read as far as this, and what goes on belongs to it.
      const end = rest.includes(",}") ? "" : END;
      const body = compile(rest.replaceAll(",}", `,${OPEN_LENGTH_MAX}}`));
      const pattern = new RegExp(`${escapeLiteral(prefix)}(?:${body})${end}`, "y");
      const slot = (prefix.charCodeAt(0) << 7) | prefix.charCodeAt(1);
      (table[slot] ??= []).push({ id, prefix, pattern });
    }
  }
  return table;
}
