/** Items of this machine and configuration that are there or not, whole ids. */
const LIVE_IDS: readonly string[] = [
  "GB-ADVISORIES",
  "GB-AT-REST",
  "GB-AUDIT-ARGUMENTS",
  "GB-AUDIT-COPY",
  "GB-AUTH-NONE",
  "GB-BEARER",
  "GB-CGROUP",
  "GB-DEVELOPMENT",
  "GB-FLOW-AFTER",
  "GB-FLOW-INSIDE",
  "GB-LIMITS-AWAY",
  "GB-OPERATOR-PAGES",
  "GB-ORIGINS",
  "GB-PROBES",
  "GB-RATE",
  "GB-REVOKED",
  "GB-SCOPES",
  "GB-SEAL",
  "GB-STATE-KEY",
  "GB-STORE-ONE-PROCESS",
  "GB-TELEMETRY-PLAIN",
  "GB-TLS",
  "GB-TRUST-WIDE",
  "GB-TRUSTED-ROOT",
];

/** What the ids of those begin with that name what they are about. */
const LIVE_BEGINNINGS: readonly string[] = [
  "GB-ADVISORY-",
  "GB-FILTER-",
  "GB-FLOW-",
  "GB-GRANT-",
  "GB-LIMITS-",
  "GB-PLAIN-",
  "GB-PRIVATE-",
  "GB-PROBE-",
  "GB-REFUSED-",
  "GB-SECRET-",
  "GB-TENANCY-",
  "GB-UNASKED-",
  "GB-UNSIGNED-",
  "GB-WAIVER-",
];

/** Whether it is one of those that name nothing but themselves. */
export function isWholeLiveId(id: string): boolean {
  return LIVE_IDS.includes(id.toUpperCase());
}

/** Whether an id is of a kind that comes and goes with machine and configuration. Cases of letters do not matter. */
export function isLiveId(id: string): boolean {
  const whole = id.toUpperCase();
  return (
    isWholeLiveId(id) ||
    LIVE_BEGINNINGS.some((beginning) => whole.startsWith(beginning) && whole !== beginning)
  );
}
