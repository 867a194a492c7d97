import { setTimeout as sleep } from "node:timers/promises";
import { makeDetector } from "../../audit/anomalies/detect.ts";
import type { Anomaly } from "../../audit/anomalies/rules.ts";
import { makeWebhook } from "../../audit/anomalies/webhook.ts";
import { makeEvent, type AuditSink } from "../../audit/record.ts";
import type { ClientError } from "../../answer.ts";
import type { CallObserver, CallSteps } from "../../call.ts";
import type { Posture } from "../../debt/posture.ts";
import { located } from "../../errors.ts";
import { makeLog } from "../../powers/log.ts";
import { runtimeVersion } from "../../powers/version.ts";
import { joinObservers } from "../../server/telemetry/join-observers.ts";
import type { Workspace } from "../../workspace.ts";
import type { Machine } from "../machine.ts";
import { openKnownHosts } from "./known-hosts.ts";
import type { ProbeAudience, ProbeWatch } from "../serving/watch-probes.ts";
import { SuspensionList } from "./suspended-plugins.ts";

/** How soon a running server hears that a plugin was resumed, or suspended by another server. */
const LOOK_MS = 1000;
/** How long an end waits for an alert that is under way. */
const ALERT_MS_MAX = 5000;

const SUSPENDED: ClientError = {
  error_code: "PLUGIN_SUSPENDED",
  message: "The tool's plugin did something unusual and was suspended.",
  suggestion: "Do without the tool; the operator can look at it and resume the plugin.",
};
const LETS_NOTHING_RUN = { kind: "refuse", error: SUSPENDED } as const;
const ADMITS_NOTHING = { refused: SUSPENDED, end: () => undefined };

/** What looks on while calls are made. */
export interface Watch {
  /** Undefined where nobody wants to know. */
  readonly observer?: CallObserver;
  /** The steps, for which a suspended plugin is not admitted, nor runs what was admitted before. */
  guard(steps: CallSteps): CallSteps;
  /** Tells whoever the rules would tell, and waits a moment for it. */
  readonly alert: ProbeAudience["alert"];
  close(): Promise<void>;
}

/** Opens telemetry and the rules of anomalies as the configuration asks for them, and loads nothing that it does not. */
export async function openWatch(
  workspace: Workspace,
  machine: Machine,
  audit: AuditSink,
  now: { readonly probes?: ProbeWatch | undefined; readonly posture: () => Posture },
): Promise<Watch> {
  const { anomalies, telemetry, waivers } = workspace.configuration;
  const suspended = new SuspensionList(workspace.paths, machine.files);
  const rules =
    anomalies.rules.length > 0 ? await openRules(workspace, machine, audit, suspended) : undefined;
  const isTold = telemetry.otlp !== undefined || telemetry.prometheus !== undefined;
  const { headers } = telemetry.otlp ?? {};
  const told = isTold
    ? (await import("../../server/telemetry/open-telemetry.ts")).openTelemetry(telemetry, {
        version: runtimeVersion(),
        headers: headers === undefined ? undefined : machine.powers.readSecret(headers),
        waivers,
        suspended: () => suspended.names(),
        probes: () => now.probes?.last,
      })
    : undefined;
  const pages =
    telemetry.prometheus !== undefined || telemetry.debt === true
      ? await (
          await import("./operator-listener.ts")
        )
          .openOperatorListener(telemetry, { metrics: told?.metrics, postureNow: now.posture })
          .catch((error: unknown) => {
            throw located(error, { file: workspace.paths.configFile });
          })
      : undefined;
  const canChange =
    suspended.names().length > 0 || anomalies.rules.some(({ action }) => action === "suspend");
  const looking = canChange ? setInterval(() => suspended.look(), LOOK_MS).unref() : undefined;
  const observers = [told?.observer, rules?.observer].filter((one) => one !== undefined);
  return {
    ...(observers.length > 0 ? { observer: joinObservers(observers) } : {}),
    alert: (facts) => rules?.alert(facts) ?? Promise.resolve(),
    guard(plain) {
      const steps = now.probes?.guard(plain) ?? plain;
      return canChange
        ? {
            ...steps,
            admit: (caller, callable) =>
              suspended.has(callable.plugin.alias) ? ADMITS_NOTHING : steps.admit(caller, callable),
            // A task was admitted when it was begun, and may run much later.
            consent: (call) =>
              suspended.has(call.callable.plugin.alias) ? LETS_NOTHING_RUN : steps.consent(call),
          }
        : steps;
    },
    async close() {
      clearInterval(looking);
      rules?.close();
      await pages?.close();
      await told?.close();
    },
  };
}

interface OpenRules {
  readonly observer: CallObserver;
  readonly alert: Watch["alert"];
  close(): void;
}

async function openRules(
  { paths, configuration }: Workspace,
  machine: Machine,
  audit: AuditSink,
  suspended: SuspensionList,
): Promise<OpenRules> {
  const { rules, webhook: setting } = configuration.anomalies;
  const log = await makeLog(process.stderr);
  const detect = makeDetector(rules, openKnownHosts(paths, machine.files));
  const webhook =
    setting && makeWebhook(setting, machine.powers, (why) => log.warn(`alert not sent: ${why}`));

  const suspend = (anomaly: Anomaly): void => {
    const { alias, rule, what, callId } = anomaly;
    if (suspended.has(alias)) return;
    const suspension = { since: new Date().toISOString(), rule: rule.name, what, call_id: callId };
    log.warn(`plugin ${alias} suspended: ${what}`, { plugin: alias, rule: rule.name });
    write(audit, "plugin-suspended", anomaly, suspension);
    suspended
      .suspend(alias, suspension)
      .catch((error: unknown) =>
        log.warn(`the suspension of ${alias} is not kept: ${String(error)}`),
      );
  };

  const act = (anomaly: Anomaly): void => {
    const { rule, alias, what, toolName, principal, callId } = anomaly;
    // Calls that ran beside the one that it was suspended for.
    if (rule.action === "suspend" && suspended.has(alias)) return;
    const facts = { rule: rule.name, what };
    log.warn(`anomaly of ${alias}: ${what}`, { plugin: alias, rule: rule.name, call: callId });
    write(audit, "anomaly", anomaly, facts);
    if (rule.action !== "log")
      webhook?.send({
        time: new Date().toISOString(),
        alias,
        tool_name: toolName,
        principal,
        call_id: callId,
        action: rule.action,
        ...facts,
      });
    if (rule.action === "suspend") suspend(anomaly);
  };

  return {
    observer: {
      begin: () => ({
        step: () => undefined,
        end(call) {
          for (const anomaly of detect(call, performance.now())) act(anomaly);
        },
      }),
    },
    async alert(facts) {
      webhook?.send({ time: new Date().toISOString(), ...facts });
      await Promise.race([webhook?.flush(), sleep(ALERT_MS_MAX, undefined, { ref: false })]);
    },
    close: () => webhook?.close(),
  };
}

function write(
  audit: AuditSink,
  event: "anomaly" | "plugin-suspended",
  { alias, toolName, principal, callId }: Anomaly,
  detail: Readonly<Record<string, string>>,
): void {
  try {
    audit.write(
      makeEvent(event, { alias, tool_name: toolName, principal, call_id: callId, detail }),
    );
  } catch {
    // The trail cannot be written: the next call is not answered.
  }
}
