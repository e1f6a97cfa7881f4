import type { AuthenticatePeer, PeerAuthenticated } from '@tlsmith/handshake';
import { type Awaitable, type CryptoProvider, compute, cryptoAnswer, drive } from '@tlsmith/types';
import {
  type Certificate,
  type Fingerprint,
  leafUsage,
  type PinnedLeaf,
  parseCertificate,
  type ReferenceIdentity,
  type TrustAnchor,
  usableKey,
  type VerifiedChain,
  verifyChain,
  verifyPinnedLeaf,
} from '@tlsmith/x509';
import { andThen } from './key-exchange.ts';

/** Whom to believe. There is no default: a connection without a decision is no secure connection. */
export type Trust =
  /** Chains that lead to one of these; the usual choice. */
  | { readonly roots: readonly TrustAnchor[] }
  /** These very certificates or keys, and no others; chains and names are not looked at. */
  | { readonly pinned: readonly Fingerprint[] }
  /** Anybody: whoever sits in between reads and changes everything. For tests and for looking at strangers. */
  | { readonly dangerouslyAcceptAnyCertificate: 'I know what I am doing' };

/** What the answerer of `authenticate-peer` knows. */
export interface TrustFacts {
  readonly provider: CryptoProvider;
  readonly trust: Trust;
  /** The name or address that a server must prove; undefined for clients. */
  readonly reference: ReferenceIdentity | undefined;
  now(): number;
}

/** What was found out about a peer: the proof of a path, a pin, or that nobody looked. */
export type Evidence =
  | { readonly kind: 'chain'; readonly verified: VerifiedChain }
  | { readonly kind: 'pin' }
  | { readonly kind: 'none' };

/**
 * Authenticates a peer by its certificates.
 *
 * @throws {CertificateRejected} with the most useful reason.
 */
export function authenticate(ask: AuthenticatePeer, facts: TrustFacts): Awaitable<PeerAuthenticated> {
  const { trust, provider } = facts;
  if ('roots' in trust) {
    const wanted = {
      chain: ask.chain,
      anchors: trust.roots,
      at: facts.now(),
      purpose: ask.role,
      ...(facts.reference === undefined ? {} : { name: facts.reference }),
    };
    const verified = drive(verifyChain(wanted), cryptoAnswer(provider)) as Awaitable<VerifiedChain>;
    return andThen(verified, (chain) => authenticated(chain.leaf, { kind: 'chain', verified: chain }));
  }
  const [leaf] = ask.chain as readonly [Uint8Array];
  if ('pinned' in trust) {
    const pinned = compute(provider, verifyPinnedLeaf(leaf, trust.pinned)) as Awaitable<PinnedLeaf>;
    return andThen(pinned, (found) => authenticated(found.leaf, { kind: 'pin' }));
  }
  return authenticated(parseCertificate(leaf), { kind: 'none' });
}

function authenticated(leaf: Certificate, evidence: Evidence): PeerAuthenticated {
  const { maySign, mayEncipher } = leafUsage(leaf);
  return { publicKey: usableKey(leaf), maySign, mayEncipher, evidence };
}
