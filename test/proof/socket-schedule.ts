/** One schedule over sockets: some callers, some faults, until nothing is under way any more. */
import { pick } from "./dice.ts";
import { SOCKET_CALLERS } from "./socket-callers.ts";
import { createSocketWorld, type Ground, type SocketWorld } from "./socket-world.ts";

export interface PlayedOverSockets {
  readonly callers: readonly string[];
  readonly world: SocketWorld;
}

const NAMES = Object.keys(SOCKET_CALLERS);

export async function playOverSockets(seed: number, ground: Ground): Promise<PlayedOverSockets> {
  const world = createSocketWorld(seed, ground);
  const callers = [pick(world.dice, NAMES)];
  await Promise.all(callers.map((name, index) => SOCKET_CALLERS[name]?.(world, `call-${seed}-${index}`)));
  await world.settle();
  return { callers, world };
}
