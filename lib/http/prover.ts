/**
 * Who sent this? Finds whom a request names, verifies its bytes against that one's secrets, and once more where those were read anew. Whoever is not there
 * looks like a wrong credential, and costs what one does.
 */
import { TransferError } from "../errors.ts";
import type { Verdict, Verifier } from "../sources/source.ts";
import type { HttpRequest } from "./request.ts";

/** How often a failed verification may read a secret anew: a rotated one is seen this soon, and guesses cost no more. */
const REREAD_INTERVAL_MS = 10_000;
/** Bounds what made-up names can take of the memory. */
const NAMES_MAX = 1_000;

const NO_DETAILS = { hint: undefined, missing: undefined, skewSeconds: undefined, secretsTried: undefined, secretId: undefined };

/** Without a verifier nobody can prove to be this one. */
interface Provable {
  readonly verify?: Verifier | undefined;
}

export interface Lookup<Known> {
  get(name: string, signal: AbortSignal): Promise<Known | undefined>;
  /** Reads it anew, unless what is kept was read at `since` or later. */
  reread(name: string, signal: AbortSignal, since: number): Promise<Known | undefined>;
}

interface ProverOptions<Known> {
  readonly lookup: Lookup<Known>;
  /** Why this one is refused whatever it presents, for the log alone. Undefined for whoever may be proven. */
  readonly bar: (known: Known | undefined) => string | undefined;
  /** For one who is not there. */
  readonly decoy: Verifier;
  /** For everybody who is refused, whoever is there: what a proof by one scheme costs, and by another does not. Its verdict counts for nothing. */
  readonly toll?: Verifier | undefined;
  /** What else proves whoever may be proven, whatever its own secrets are. Undefined where a request carries no such proof. */
  readonly proveOtherwise?: ((request: HttpRequest, signal: AbortSignal) => Promise<Verdict | undefined>) | undefined;
  /** Monotonic, in ms: the clock of `lookup`. */
  readonly now: () => number;
}

interface Proven<Known> {
  readonly known: Known;
  readonly verdict: Extract<Verdict, { ok: true }>;
  /** Not by its own secrets. */
  readonly otherwise?: true;
}

interface Checked<Known> {
  readonly proven?: Proven<Known>;
  /** Why it is not known whether something else proves it: nothing of its own does. */
  readonly unread?: TransferError | undefined;
}

/** No name: nobody can be called so. Throws `unauthenticated`, `secrets-unavailable` or `misconfigured`; the request's facts say why. */
export type Prove<Known> = (request: HttpRequest, name: string | undefined, signal: AbortSignal) => Promise<Proven<Known>>;

export function createProver<Known extends Provable>({
  lookup,
  bar,
  decoy,
  toll,
  proveOtherwise,
  now,
}: ProverOptions<Known>): Prove<Known> {
  const reread = new Map<string, number>();

  async function check(request: HttpRequest, known: Known | undefined, signal: AbortSignal): Promise<Checked<Known>> {
    const { other, unread } = await readOther(request, signal);
    const verdict = other?.ok ? other : await (known?.verify ?? decoy)(request.webhook, signal);
    const barred = bar(known);
    const refusal = other?.ok === false ? other : verdict;
    const reason = barred ?? (verdict.ok || refusal.ok ? undefined : refusal.reason);
    // Nothing of the decoy, and nothing of the reading before.
    request.note({ reason, ...NO_DETAILS, ...(barred === undefined && !refusal.ok && reason !== undefined && refusal.details) });
    if (known !== undefined && verdict.ok && reason === undefined)
      return { proven: { known, verdict, ...(verdict === other && { otherwise: true }) } };
    await toll?.(request.webhook, signal);
    return verdict.ok ? {} : { unread };
  }

  /** A key of ours that cannot be read keeps nobody out who needs none. */
  async function readOther(
    request: HttpRequest,
    signal: AbortSignal,
  ): Promise<{ readonly other?: Verdict | undefined; readonly unread?: TransferError }> {
    try {
      return { other: await proveOtherwise?.(request, signal) };
    } catch (thrown) {
      if (!(thrown instanceof TransferError)) throw thrown;
      return { unread: thrown };
    }
  }

  /** Whether a name exists or not, the first failure in ten seconds costs one read, and the others none. */
  function mayReread(name: string): boolean {
    if (now() - (reread.get(name) ?? Number.NEGATIVE_INFINITY) < REREAD_INTERVAL_MS) return false;
    reread.delete(name);
    reread.set(name, now());
    const [oldest] = reread.keys();
    if (reread.size > NAMES_MAX && oldest !== undefined) reread.delete(oldest);
    return true;
  }

  return async (request, name, signal) => {
    const begunAt = now();
    const kept = name === undefined ? undefined : await lookup.get(name, signal);
    let checked = await check(request, kept, signal);
    // Verified twice only where it was read twice.
    if (checked.proven === undefined && name !== undefined && mayReread(name))
      checked = await check(request, await lookup.reread(name, signal, begunAt), signal);
    const { proven, unread } = checked;
    if (proven === undefined) throw unread ?? new TransferError("unauthenticated", { reason: String(request.facts.reason) });
    return proven;
  };
}
