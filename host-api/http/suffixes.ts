/**
 * Names under which strangers register: a wildcard over one would grant everybody's hosts.
 * This is not the whole Public Suffix List (publicsuffix.org); it names what operators meet.
 * Every wildcard is also shown when a plugin is approved.
 */
const SHARED_SUFFIXES: ReadonlySet<string> = new Set(
  `amazonaws.com s3.amazonaws.com elb.amazonaws.com cloudfront.net on.aws appspot.com run.app a.run.app
   web.app firebaseapp.com cloudfunctions.net googleapis.com googleusercontent.com blogspot.com
   azurewebsites.net azureedge.net cloudapp.net cloudapp.azure.com windows.net core.windows.net
   blob.core.windows.net azure-api.net azurestaticapps.net azurecontainerapps.io trafficmanager.net
   github.io githubusercontent.com githubpreview.dev gitlab.io bitbucket.io pages.dev workers.dev r2.dev
   trycloudflare.com vercel.app now.sh netlify.app netlify.com herokuapp.com herokudns.com onrender.com fly.dev
   railway.app deno.dev deno.net glitch.me repl.co replit.app replit.dev surge.sh supabase.co
   digitaloceanspaces.com ondigitalocean.app myshopify.com wordpress.com wixsite.com weebly.com
   ngrok.io ngrok.app ngrok.dev ngrok-free.app ngrok-free.dev loca.lt localtunnel.me serveo.net
   nip.io sslip.io xip.io localtest.me lvh.me dyndns.org duckdns.org no-ip.org ddns.net
   eu.org us.com uk.com eu.com co.com`.split(/\s+/),
);

/** Second labels that registries of two-letter countries sell under: `co.uk`, `com.au`, `ne.jp`. */
const COUNTRY_SECOND_LABELS: ReadonlySet<string> = new Set(
  "ac co com edu gob gouv gov go gv id ind info ltd me mil mod my ne net nhs nom or org plc police pro sch web".split(
    " ",
  ),
);

/** Whether anybody may register directly below `domain`, as far as this table knows. A single label always counts. */
export function isSharedSuffix(domain: string): boolean {
  const labels = domain.split(".");
  if (labels.length < 2) return true;
  const [second = "", top = ""] = labels.slice(-2);
  if (labels.length === 2 && top.length === 2 && COUNTRY_SECOND_LABELS.has(second)) return true;
  return SHARED_SUFFIXES.has(domain);
}
