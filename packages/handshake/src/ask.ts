import {
  type Bytes,
  type CryptoAsk,
  type KeyType,
  type NamedGroup,
  type PublicKey,
  type Role,
  type ServerSession,
  type SignatureScheme,
  type Version,
  type Work as WorkOf,
  violation,
  violations,
} from '@tlsmith/types';

/** A private key of ours and what goes with it, as plain data: the key itself stays behind `handle`. */
export interface Credential {
  /** Names the key in `sign` and `decrypt-premaster` asks. */
  readonly handle: number;
  /** Certificates as DER, leaf first. */
  readonly chain: readonly Bytes[];
  readonly keyType: KeyType;
  /** Schemes that the key may be used with, in order of preference. */
  readonly schemes: readonly SignatureScheme[];
  /** Whether the leaf's key usage allows RSA key exchange. */
  readonly mayEncipher: boolean;
  /** A DER OCSPResponse to staple. */
  readonly ocsp?: Bytes | undefined;
}

/** What authenticating the peer gave; only the one who answers `authenticate-peer` makes it. */
export interface PeerAuthenticated {
  readonly publicKey: PublicKey;
  /** Key usage allows signatures. */
  readonly maySign: boolean;
  /** Key usage allows key encipherment. */
  readonly mayEncipher: boolean;
  /** Whatever the answerer wants to give its user: a verified chain, a pin. */
  readonly evidence: unknown;
}

/** What the one who answers is told of the peer that wants to be authenticated. */
export interface AuthenticatePeer {
  readonly ask: 'authenticate-peer';
  /** Certificates as DER, leaf first; at least one. */
  readonly chain: readonly Bytes[];
  /** The peer's role. */
  readonly role: Role;
  readonly serverName: string | undefined;
  /** A stapled DER OCSPResponse. */
  readonly ocsp: Bytes | undefined;
  /** SignedCertificateTimestamps from the handshake. */
  readonly scts: readonly Bytes[];
  /** How the key will be used. */
  readonly keyExchange: 'signature' | 'rsa';
}

/** What a credential must be good for. */
export interface CredentialWanted {
  readonly ask: 'credential';
  readonly version: Version;
  readonly serverName: string | undefined;
  /** Schemes that the peer accepts for the handshake's signature, in our order of preference. */
  readonly schemes: readonly SignatureScheme[];
  /** TLS 1.2: what the common cipher suites authenticate with, in order; empty in TLS 1.3. */
  readonly authentication: readonly ('ecdsa' | 'rsa')[];
  /** Distinguished names (DER) of issuers that the peer trusts; empty for any. */
  readonly authorities: readonly Bytes[];
}

/** A session offered by a client. */
export interface SessionIdentity {
  readonly kind: 'ticket' | 'session-id';
  readonly id: Bytes;
}

/** A session that a client offered and that is known. */
export interface FoundSession {
  /** Which of the identities it is behind. */
  readonly index: number;
  readonly session: ServerSession;
  /**
   * Whether its ticket should be renewed, because the key that sealed it seals no more; absent, it should not. A TLS 1.2
   * server then sends a NewSessionTicket in the abbreviated handshake (RFC 5077 §3.3). TLS 1.3 has no use for it: there
   * every connection brings fresh tickets.
   */
  readonly renew?: boolean;
}

/** What a peer's key share becomes. */
export interface Responded {
  readonly share: Bytes;
  readonly secret: Bytes;
}

type Answers = {
  'begin-key-exchange': { readonly share: Bytes; readonly key: number };
  'respond-key-exchange': Responded | undefined;
  'finish-key-exchange': Bytes | undefined;
  sign: Bytes;
  'encrypt-premaster': Bytes;
  'decrypt-premaster': Bytes;
  now: number;
  'find-session': FoundSession | undefined;
  'issue-ticket': { readonly id: Bytes; readonly lifetime: number } | undefined;
  credential: Credential | 'unrecognized-name' | undefined;
  'authenticate-peer': PeerAuthenticated;
};

