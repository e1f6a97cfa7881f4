import type { Credential, CredentialWanted } from '@tlsmith/handshake';
import {
  type Asker,
  type Awaitable,
  type Bytes,
  type CryptoProvider,
  equal,
  type SignatureScheme,
  type SigningKey,
  TlsMisuse,
} from '@tlsmith/types';
import {
  type Certificate,
  certificatesFromPem,
  isHostName,
  leafUsage,
  matchesName,
  parseCertificate,
  usableKey,
} from '@tlsmith/x509';
import { defaultSchemes } from './defaults.ts';
import { plainScheme } from './entries.ts';
import { andThen } from './key-exchange.ts';

/** Who we are: a certificate chain and its private key. Made by {@link identity}. */
export interface Identity {
  /** DER, leaf first, without the root. */
  readonly chain: readonly Bytes[];
  readonly key: SigningKey;
  /** Schemes for signatures, in order of preference. */
  readonly schemes: readonly SignatureScheme[];
  /** A DER OCSPResponse to staple. */
  readonly ocsp: Bytes | undefined;
  /** Whether the leaf's key usage allows RSA key exchange. */
  readonly mayEncipher: boolean;
  /** Whether the leaf is for this host name. */
  covers(serverName: string): boolean;
}

/** What {@link identity} takes. */
export interface IdentityParts {
  /** PEM with the certificates, leaf first, or their DER. */
  readonly chain: string | readonly Bytes[];
  /** PKCS #8 as PEM or DER, imported by the provider, or a key that lives elsewhere. */
  readonly key: string | Bytes | SigningKey;
  /** Schemes for signatures, in order of preference; those of `defaultSchemes` that the key can by default. */
  readonly schemes?: readonly SignatureScheme[];
  /** A DER OCSPResponse to staple; none by default. */
  readonly ocsp?: Bytes;
}

/**
 * Who we are: a list, the first that fits is taken; or a function that finds it out for each hello, and whose signal is
 * aborted when the connection ends before it has.
 */
export type Identities =
  | readonly Identity[]
  | ((wanted: CredentialWanted, signal?: AbortSignal) => Awaitable<readonly Identity[]>);

/** What a server does for a name that none of its certificates is for. */
export type UnknownServerName = 'first-identity' | 'refuse';

/**
 * Checks that chain and key belong together and makes an identity of them.
 *
 * @throws {TlsMisuse} `identity-empty`, `identity-key-mismatch`. {@link CertificateRejected} for a malformed leaf.
 */
export function identity(provider: CryptoProvider, parts: IdentityParts): Identity {
  const chain = typeof parts.chain === 'string' ? certificatesFromPem(parts.chain) : parts.chain;
  const [first] = chain;
  if (first === undefined)
    throw new TlsMisuse('identity-empty', 'an identity needs at least its own certificate');
  const leaf = parseCertificate(first);
  const { key: given } = parts;
  const key =
    typeof given === 'string' || given instanceof Uint8Array ? provider.importSigningKey(given) : given;
  if (!equal(usableKey(leaf).spki, key.spki)) {
    throw new TlsMisuse('identity-key-mismatch', 'the private key is not that of the first certificate');
  }
  return {
    chain,
    key,
    schemes: (parts.schemes ?? defaultSchemes).map(plainScheme),
    ocsp: parts.ocsp,
    mayEncipher: leafUsage(leaf).mayEncipher && key.decryptPremaster !== undefined,
    covers: (serverName) => covers(leaf, serverName),
  };
}

/** The name comes from the peer (RFC 6066 §3): one that no host can have is nobody's, whatever else is in it. */
function covers({ sans }: Certificate, serverName: string): boolean {
  return isHostName(serverName.replace(/\.$/, '')) && matchesName({ dns: serverName }, sans);
}

/** Answers `credential` asks, and keeps the keys behind the handles it gives out. */
export class Identification {
  readonly #identities: Identities;
  readonly #unknownName: UnknownServerName;
  readonly #given: Identity[] = [];

  constructor(identities: Identities, unknownName: UnknownServerName) {
    this.#identities = identities;
    this.#unknownName = unknownName;
  }

  /** The first identity that the peer can use, one for the wanted name before others. */
  find(wanted: CredentialWanted, asker?: Asker): Awaitable<Credential | 'unrecognized-name' | undefined> {
    const identities = this.#identities;
    const candidates = typeof identities === 'function' ? identities(wanted, asker?.signal) : identities;
    return andThen(candidates, (list) => this.#choose(list, wanted));
  }

  /** The identity behind a credential that {@link find} gave. */
  behind(credential: Credential): Identity {
    const found = this.#given[credential.handle];
    if (found === undefined)
      throw new TlsMisuse('unknown-credential', 'this credential is of another connection');
    return found;
  }

  #choose(list: readonly Identity[], wanted: CredentialWanted): Credential | 'unrecognized-name' | undefined {
    const usable = list.filter((one) => fits(one, wanted));
    const { serverName } = wanted;
    const named = serverName === undefined ? usable : usable.filter((one) => one.covers(serverName));
    const [chosen] = named.length > 0 || this.#unknownName === 'refuse' ? named : usable;
    if (chosen !== undefined) return this.#credential(chosen);
    return usable.length > 0 ? 'unrecognized-name' : undefined;
  }

  #credential(chosen: Identity): Credential {
    const handle = this.#given.push(chosen) - 1;
    const { chain, key, schemes, mayEncipher, ocsp } = chosen;
    return { handle, chain, keyType: key.type, schemes, mayEncipher, ocsp };
  }
}

function fits({ key, schemes, mayEncipher }: Identity, wanted: CredentialWanted): boolean {
  const signs = schemes.some(
    (scheme) =>
      wanted.schemes.some(({ code }) => code === scheme.code) && scheme[wanted.version].includes(key.type),
  );
  if (wanted.version === 'tls13') return signs;
  const kind = key.type === 'rsa' || key.type === 'rsa-pss' ? 'rsa' : 'ecdsa';
  return wanted.authentication.includes(kind) && (signs || mayEncipher);
}
