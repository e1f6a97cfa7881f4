import { node } from '@tlsmith/crypto/node';
import {
  type Ask,
  type ClientPolicy,
  clientPolicy,
  handshakeLimits,
  type PeerAuthenticated,
} from '@tlsmith/handshake';
import type { ClientSessionCache } from '@tlsmith/session-cache';
import {
  type Answer,
  type Bytes,
  type ClientSession,
  compute,
  cryptoAnswer,
  groups,
  type KeyExchangeKey,
  schemes,
  suites,
  TlsMisuse,
  type Version,
  utf8,
} from '@tlsmith/types';
import { leafUsage, referenceIdentity, type TrustAnchor, verifyChain } from '@tlsmith/x509';

/** Whom the client talks to, who may vouch for it, and where sessions with it are kept. */
export interface Peer {
  readonly host: string;
  readonly port: number;
  /** The DNS name that the certificate must be for. */
  readonly serverName: string;
  readonly roots: readonly TrustAnchor[];
  readonly versions: readonly Version[];
  readonly sessions: ClientSessionCache;
}

/** What the client offers, in order of preference; every suite has forward secrecy. */
export function clientPolicyFor({ serverName, versions }: Peer): ClientPolicy {
  return clientPolicy({
    serverName,
    versions,
    suites: [
      suites.TLS_AES_128_GCM_SHA256,
      suites.TLS_CHACHA20_POLY1305_SHA256,
      suites.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
      suites.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    ],
    groups: [groups.x25519, groups.secp256r1],
    keyShares: [groups.x25519],
    schemes: [
      schemes.ecdsa_secp256r1_sha256,
      schemes.ed25519,
      schemes.rsa_pss_rsae_sha256,
      schemes.rsa_pkcs1_sha256,
    ],
    alpn: [],
    extendedMasterSecret: 'require',
    middleboxCompatibility: true,
    resumption: true,
    // The store serves one client, whose only decision is its roots.
    sessionContext: utf8(serverName),
    sessionLifetime: 86_400,
    limits: handshakeLimits,
  });
}

/** A session to resume, if there is one. */
export function sessionFor({ sessions, serverName }: Peer): ClientSession | undefined {
  return sessions.take(serverName, Date.now());
}

/**
 * Answers what a client's machine asks. The machine knows no cryptography, no certificates and no clock: it meets them
 * here.
 */
export function clientAnswers(peer: Peer): Answer<Ask> {
  const keys: KeyExchangeKey[] = [];
  const crypto = cryptoAnswer(node);
  return (ask) => {
    switch (ask.ask) {
      case 'begin-key-exchange': {
        const { share, key } = algorithm(ask.group.name).begin();
        // States hold a number in place of the private key.
        return { share, key: keys.push(key) - 1 };
      }
      case 'finish-key-exchange':
        return algorithm(ask.group.name).finish(keys[ask.key] as KeyExchangeKey, ask.share);
      case 'authenticate-peer':
        return authenticated(ask.chain, peer);
      case 'credential':
        return undefined; // no client certificate
      case 'now':
        return Date.now();
      case 'hash':
      case 'hmac':
      case 'verify':
      case 'random':
        return crypto(ask);
      // Asks of servers, of clients with certificates, and of RSA key exchange.
      case 'respond-key-exchange':
      case 'find-session':
      case 'issue-ticket':
      case 'sign':
      case 'encrypt-premaster':
      case 'decrypt-premaster':
        throw new TlsMisuse('unexpected-ask', `this client has no answer to ${ask.ask}`);
    }
  };
}

/** The server's key, once a path of certificates has led from it to a root. */
function authenticated(chain: readonly Bytes[], { roots, serverName }: Peer): PeerAuthenticated {
  const name = referenceIdentity(serverName);
  const request = { chain, anchors: roots, at: Date.now(), purpose: 'server', name } as const;
  const verified = compute(node, verifyChain(request));
  return { publicKey: verified.publicKey, ...leafUsage(verified.leaf), evidence: verified };
}

const algorithm = (name: string) => node.groups[name as keyof typeof node.groups];
