import {
  type AeadAlgorithm,
  type CipherSuite,
  type CryptoProvider,
  type KeyExchangeAlgorithm,
  type NamedGroup,
  type SignatureScheme,
  type SignatureVerification,
  TlsMisuse,
} from '@tlsmith/types';

/** Entries of a policy as they are given: some bring their own code. */
export interface Entries {
  readonly suites: readonly CipherSuite[];
  readonly groups: readonly NamedGroup[];
  readonly schemes: readonly SignatureScheme[];
}

/** Entries as plain data, and a provider that can do all of them. */
export interface Resolved extends Entries {
  readonly provider: CryptoProvider;
}

/**
 * Moves the code that entries bring into the provider, and leaves out the entries that it then still cannot do. States
 * hold entries, so these stay plain data. Where no entry brings code everything is as it was given.
 *
 * @throws {TlsMisuse} `entry-name-taken` where code comes under a name that the provider has something else for.
 */
export function resolveEntries(given: CryptoProvider, entries: Entries): Resolved {
  const own = {
    aeads: ownCode(
      entries.suites.map(({ aead }) => aead),
      given.aeads,
    ),
    groups: ownCode(entries.groups, given.groups),
    schemes: ownCode(
      entries.schemes.map(({ algorithm, implementation }) => ({
        name: algorithm,
        ...(implementation === undefined ? {} : { implementation }),
      })),
      Object.fromEntries(given.supports.verify.map((name) => [name, undefined])),
    ),
  };
  const provider = withCode(given, own);
  const { supports, aeads } = provider;
  return {
    provider,
    suites: entries.suites.filter(({ aead }) => aeads[aead.name] !== undefined).map(plainSuite),
    groups: entries.groups.filter(({ name }) => supports.groups.includes(name)).map(plain),
    schemes: entries.schemes.filter(({ algorithm }) => supports.verify.includes(algorithm)).map(plainScheme),
  };
}

/** A scheme without the code that it brings. */
export const plainScheme = (scheme: SignatureScheme): SignatureScheme => plain(scheme);

interface OwnCode {
  readonly aeads: ReadonlyMap<string, AeadAlgorithm>;
  readonly groups: ReadonlyMap<string, KeyExchangeAlgorithm>;
  readonly schemes: ReadonlyMap<string, SignatureVerification>;
}

interface Named<Code> {
  readonly name: string;
  readonly implementation?: Code;
}

/** Code by name, and under each name one thing only. */
function ownCode<Code>(
  entries: readonly Named<Code>[],
  taken: Readonly<Record<string, Code | undefined>>,
): ReadonlyMap<string, Code> {
  const found = new Map<string, Code>();
  for (const { name, implementation } of entries) {
    if (implementation === undefined) continue;
    const other = found.get(name) ?? (Object.hasOwn(taken, name) ? (taken[name] ?? {}) : implementation);
    if (other !== implementation) {
      throw new TlsMisuse(
        'entry-name-taken',
        `${name} is something else already: give the entry's code a name of its own, or the provider other code`,
      );
    }
    found.set(name, implementation);
  }
  return found;
}

function withCode(given: CryptoProvider, { aeads, groups, schemes }: OwnCode): CryptoProvider {
  if (aeads.size + groups.size + schemes.size === 0) return given;
  const { supports } = given;
  return {
    ...given,
    aeads: { ...given.aeads, ...Object.fromEntries(aeads) },
    groups: { ...given.groups, ...Object.fromEntries(groups) },
    verify: (algorithm, key, content, signature) =>
      schemes.get(algorithm)?.verify(key, content, signature) ??
      given.verify(algorithm, key, content, signature),
    supports: {
      ...supports,
      aeads: [...supports.aeads, ...aeads.keys()],
      groups: [...supports.groups, ...groups.keys()],
      verify: [...supports.verify, ...(schemes.keys() as Iterable<SignatureScheme['algorithm']>)],
    },
  };
}

function plainSuite<Suite extends CipherSuite>(suite: Suite): Suite {
  return suite.aead.implementation === undefined ? suite : { ...suite, aead: plain(suite.aead) };
}

function plain<Entry extends { readonly implementation?: unknown }>(entry: Entry): Entry {
  if (entry.implementation === undefined) return entry;
  const { implementation: _code, ...rest } = entry;
  return rest as Entry;
}
