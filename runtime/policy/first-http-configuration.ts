/** What `glovebox init --http` writes: a server for others, whole but for the names that only its operator knows. No secret is in it. */
export const FIRST_HTTP_CONFIGURATION = `# yaml-language-server: $schema=./.glovebox/glovebox.schema.json
# What this file does not grant is denied. \`glovebox doctor\` says whether it would start, and what to do where not.
version: 1
mode: production # refuses anything unsigned, unpinned, unsealed or open

server:
  http:
    listen: "0.0.0.0:8808" # on the network between the load balancer and here
    hosts: [tools.example.com] # CHANGE: the names by which clients call this server
    origins: [] # web pages that may call it, such as https://app.example.com
    proxy: { trusted: [10.0.0.0/8] } # CHANGE: where the load balancer's connections come from; it ends TLS
    # Without a load balancer that ends TLS, in the place of \`proxy\`:
    # tls: { cert: file:/etc/glovebox/tls.pem, key: file:/etc/glovebox/tls.key }

  auth: { mode: keys } # \`glovebox key new NAME --tenant TENANT\`
  # Access tokens of your authorization server, in the place of keys:
  # auth: { mode: oauth, issuer: https://login.example.com, resource: https://tools.example.com/mcp, tenant: { claim: tenant } }

  rate:
    default: { per_minute: 120, burst: 30, concurrent: 8, per_day: 20000 } # each caller, all its calls together

  # openssl rand -base64 32; the same on every replica, kept where only the operator reads it.
  state_key: env:GLOVEBOX_STATE_KEY

  # Several replicas meet here; without it each counts and keeps for itself.
  # store: { redis: env:REDIS_URL }

audit: { arguments: digest } # or redacted, or full

# Whose signatures count, and for which plugins: \`glovebox trust add KEY --plugins GLOB\`.
trust: []

# Installed plugins and what each may do: \`glovebox add SOURCE\`.
plugins: {}
`;
