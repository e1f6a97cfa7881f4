import { node } from '@tlsmith/crypto/node';
import {
  type Ask,
  type Credential,
  type CredentialWanted,
  handshakeLimits,
  type ServerPolicy,
  serverPolicy,
} from '@tlsmith/handshake';
import { type ServerSessionCache, serverSessionCache, ticketKeys } from '@tlsmith/session-cache';
import {
  type Answer,
  type Bytes,
  cryptoAnswer,
  groups,
  type KeyExchangeKey,
  noBytes,
  type SigningKey,
  schemes,
  suites,
  TlsMisuse,
} from '@tlsmith/types';
import { certificatesFromPem } from '@tlsmith/x509';

/** What all connections of the server have in common. */
export interface Site {
  readonly policy: ServerPolicy;
  /** DER, the server's own certificate first. */
  readonly chain: readonly Bytes[];
  readonly key: SigningKey;
  readonly sessions: ServerSessionCache;
}

/** Makes a site of a PEM chain and a PKCS #8 PEM key. */
export function makeSite(chainPem: string, keyPem: string): Site {
  const aead = node.aeads['aes-256-gcm'];
  const keys = ticketKeys({ aead, random: node.random, lifetime, rotateEvery: 3600 });
  return {
    policy,
    chain: certificatesFromPem(chainPem),
    key: node.importSigningKey(keyPem),
    sessions: serverSessionCache({ provider: node, tickets: { kind: 'sealed', keys }, lifetime }),
  };
}

/**
 * Answers what a server's machine asks. The machine knows no cryptography, no private key and no clock: it meets them
 * here.
 */
export function serverAnswers({ chain, key, sessions }: Site): Answer<Ask> {
  const keys: KeyExchangeKey[] = [];
  const crypto = cryptoAnswer(node);
  return (ask) => {
    switch (ask.ask) {
      case 'credential':
        return credentialFor(ask, chain, key);
      case 'sign':
        return key.sign(ask.scheme.algorithm, ask.content);
      // TLS 1.3: the client has sent its share already.
      case 'respond-key-exchange':
        return algorithm(ask.group.name).respond(ask.share);
      // TLS 1.2: the server's share goes first. States hold a number in place of the private key.
      case 'begin-key-exchange': {
        const begun = algorithm(ask.group.name).begin();
        return { share: begun.share, key: keys.push(begun.key) - 1 };
      }
      case 'finish-key-exchange':
        return algorithm(ask.group.name).finish(keys[ask.key] as KeyExchangeKey, ask.share);
      case 'find-session':
        return sessions.findFirst(ask.identities, Date.now());
      case 'issue-ticket':
        return sessions.issue(ask.session, ask.kind, Date.now());
      case 'now':
        return Date.now();
      case 'hash':
      case 'hmac':
      case 'verify':
      case 'random':
        return crypto(ask);
      // Asks of servers that want client certificates, and of RSA key exchange.
      case 'authenticate-peer':
      case 'encrypt-premaster':
      case 'decrypt-premaster':
        throw new TlsMisuse('unexpected-ask', `this server has no answer to ${ask.ask}`);
    }
  };
}

/** The server's one certificate, if the client can check its signatures. TLS 1.2 suites say who signs, too. */
function credentialFor(
  wanted: CredentialWanted,
  chain: readonly Bytes[],
  key: SigningKey,
): Credential | undefined {
  const kind = key.type === 'rsa' ? 'rsa' : 'ecdsa';
  const signs = wanted.schemes.some((scheme) => scheme[wanted.version].includes(key.type));
  const hasSuite = wanted.version === 'tls13' || wanted.authentication.includes(kind);
  if (!signs || !hasSuite) return undefined;
  return { handle: 0, chain, keyType: key.type, schemes: policy.schemes, mayEncipher: false };
}

const algorithm = (name: string) => node.groups[name as keyof typeof node.groups];

/** Seconds for which sessions live. */
const lifetime = 86_400;

/** What the server accepts, in order of preference; every suite has forward secrecy. */
const policy: ServerPolicy = serverPolicy({
  versions: ['tls13', 'tls12'],
  suites: [
    suites.TLS_AES_128_GCM_SHA256,
    suites.TLS_CHACHA20_POLY1305_SHA256,
    suites.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    suites.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
  ],
  groups: [groups.x25519, groups.secp256r1],
  schemes: [
    schemes.ecdsa_secp256r1_sha256,
    schemes.ed25519,
    schemes.rsa_pss_rsae_sha256,
    schemes.rsa_pkcs1_sha256,
  ],
  alpn: [],
  clientAuthentication: 'none',
  certificateAuthorities: [],
  tickets: 2,
  resumption12: { tickets: true, sessionIds: false },
  context: noBytes,
  extendedMasterSecret: 'require',
  sessionLifetime: lifetime,
  limits: handshakeLimits,
});
