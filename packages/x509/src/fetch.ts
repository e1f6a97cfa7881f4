import { type Bytes, toHex, type Work } from '@tlsmith/types';
import { type Purse, spend } from './budget.ts';
import type { GeneralName } from './general-name.ts';

/** What may be fetched: the certificate of an issuer, a CRL, an OCSP response. */
export type Fetchable = 'issuer' | 'crl' | 'ocsp';

/**
 * Asks for something from elsewhere. The answer is its bytes, or undefined where it could not be had. URLs stand in
 * certificates: those of issuers are a stranger's until the chain is verified, so whoever answers has to mind where
 * they lead.
 */
export interface FetchAsk {
  readonly ask: 'fetch';
  readonly what: Fetchable;
  /** With the scheme http or https. */
  readonly url: string;
  /** The DER OCSPRequest to send, for `ocsp` (RFC 6960 appendix A.1). */
  readonly request?: Bytes;
}

/** What a verification may fetch, and what it has fetched. */
export interface Fetching {
  readonly allowed: readonly Fetchable[];
  readonly purse: Purse;
  readonly seen: Map<string, Bytes | undefined>;
}

/**
 * Fetches something once; undefined where it is not allowed, not to be had, or the budget is used up: nobody depends
 * on a fetch alone, so that an empty purse is no reason to stop.
 */
export function* fetched(
  { allowed, purse, seen }: Fetching,
  what: Fetchable,
  url: string,
  request?: Bytes,
): Work<Bytes | undefined, FetchAsk> {
  if (!allowed.includes(what) || !/^https?:\/\//i.test(url)) return undefined;
  const key = `${what} ${url} ${request === undefined ? '' : toHex(request)}`;
  if (seen.has(key) || !spend(purse, 'fetches')) return seen.get(key);
  const answer = yield* ask({ ask: 'fetch', what, url, ...(request && { request }) });
  seen.set(key, answer);
  return answer;
}

// Who answers is outside of this package, and outside of its types where the work is driven as any work.
function* ask(of: FetchAsk): Work<Bytes | undefined, FetchAsk> {
  const answer: unknown = yield of;
  return answer instanceof Uint8Array ? answer : undefined;
}

/** The URLs among names, in order. */
export function urlsOf(names: readonly GeneralName[] | undefined): readonly string[] {
  return (names ?? []).flatMap((name) => (name.form === 'uniformResourceIdentifier' ? [name.value] : []));
}
