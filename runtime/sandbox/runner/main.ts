// The program inside the seal for components.
import { makeImports } from "@glovebox/host-api/guest-registry";
import { loadComponent } from "./component.ts";
import { NoImage } from "./image/state-image.ts";
import {
  makeFreshInstances,
  makeResetInstances,
  type Instances,
  type NewInstance,
} from "./instances.ts";
import { runExport } from "./run-export.ts";
import { serve } from "./serve.ts";

serve((message, body, makeWorld) => {
  const instantiate = loadComponent(message, body);
  const makeInstance = (): NewInstance => {
    const { setting, states } = makeWorld();
    const made = instantiate(makeImports(setting));
    states.forget();
    return { ...made, states };
  };
  const instances = prepare(makeInstance, message.reset);
  return {
    take() {
      const instance = instances.take();
      return (call) => runExport(instance, call);
    },
    done: (call) => instances.done(call),
  };
});

/** Instances that are restored after each call where that is wanted and can be done; else new ones. */
function prepare(makeInstance: () => NewInstance, reset: boolean): Instances {
  try {
    if (reset) return makeResetInstances(makeInstance);
  } catch (error) {
    if (!(error instanceof NoImage)) throw error;
  }
  return makeFreshInstances(makeInstance);
}
