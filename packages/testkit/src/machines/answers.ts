import type { Ask, Credential, CredentialWanted, PeerAuthenticated } from '@tlsmith/handshake';
import {
  type Answer,
  type Bytes,
  type CryptoProvider,
  cryptoAnswer,
  type KeyExchangeAlgorithm,
  type KeyExchangeKey,
  type NamedGroup,
  type SignatureScheme,
  type SigningKey,
  schemes as builtIn,
} from '@tlsmith/types';
import { leafUsage, parseCertificate, usableKey } from '@tlsmith/x509';
import type { SessionTable } from './session-table.ts';

/** A certificate and its key, as a machine's credential. */
export interface TestCredential {
  readonly chain: readonly Bytes[];
  readonly key: SigningKey;
  readonly schemes: readonly SignatureScheme[];
  readonly mayEncipher: boolean;
  readonly ocsp?: Bytes | undefined;
}

/** What the questions of one machine are answered from. */
export interface AnswerParts {
  readonly provider: CryptoProvider;
  readonly credentials?: readonly TestCredential[];
  readonly sessions?: SessionTable | undefined;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Another verdict on the peer's certificates than acceptance. */
  readonly authenticate?: (ask: Extract<Ask, { readonly ask: 'authenticate-peer' }>) => PeerAuthenticated;
  /** Answers before all others; undefined for those that it leaves alone. */
  readonly instead?: (ask: Ask) => { readonly answer: unknown } | undefined;
}

/** Answers from a provider, credentials and a table of sessions. Every certificate is accepted unless `authenticate` objects. */
export function machineAnswers(parts: AnswerParts): Answer<Ask> {
  const { provider, credentials = [], sessions, now = () => 0, authenticate = acceptPeer, instead } = parts;
  const crypto = cryptoAnswer(provider);
  const exchanges = keyExchanges(provider);
  const behind = ({ handle }: Credential): SigningKey => (credentials[handle] as TestCredential).key;
  return (ask) => {
    const given = instead?.(ask);
    if (given !== undefined) return given.answer;
    switch (ask.ask) {
      case 'now':
        return now();
      case 'begin-key-exchange':
      case 'respond-key-exchange':
      case 'finish-key-exchange':
        return exchanges(ask);
      case 'sign':
        return behind(ask.credential).sign(ask.scheme.algorithm, ask.content);
      case 'encrypt-premaster':
        return provider.encryptPremaster?.(ask.key, ask.premaster);
      case 'decrypt-premaster':
        return behind(ask.credential).decryptPremaster?.(ask.ciphertext, ask.clientVersion, ask.substitute);
      case 'credential':
        return credentialFor(ask, credentials);
      case 'authenticate-peer':
        return authenticate(ask);
      case 'find-session':
        return sessions?.find(ask.identities);
      case 'issue-ticket':
        return issued(ask, provider, sessions);
      case 'hash':
      case 'hmac':
      case 'verify':
      case 'random':
        return crypto(ask);
    }
  };
}

/** A credential of a certificate chain and its private key (PKCS #8). */
export function testCredential(
  provider: CryptoProvider,
  from: { readonly chain: readonly Bytes[]; readonly privateKeyPem: string },
  change: Partial<TestCredential> = {},
): TestCredential {
  const key = provider.importSigningKey(from.privateKeyPem);
  const { mayEncipher } = leafUsage(parseCertificate(from.chain[0] as Bytes));
  const able = mayEncipher && key.decryptPremaster !== undefined;
  return { chain: from.chain, key, schemes: Object.values(builtIn), mayEncipher: able, ...change };
}

/** Takes the leaf's key and looks at nothing else. */
export function acceptPeer({ chain }: { readonly chain: readonly Bytes[] }): PeerAuthenticated {
  const leaf = parseCertificate(chain[0] as Bytes);
  return { publicKey: usableKey(leaf), ...leafUsage(leaf), evidence: undefined };
}

function credentialFor(
  wanted: CredentialWanted,
  credentials: readonly TestCredential[],
): Credential | undefined {
  const handle = credentials.findIndex((one) => fits(one, wanted));
  const found = credentials[handle];
  if (found === undefined) return undefined;
  const { chain, key, schemes, mayEncipher, ocsp } = found;
  return { handle, chain, keyType: key.type, schemes, mayEncipher, ocsp };
}

function fits({ key, schemes, mayEncipher }: TestCredential, wanted: CredentialWanted): boolean {
  const signs = schemes.some(
    (scheme) => wanted.schemes.includes(scheme) && scheme[wanted.version].includes(key.type),
  );
  if (wanted.version === 'tls13') return signs;
  return (
    wanted.authentication.includes(key.type.startsWith('rsa') ? 'rsa' : 'ecdsa') && (signs || mayEncipher)
  );
}

type KeyExchangeAsk = Extract<
  Ask,
  { readonly ask: 'begin-key-exchange' | 'respond-key-exchange' | 'finish-key-exchange' }
>;

/** Private keys by number; a provider's keys work once, so a test that goes on from one state twice brings its own. */
function keyExchanges(provider: CryptoProvider): (ask: KeyExchangeAsk) => unknown {
  const keys: KeyExchangeKey[] = [];
  const algorithm = ({ name, implementation }: NamedGroup): KeyExchangeAlgorithm =>
    implementation ?? (provider.groups[name] as KeyExchangeAlgorithm);
  return (ask) => {
    if (ask.ask === 'respond-key-exchange') return algorithm(ask.group).respond(ask.share);
    if (ask.ask === 'finish-key-exchange') {
      return algorithm(ask.group).finish(keys[ask.key] as KeyExchangeKey, ask.share);
    }
    const begun = algorithm(ask.group).begin();
    if (!('share' in begun))
      throw new Error('these machines want answers at once: use a synchronous provider');
    return { share: begun.share, key: keys.push(begun.key) - 1 };
  };
}

function issued(
  { kind, session }: Extract<Ask, { readonly ask: 'issue-ticket' }>,
  provider: CryptoProvider,
  sessions: SessionTable | undefined,
): { readonly id: Bytes; readonly lifetime: number } | undefined {
  if (sessions === undefined) return undefined;
  const id = provider.random(40);
  sessions.keep(kind, id, session);
  return { id, lifetime: session.lifetime };
}
