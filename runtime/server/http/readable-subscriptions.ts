import { isJsonObject, type JsonObject } from "@glovebox/host-api/json";

/**
 * A `subscriptions/listen` without the resources that its principal may not read: the SDK takes any address, and would
 * tell of its changes. What is no list of texts is left for the SDK to refuse.
 */
export function keepReadable(
  message: JsonObject,
  isReadable: (uri: string) => boolean,
): JsonObject {
  const { params } = message;
  const notifications = isJsonObject(params) ? params["notifications"] : undefined;
  if (!isJsonObject(params) || !isJsonObject(notifications)) return message;
  const { resourceSubscriptions: wanted } = notifications;
  if (!Array.isArray(wanted)) return message;
  const resourceSubscriptions = wanted.filter((uri) => typeof uri !== "string" || isReadable(uri));
  return {
    ...message,
    params: { ...params, notifications: { ...notifications, resourceSubscriptions } },
  };
}
