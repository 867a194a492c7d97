import type { Words } from "./words.ts";

/** Who speaks, and to whom. */
export const PEOPLE = {
  user: {
    nouns: "user human operator person customer owner employee individual",
    words: "anyone anybody everybody everyone someone user's",
  },
  you: {
    words:
      "you your yourself assistant model llm agent ai claude gpt chatgpt copilot gemini chatbot",
    phrases: "language model",
  },
  machine: {
    words: "assistant model llm claude gpt chatgpt copilot gemini chatbot",
    phrases:
      "language model; ai agent; ai agents; the agent; the ai; ai model; ai models; ai assistant",
  },
  speaker: {
    phrases:
      "i gave; i give; i have given; i told; i tell; i asked; i ask; i want; i need; i order; i command; i instruct; i instructed; i require; i authorize; we need you; we require you; we ask you; we instruct you; for me; send me; my instructions; my orders; my request",
  },
  selfIntroduction: {
    phrases: "i am; i'm; i the; we the; this is your; speaking as; we are the; i represent",
  },
  authority: {
    nouns: "developer administrator admin creator author maintainer vendor supervisor manager",
    words:
      "openai anthropic google microsoft security compliance management operator system operators",
    phrases: "your owner; the owner; the company; it department; security team; your employer",
  },
  greeting: { words: "hi hello hey dear greetings" },
  demand: {
    verbs:
      "want ask need expect order instruct require request demand command direct authorize authorise permit",
  },
  from: { words: "from by signed sincerely regards" },
  signed: { words: "signed sincerely", phrases: "best regards; kind regards; yours truly" },
} as const satisfies Readonly<Record<string, Words>>;
