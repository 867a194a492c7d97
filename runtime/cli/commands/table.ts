import type { Command } from "../command.ts";
import { add } from "./add.ts";
import { approve } from "./approve.ts";
import { build } from "./build.ts";
import { call } from "./call.ts";
import { makeCompletion } from "./completion.ts";
import { debt } from "./debt.ts";
import { demo } from "./demo.ts";
import { doctor } from "./doctor.ts";
import { init } from "./init.ts";
import { inspect } from "./inspect.ts";
import { keygen } from "./keygen.ts";
import { list } from "./list.ts";
import { scaffold } from "./new.ts";
import { pack } from "./pack.ts";
import { remove } from "./remove.ts";
import { serve } from "./serve.ts";
import { sign } from "./sign.ts";
import { trust } from "./trust.ts";
import { verify } from "./verify.ts";

/** Every command there is. */
export const COMMANDS: readonly Command[] = [
  demo,
  scaffold,
  build,
  pack,
  keygen,
  sign,
  init,
  trust,
  add,
  list,
  inspect,
  approve,
  remove,
  verify,
  call,
  serve,
  doctor,
  debt,
  makeCompletion(() => COMMANDS),
];
