import type { DisagreementClass } from './disagreement-class.ts';

const rows: readonly Omit<DisagreementClass, 'peer' | 'refusedBy'>[] = [
  {
    name: 'last second',
    mutations: ['expires this second'],
    reason: /certificate has expired/,
    seed: 13,
    right: 'ours',
    section: 'RFC 5280 §4.1.2.5',
    decidedBy: 'the validity period runs through notAfter, inclusive',
  },
  {
    name: 'any purpose',
    mutations: ['extendedKeyUsage of the leaf any', 'extendedKeyUsage of an authority any'],
    reason: /unsuitable certificate purpose/,
    seed: 38,
    right: 'both',
    section: 'RFC 5280 §4.2.1.12',
    decidedBy: 'an application may, but need not, refuse anyExtendedKeyUsage without the purpose itself',
  },
  {
    name: 'leaf that may only sign certificates',
    mutations: ['keyUsage of the leaf keyCertSign only'],
    reason: /unsuitable certificate purpose/,
    seed: 47,
    right: 'both',
    section: 'RFC 9846 §4.5.1.2',
    decidedBy:
      'digitalSignature is needed by whoever signs with the key: the handshake knows its key exchange and checks that, the path does not',
  },
  {
    name: 'key identifiers that do not agree',
    mutations: [
      'authorityKeyIdentifier of another key',
      'authorityKeyIdentifier critical',
      'extension value of another type',
    ],
    reason: /unable to get local issuer|self.signed|unable to get issuer/,
    seed: 64,
    right: 'both',
    section: 'RFC 5280 §4.2.1.1',
    decidedBy: 'the identifier helps to build paths, and validation by §6 does not look at it',
  },
  {
    name: 'critical key identifier',
    mutations: ['authorityKeyIdentifier critical'],
    reason: /unhandled critical extension/,
    seed: 942,
    right: 'both',
    section: 'RFC 5280 §4.2.1.1',
    decidedBy: 'the authority marks it non-critical; a reader that knows it need not care',
  },
  {
    name: 'common name held against DNS subtrees',
    mutations: ['excluded DNS subtree and the name in CN'],
    reason: /excluded subtree violation/,
    seed: 16260,
    right: 'ours',
    section: 'RFC 9525 §2',
    decidedBy: 'a common name is no DNS name, so that no constraint on DNS names concerns it',
  },
];

/** What OpenSSL refuses and we accept. */
export const opensslRefuses: readonly DisagreementClass[] = rows.map((row) => ({
  peer: 'openssl',
  refusedBy: 'theirs',
  ...row,
}));
