import {
  authorityKeyIdentifier,
  basicConstraints,
  bitString,
  boolean,
  distinguishedName,
  type ExtensionInput,
  explicit,
  extendedKeyUsage,
  integer,
  keyUsage,
  octetString,
  oid,
  sequence,
  subjectAltName,
  subjectKeyIdentifier,
  validityTime,
} from '@tlsmith/testkit';
import {
  keyIdentifier,
  makeKey,
  type SignatureHash,
  signContent,
  type TestKey,
  type TestKeyType,
} from '@tlsmith/testkit/node';

/** An extension whose `critical` is DER that a mutation may spoil; undefined where it is left out. */
export interface ExtensionDraft {
  oid: string;
  critical: Uint8Array | undefined;
  value: Uint8Array;
}

/** A certificate before it is signed: all of it can still be changed, down to single octets. */
export interface Draft {
  version: Uint8Array | undefined;
  serial: Uint8Array;
  issuer: Uint8Array;
  notBefore: Uint8Array;
  notAfter: Uint8Array;
  subject: Uint8Array;
  key: TestKey;
  signer: TestKey;
  hash: SignatureHash | undefined;
  extensions: ExtensionDraft[];
  breakSignature: boolean;
  /** Instead of the algorithm inside, outside the signed part. */
  outerAlgorithm: Uint8Array | undefined;
  /** Octets behind the certificate. */
  after: Uint8Array;
}

/** A chain before its certificates are signed. */
export interface ChainDraft {
  /** From the leaf to the root. */
  readonly path: Draft[];
  /** Certificates that do not belong to the path. */
  readonly extra: Draft[];
  /** Certificates of the path that are not sent. */
  readonly missing: Set<Draft>;
  order: 'right' | 'reversed' | 'twice';
  sendsRoot: boolean;
  /** Whom the verifier wants to talk to: a DNS name or an IP address. */
  name: string;
}

/** The moment of verification: all chains are judged as of then. */
export const verificationTime: number = Date.UTC(2026, 5, 15, 12);

/** The name that an unchanged leaf has. */
export const serverName = 'www.example.com';

const times = { from: Date.UTC(2025, 0, 1), until: Date.UTC(2030, 0, 1) };
const pools = new Map<TestKeyType, TestKey[]>();

/** A key of a small pool: making one for every certificate would take most of the time. */
export function pooledKey(type: TestKeyType, index: number): TestKey {
  const pool = pools.get(type) ?? [];
  pools.set(type, pool);
  return (pool[index] ??= makeKey(type));
}

/** A valid chain: a leaf for {@link serverName}, so many intermediates, a root. */
export function validChain(intermediates: number): ChainDraft {
  const root = authorityDraft('Differential Root', pooledKey('p256', 0));
  const path = [root];
  for (let at = 1; at <= intermediates; at++) {
    path.unshift(authorityDraft(`Differential Intermediate ${at}`, pooledKey('p256', at), path[0]));
  }
  const key = pooledKey('p256', 9);
  const leaf = draft('server', key, path[0]);
  leaf.extensions.push(
    ...[
      basicConstraints(false),
      keyUsage(['digitalSignature']),
      extendedKeyUsage(['server', 'client']),
      subjectAltName({ dns: [serverName] }),
    ].map(extensionDraft),
  );
  return {
    path: [leaf, ...path],
    extra: [],
    missing: new Set(),
    order: 'right',
    sendsRoot: false,
    name: serverName,
  };
}

/** An authority's certificate, self-signed where there is none above it. */
export function authorityDraft(name: string, key: TestKey, above?: Draft): Draft {
  const made = draft(name, key, above);
  made.extensions.push(
    ...[basicConstraints(true), keyUsage(['digitalSignature', 'keyCertSign', 'cRLSign'])].map(extensionDraft),
  );
  return made;
}

/** An extension as it is written well. */
export function extensionDraft({ oid: name, critical, value }: ExtensionInput): ExtensionDraft {
  return { oid: name, critical: critical ? boolean(true) : undefined, value };
}

/** Signs a draft; DER, unless a mutation took care that it is not. */
export function encode(draft: Draft): Uint8Array {
  const hash = draft.hash ?? usualHashes[draft.signer.type] ?? 'sha256';
  const signed = signContent(draft.signer, { hash, padding: 'pkcs1' }, (algorithm) =>
    sequence(
      ...(draft.version === undefined ? [] : [draft.version]),
      draft.serial,
      algorithm,
      draft.issuer,
      sequence(draft.notBefore, draft.notAfter),
      draft.subject,
      draft.key.spki,
      ...(draft.extensions.length === 0 ? [] : [explicit(3, sequence(...draft.extensions.map(encodeOne)))]),
    ),
  );
  const value = Uint8Array.from(signed.value);
  if (draft.breakSignature) value[value.length - 1] = (value.at(-1) as number) ^ 1;
  const certificate = sequence(signed.content, draft.outerAlgorithm ?? signed.algorithm, bitString(value));
  return Uint8Array.from([...certificate, ...draft.after]);
}

function draft(name: string, key: TestKey, above: Draft | undefined): Draft {
  const signer = above?.key ?? key;
  const identifiers = [
    subjectKeyIdentifier(keyIdentifier(key)),
    ...(above === undefined ? [] : [authorityKeyIdentifier(keyIdentifier(signer))]),
  ];
  const subject = distinguishedName([
    ['O', 'Differential'],
    ['CN', name],
  ]);
  return {
    version: explicit(0, integer(2)),
    serial: integer(0x1000 + serials++),
    issuer: above?.subject ?? subject,
    notBefore: validityTime(times.from),
    notAfter: validityTime(times.until),
    subject,
    key,
    signer,
    hash: undefined,
    extensions: identifiers.map(extensionDraft),
    breakSignature: false,
    outerAlgorithm: undefined,
    after: new Uint8Array(0),
  };
}

let serials = 1;

const usualHashes: Partial<Record<TestKeyType, SignatureHash>> = { p384: 'sha384', p521: 'sha512' };

function encodeOne({ oid: name, critical, value }: ExtensionDraft): Uint8Array {
  return sequence(oid(name), ...(critical === undefined ? [] : [critical]), octetString(value));
}
