import { randomUUID } from "node:crypto";
import { readAnswer } from "@glovebox/host-api/ask/answer";
import type { AskKind } from "@glovebox/host-api/ask/grant";
import { REQUESTS_MAX } from "@glovebox/host-api/ask/limits";
import type { AskRequest, AskRequests } from "@glovebox/host-api/ask/request";
import { HostError } from "@glovebox/host-api/errors";
import { isJsonObject, type JsonObject, type JsonValue } from "@glovebox/host-api/json";
import type { AskableClient, GivenInputs, InputRequest, NeededInputs } from "./inputs.ts";
import { digestOf } from "./plugin/canonical.ts";
import { findHiddenCharacter } from "./plugin/text.ts";

/** How often one call may come back for more. An honest plugin asks once or twice; what asks forever asks in vain. */
export const ROUNDS_MAX = 8;

type Answers = Readonly<Record<string, JsonObject>>;

/** What travels to the client and back between two runs of a call, under `plugin` of the signed state. */
interface Round {
  readonly round: number;
  /** Digests of what was asked, by key: an answer belongs to exactly the words that a person saw. */
  readonly asked: Readonly<Record<string, string>>;
  /** What earlier rounds were answered. */
  readonly answers: Answers;
}

const FIRST: Round = { round: 0, asked: {}, answers: {} };

/** What asking came to: the call is over when `needs`, `lacks` or `isEndless` says so, whatever its plugin answers. */
export interface AskedOutcome {
  readonly needs?: NeededInputs;
  /** Kinds that this client cannot be asked. */
  readonly lacks?: readonly AskKind[];
  /** It has asked `ROUNDS_MAX` times, and wants more. */
  readonly isEndless?: true;
}

/**
 * What one run of a call asks. The plugin names its requests by keys; the call is run again from its start with what the
 * client answered, and gets by the same keys what was answered to the same words. A question whose words have changed is
 * another question.
 */
// debt("GB-042"): a call is run again from its start.
export class Asking {
  readonly #can: AskableClient;
  readonly #last: Round;
  readonly #responses: Readonly<Record<string, JsonValue>>;
  #outcome: AskedOutcome | undefined;
  #answers: Answers;
  #count = 0;

  constructor(can: AskableClient, given: GivenInputs | undefined) {
    this.#can = can;
    this.#last = readRound(given?.state["plugin"]);
    this.#responses = given?.responses ?? {};
    this.#answers = this.#last.answers;
  }

  /** Undefined while nothing was asked that is not answered. */
  get outcome(): AskedOutcome | undefined {
    return this.#outcome;
  }

  /** The answers by key, or undefined where one is missing: then the call is over. Throws `HostError`. */
  readonly ask = (requests: AskRequests): Answers | undefined => {
    if (this.#outcome) return undefined;
    this.#count += Object.keys(requests).length;
    if (this.#count > REQUESTS_MAX)
      throw new HostError("limit-exceeded", `more than ${REQUESTS_MAX} requests in one call`);
    for (const request of Object.values(requests)) verifyVisible(request);
    const missing: [string, AskRequest][] = [];
    const answers: Record<string, JsonObject> = {};
    for (const [key, request] of Object.entries(requests)) {
      const answer = this.#answerTo(key, request);
      if (answer) answers[key] = answer;
      else missing.push([key, request]);
    }
    this.#answers = { ...this.#answers, ...answers };
    if (missing.length === 0) return answers;
    this.#outcome = this.#end(missing);
    return undefined;
  };

  #answerTo(key: string, request: AskRequest): JsonObject | undefined {
    const { asked, answers } = this.#last;
    if (!Object.hasOwn(asked, key) || asked[key] !== digestOf(request)) return undefined;
    if (Object.hasOwn(answers, key)) return answers[key];
    return Object.hasOwn(this.#responses, key)
      ? readAnswer(request, this.#responses[key] ?? null)
      : undefined;
  }

  #end(missing: readonly (readonly [string, AskRequest])[]): AskedOutcome {
    const lacks = [...new Set(missing.map(([, { kind }]) => kind))].filter(
      (kind) => !this.#can[kind],
    );
    if (lacks.length > 0) return { lacks };
    const round = this.#last.round + 1;
    if (round > ROUNDS_MAX) return { isEndless: true };
    const asked = {
      ...this.#last.asked,
      ...Object.fromEntries(missing.map(([key, request]) => [key, digestOf(request)])),
    };
    const plugin = { round, asked, answers: this.#answers };
    return {
      needs: {
        requests: Object.fromEntries(missing.map(([key, request]) => [key, toInput(request)])),
        state: { plugin },
      },
    };
  }
}

function toInput(request: AskRequest): InputRequest {
  return request.kind === "url" ? { ...request, id: randomUUID() } : request;
}

/** A person reads it before they decide, or a model does: nothing in it may be hidden from the person. */
function verifyVisible(value: unknown): void {
  if (typeof value === "string") {
    const found = findHiddenCharacter(value, { lines: true });
    if (found)
      throw new HostError("invalid-argument", `a text with ${found.name}, which nobody sees`);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, part] of Object.entries(value)) {
      verifyVisible(key);
      verifyVisible(part);
    }
  }
}

/** The server has verified that we wrote it; what an older release wrote may still have another shape. */
function readRound(value: JsonValue | undefined): Round {
  if (!isJsonObject(value)) return FIRST;
  const { round, asked, answers } = value;
  if (!Number.isSafeInteger(round) || !isJsonObject(asked) || !isJsonObject(answers)) return FIRST;
  return {
    round: Number(round),
    asked: asked as Round["asked"],
    answers: answers as Round["answers"],
  };
}