/** Everything that a machine may ask. The crypto asks of `@tlsmith/types` need no state; these may. */
export type Ask =
  | CryptoAsk
  | { readonly ask: 'begin-key-exchange'; readonly group: NamedGroup }
  | { readonly ask: 'respond-key-exchange'; readonly group: NamedGroup; readonly share: Bytes }
  | {
      readonly ask: 'finish-key-exchange';
      readonly group: NamedGroup;
      readonly key: number;
      readonly share: Bytes;
    }
  | {
      readonly ask: 'sign';
      readonly credential: Credential;
      readonly scheme: SignatureScheme;
      readonly content: Bytes;
    }
  | { readonly ask: 'encrypt-premaster'; readonly key: PublicKey; readonly premaster: Bytes }
  | {
      readonly ask: 'decrypt-premaster';
      readonly credential: Credential;
      readonly ciphertext: Bytes;
      readonly clientVersion: number;
      readonly substitute: Bytes;
    }
  | { readonly ask: 'now' }
  | { readonly ask: 'find-session'; readonly identities: readonly SessionIdentity[] }
  | { readonly ask: 'issue-ticket'; readonly kind: SessionIdentity['kind']; readonly session: ServerSession }
  | CredentialWanted
  | AuthenticatePeer;

/** The asks that `@tlsmith/types` does not already answer from a provider. */
export type ConnectionAsk = Exclude<Ask, CryptoAsk>;

/** Work of the machines. */
export type Work<T> = WorkOf<T, Ask>;

/** Milliseconds since the epoch. */
export function* now(): Work<number> {
  return yield* answered<'now'>({ ask: 'now' });
}

/** A fresh key pair in a group; the private half stays behind a number. */
export function* beginKeyExchange(group: NamedGroup): Work<Answers['begin-key-exchange']> {
  return yield* answered<'begin-key-exchange'>({ ask: 'begin-key-exchange', group });
}

/** The responder's share and the shared secret; undefined for an invalid share. */
export function* respondKeyExchange(group: NamedGroup, share: Bytes): Work<Responded | undefined> {
  return yield* answered<'respond-key-exchange'>({ ask: 'respond-key-exchange', group, share });
}

/** The shared secret; undefined for an invalid share. Uses the key up. */
export function* finishKeyExchange(group: NamedGroup, key: number, share: Bytes): Work<Bytes | undefined> {
  return yield* answered<'finish-key-exchange'>({ ask: 'finish-key-exchange', group, key, share });
}

/** A signature over the whole content by a credential's key. */
export function* sign(credential: Credential, scheme: SignatureScheme, content: Bytes): Work<Bytes> {
  return yield* answered<'sign'>({ ask: 'sign', credential, scheme, content });
}

/** RSAES-PKCS1-v1_5 under the server's key. */
export function* encryptPremaster(key: PublicKey, premaster: Bytes): Work<Bytes> {
  return yield* answered<'encrypt-premaster'>({ ask: 'encrypt-premaster', key, premaster });
}

/** The premaster secret, or the substitute: nobody can tell which (RFC 5246 §7.4.7.1). */
export function* decryptPremaster(
  wanted: Omit<Extract<Ask, { readonly ask: 'decrypt-premaster' }>, 'ask'>,
): Work<Bytes> {
  return yield* answered<'decrypt-premaster'>({ ask: 'decrypt-premaster', ...wanted });
}

/** The first of the offered sessions that is known, if any. */
export function* findSession(identities: readonly SessionIdentity[]): Work<Answers['find-session']> {
  return yield* answered<'find-session'>({ ask: 'find-session', identities });
}

/** A ticket (or a stored session's ID) for a session; undefined when none is to be had. */
export function* issueTicket(
  kind: SessionIdentity['kind'],
  session: ServerSession,
): Work<Answers['issue-ticket']> {
  return yield* answered<'issue-ticket'>({ ask: 'issue-ticket', kind, session });
}

/**
 * A credential of ours that the peer can use; undefined when there is none.
 *
 * @throws {TlsViolation} `unrecognized-name` when the name, and nothing else, is the reason (RFC 6066 §3).
 */
export function* credential(wanted: Omit<CredentialWanted, 'ask'>): Work<Credential | undefined> {
  const found = yield* answered<'credential'>({ ask: 'credential', ...wanted });
  if (found === 'unrecognized-name')
    throw violation(violations.unrecognizedName, { serverName: wanted.serverName });
  return found;
}

/** The peer's authenticated key; throws `CertificateRejected` when the chain is not acceptable. */
export function* authenticatePeer(wanted: Omit<AuthenticatePeer, 'ask'>): Work<PeerAuthenticated> {
  return yield* answered<'authenticate-peer'>({ ask: 'authenticate-peer', ...wanted });
}

/** The one place where the untyped answer of a `yield` gets its type. */
function* answered<K extends keyof Answers>(ask: Extract<Ask, { readonly ask: K }>): Work<Answers[K]> {
  return yield ask;
}
