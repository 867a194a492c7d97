import type { StringRule } from "./cursor.ts";

/** The shapes of strings in our files. `schemas/*.json` say the same to editors; a test holds the two equal. */

export const PLUGIN_NAME: StringRule = {
  lengthMin: 1,
  lengthMax: 40,
  pattern: /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
  shape: "lower-case words joined by single hyphens",
};

export const TOOL_NAME: StringRule = {
  lengthMin: 1,
  lengthMax: 48,
  pattern: /^[a-z][a-z0-9_]*$/,
  shape: "a lower-case letter, then lower-case letters, digits and _",
};

/** As a name is made from an export of a component: `example_weather_weather-api_get-weather`. MCP's own limit is 128. */
export const WIT_TOOL_NAME: StringRule = {
  lengthMin: 1,
  lengthMax: 128,
  pattern: /^[a-z][a-z0-9_-]*$/,
  shape: "a lower-case letter, then lower-case letters, digits, _ and -",
};

/** As authors of servlets name tools. MCP allows dots too, which few clients do. */
export const SERVLET_TOOL_NAME: StringRule = {
  lengthMin: 1,
  lengthMax: 128,
  pattern: /^[A-Za-z][A-Za-z0-9_-]*$/,
  shape: "a letter, then letters, digits, _ and -",
};

/** Semantic Versioning 2.0.0. */
export const VERSION: StringRule = {
  lengthMin: 5,
  lengthMax: 64,
  pattern:
    /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-((0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(\+([0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*))?$/,
  shape: "a semantic version such as 1.0.0",
};

/** An SPDX licence identifier, or several joined without brackets. Not looked up: the list grows without us. */
export const LICENSE: StringRule = {
  lengthMin: 1,
  lengthMax: 100,
  pattern: /^[A-Za-z0-9][A-Za-z0-9.+-]*( (AND|OR|WITH) [A-Za-z0-9][A-Za-z0-9.+-]*)*$/,
  shape: "an SPDX licence such as Apache-2.0",
};

/** No user, no password, ASCII only: a link that is shown as what it is. */
export const HOMEPAGE: StringRule = {
  lengthMin: 9,
  lengthMax: 500,
  pattern: /^https:\/\/[a-z0-9][a-z0-9.-]*(:[0-9]{1,5})?(\/[!-~]*)?$/,
  shape: "an https address",
};

/** Who says who somebody is, as it stands in a certificate. Compared letter by letter, so ASCII only and no blank. */
export const ISSUER: StringRule = {
  lengthMin: 9,
  lengthMax: 500,
  pattern: /^https:\/\/[!-~]+$/,
  shape: "an issuer's address such as https://accounts.google.com",
};

/** An e-mail address or a URI, as it stands in a certificate. Compared letter by letter, so that a `*` would be a mistake. */
export const SUBJECT: StringRule = {
  lengthMin: 3,
  lengthMax: 500,
  pattern: /^[!-)+-~]+$/,
  shape: "a whole e-mail address or URI",
};

/** A repository or a file in it, as an attestation names them. Compared letter by letter. */
export const BUILD_TEXT: StringRule = {
  lengthMin: 1,
  lengthMax: 500,
  pattern: /^[!-~]+$/,
  shape: "plain text",
};

/** A commit of Git, SHA-1 or SHA-256. */
export const REVISION: StringRule = {
  lengthMin: 40,
  lengthMax: 64,
  pattern: /^[0-9a-f]{40}([0-9a-f]{24})?$/,
  shape: "a commit's 40 or 64 hex digits",
};

export const TITLE: StringRule = { lengthMin: 1, lengthMax: 100, pattern: /\S/, shape: "a title" };
export const DESCRIPTION: StringRule = {
  lengthMin: 1,
  lengthMax: 500,
  pattern: /\S/,
  shape: "a description",
};
export const REASON: StringRule = {
  lengthMin: 10,
  lengthMax: 300,
  pattern: /\S/,
  shape: "a reason",
};
export const SCHEMA_LINK: StringRule = { lengthMax: 500 };

export const TOOLS_MAX = 128;
export const RESOURCES_MAX = 256;
export const PROMPTS_MAX = 128;
export const PROMPT_ARGUMENTS_MAX = 32;

export const ARGUMENT_NAME: StringRule = {
  lengthMin: 1,
  lengthMax: 64,
  pattern: /^[A-Za-z_][A-Za-z0-9_-]*$/,
  shape: "a letter or _, then letters, digits, _ and -",
};

/** Absolute and ASCII, of a scheme that belongs to nobody else: clients open `file:` and `https:` by themselves. */
export const RESOURCE_URI: StringRule = {
  lengthMin: 4,
  lengthMax: 500,
  pattern:
    /^(?!(glovebox|file|https?|wss?|ftps?|data|blob|about|javascript|vbscript|mailto|urn):)[a-z][a-z0-9+.-]{1,39}:[!-z~]+$/,
  shape: "an address with a scheme of the plugin's own, such as notes://today",
};

/** The same with variables: `notes://{id}/text`. */
export const URI_TEMPLATE: StringRule = {
  ...RESOURCE_URI,
  pattern:
    /^(?!(glovebox|file|https?|wss?|ftps?|data|blob|about|javascript|vbscript|mailto|urn):)[a-z][a-z0-9+.-]{1,39}:[!-~]+$/,
  shape: "an address with a scheme of the plugin's own and variables, such as notes://{id}/text",
};

export const RESOURCE_NAME: StringRule = {
  lengthMin: 1,
  lengthMax: 100,
  pattern: /\S/,
  shape: "a name",
};

export const MIME_TYPE: StringRule = {
  lengthMin: 3,
  lengthMax: 150,
  pattern: /^[a-z0-9][a-z0-9.+-]*\/[a-z0-9][a-z0-9.+-]*(; ?charset=[a-z0-9-]+)?$/,
  shape: "a media type such as text/plain",
};
