/** dynalite brings no types: what is used of it. */
declare module "dynalite" {
  import type { Server } from "node:http";

  interface DynaliteOptions {
    /** How long a table is CREATING. */
    readonly createTableMs?: number;
  }

  /** In memory. Its own `close` ends the store, too. */
  export default function dynalite(options?: DynaliteOptions): Server;
}
