import type { AuthenticatePeer, PeerAuthenticated } from '@tlsmith/handshake';
import { type Awaitable, type CryptoProvider, compute, cryptoAnswer, drive, TlsMisuse } from '@tlsmith/types';
import {
  type Certificate,
  type Fingerprint,
  leafUsage,
  type PinnedLeaf,
  parseCertificate,
  type ReferenceIdentity,
  type Revocation,
  type SignatureMemory,
  signatureMemory,
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
  | TrustedRoots
  /** These very certificates or keys, and no others; chains and names are not looked at. */
  | { readonly pinned: readonly Fingerprint[] }
  /** Anybody: whoever sits in between reads and changes everything. For tests and for looking at strangers. */
  | { readonly dangerouslyAcceptAnyCertificate: 'I know what I am doing' };

/** Authorities to believe, and how far. */
export interface TrustedRoots {
  readonly roots: readonly TrustAnchor[];
  /**
   * Whether certificates may have been revoked; not looked at when left out. A client then asks its server for an OCSP
   * response (RFC 6066 §8), and one that a certificate promises has to come (RFC 7633). Nothing is fetched.
   */
  readonly revocation?: RevocationChoice;
  /** Whether a domain is a public suffix, such as `co.uk`: a wildcard right below one is then no match. */
  readonly publicSuffix?: (domain: string) => boolean;
}

/**
 * As for `verifyChain` of `@tlsmith/x509`. With `mode: 'hard'` every certificate of the path needs a status, so that a
 * server's response about its own needs `scope: 'leaf'`, or `crls` for the others.
 */
export type RevocationChoice = Pick<
  Revocation,
  'mode' | 'scope' | 'crls' | 'ocsp' | 'tolerance' | 'maximumAge'
>;

/** Whether a client asks for an OCSP response. */
export function wantsStatus(trust: Trust): boolean {
  return 'roots' in trust && trust.revocation !== undefined;
}

/**
 * A decision about trust without a slip that would only show when a peer is there.
 *
 * @throws {TlsMisuse} `no-trust`, `no-revocation-mode`.
 */
export function checkedTrust(trust: Trust): Trust {
  if (typeof trust !== 'object' || trust === null) {
    throw new TlsMisuse(
      'no-trust',
      '`trust` says whom to believe: { roots }, for example those of the system',
    );
  }
  const mode = 'roots' in trust && trust.revocation !== undefined ? trust.revocation.mode : 'soft';
  if (mode === 'soft' || mode === 'hard') return trust;
  throw new TlsMisuse('no-revocation-mode', "`trust.revocation` wants a decision: mode is 'soft' or 'hard'");
}

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
      signatures: signaturesOf(provider),
      ...(facts.reference === undefined ? {} : { name: facts.reference }),
      ...(trust.publicSuffix === undefined ? {} : { publicSuffix: trust.publicSuffix }),
      ...revocationOf(trust, ask),
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

/** Servers are met again, and most of them have their intermediates in common. */
function signaturesOf(provider: CryptoProvider): SignatureMemory {
  const known = memories.get(provider);
  if (known !== undefined) return known;
  const fresh = signatureMemory();
  memories.set(provider, fresh);
  return fresh;
}

// What one provider found good another need not.
const memories: WeakMap<CryptoProvider, SignatureMemory> = new WeakMap();

// Clients are not asked for responses, so that theirs promise nothing; a server that was asked is held to its promise.
function revocationOf({ revocation }: TrustedRoots, { role, ocsp }: AuthenticatePeer) {
  if (revocation === undefined) return {};
  return { revocation: role === 'server' ? { ...revocation, stapled: [ocsp] } : revocation };
}

function authenticated(leaf: Certificate, evidence: Evidence): PeerAuthenticated {
  const { maySign, mayEncipher } = leafUsage(leaf);
  return { publicKey: usableKey(leaf), maySign, mayEncipher, evidence };
}
