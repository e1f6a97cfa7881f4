import { node } from '@tlsmith/crypto/node';
import {
  certificateIssuer,
  crlDistributionPoints,
  type ExtensionInput,
  issuingDistributionPoint,
  type IssuingPointInput,
  oid,
  type PointInput,
  sequence,
  set,
  unknownExtension,
  utf8String,
} from '@tlsmith/testkit';
import {
  type Authority,
  type CertificateInput,
  type CrlInput,
  issue,
  makeAuthority,
  makeCrl,
  makeKey,
} from '@tlsmith/testkit/node';
import { compute, isCertificateRejected } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { trustAnchor } from '../anchor.ts';
import { parseCertificate } from '../certificate.ts';
import { defaultBudget } from '../budget.ts';
import { oids } from '../oids.ts';
import type { StatusProblem } from '../revocation/status.ts';
import { type ChainRequest, verifyChain } from '../verify.ts';
import { parseCrl } from './crl.ts';

const at = Date.UTC(2026, 6, 1);
const day = 86_400_000;
const root = makeAuthority({ name: 'Root' });
const uri = (name: string) => ({ names: { uri: [`http://crl.example/${name}`] } });
const other = makeAuthority({
  name: 'Other',
  under: root,
  keyUsage: ['cRLSign'],
  isCa: false,
  extensions: [crlDistributionPoints([uri('signers')])],
});
const serial = 77;

const leafOf = (
  authority: Authority,
  extensions: readonly ExtensionInput[] = [],
  more: Partial<CertificateInput> = {},
) => issue(authority, { subject: 'a.example', dns: ['a.example'], serial, extensions, ...more });
const leaf = leafOf(root);

interface Scene {
  readonly chain?: readonly Uint8Array[];
  readonly crls: readonly Uint8Array[];
  readonly more?: Partial<ChainRequest>;
  readonly mode?: 'soft' | 'hard';
}

/** The status `good`, or the code of the rejection with the reason or the problems. */
function verdict({ chain = leaf.chain, crls, more = {}, mode = 'hard' }: Scene): string {
  try {
    const { statuses } = compute(
      node,
      verifyChain({
        chain,
        anchors: [trustAnchor(root.certificate)],
        at,
        purpose: 'server',
        revocation: { mode, crls: crls.map(parseCrl) },
        ...more,
      }),
    );
    return statuses[0]?.status ?? 'none';
  } catch (error) {
    if (!isCertificateRejected(error)) throw error;
    const { reason, problems = [] } = error.facts as { reason?: string; problems?: readonly StatusProblem[] };
    return [error.code, reason ?? [...new Set(problems.map(({ problem }) => problem))].join()].join(': ');
  }
}

const crl = (input: CrlInput = {}, issuer: Pick<Authority, 'name' | 'key'> = root) => makeCrl(issuer, input);
const revoking = (reason?: number) => [{ serial, ...(reason === undefined ? {} : { reason }) }];
const pointed = (points: readonly PointInput[]) => leafOf(root, [crlDistributionPoints(points)]).chain;
const scoped = (point: IssuingPointInput, input: CrlInput = {}) =>
  crl({ ...input, extensions: [issuingDistributionPoint(point), ...(input.extensions ?? [])] });

test('a CRL without the certificate makes it good, with the period of the CRL', () => {
  const { statuses } = compute(
    node,
    verifyChain({
      chain: leaf.chain,
      anchors: [trustAnchor(root.certificate)],
      at,
      purpose: 'server',
      revocation: { mode: 'hard', crls: [parseCrl(crl({ revoked: [{ serial: 5 }] }))] },
    }),
  );
  const period = { thisUpdate: Date.UTC(2026, 0, 1), nextUpdate: Date.UTC(2049, 11, 31) };
  expect(statuses).toEqual([{ status: 'good', source: 'crl', ...period }]);
});

test.each<[string, Scene, string]>([
  ['a CRL with the certificate', { crls: [crl({ revoked: revoking(1) })] }, 'revoked: keyCompromise'],
  ['in soft mode, too', { crls: [crl({ revoked: revoking(1) })], mode: 'soft' }, 'revoked: keyCompromise'],
  ['without a reason', { crls: [crl({ revoked: revoking() })] }, 'revoked: unspecified'],
  ['on hold', { crls: [crl({ revoked: revoking(6) })] }, 'revoked: certificateHold'],
  ['version 1 (RFC 5280 §5)', { crls: [crl({ version: 1, revoked: revoking() })] }, 'revoked: unspecified'],
  ['version 1 without it', { crls: [crl({ version: 1 })] }, 'good'],
  ['no CRL', { crls: [] }, 'revocation-unknown: nothing-at-hand'],
  ['no CRL in soft mode', { crls: [], mode: 'soft' }, 'unknown'],
  ['a CRL of somebody else', { crls: [crl({}, other)] }, 'revocation-unknown: nothing-at-hand'],
  [
    'the same name with another key',
    { crls: [crl({}, makeAuthority({ name: 'Root' }))] },
    'revocation-unknown: bad-signature',
  ],
  ['a broken signature', { crls: [crl({ breakSignature: true })] }, 'revocation-unknown: bad-signature'],
  [
    'a broken signature and a good one',
    { crls: [crl({ breakSignature: true, thisUpdate: at - day }), crl({ revoked: revoking(4) })] },
    'revoked: superseded',
  ],
  ['SHA-1', { crls: [crl({ signatureHash: 'sha1' })] }, 'revocation-unknown: bad-signature'],
  ['yesterday’s CRL', { crls: [crl({ nextUpdate: at - day })] }, 'revocation-stale: stale'],
  ['yesterday’s CRL in soft mode', { crls: [crl({ nextUpdate: at - day })], mode: 'soft' }, 'unknown'],
  ['nextUpdate within the tolerance', { crls: [crl({ nextUpdate: at - 299_000 })] }, 'good'],
  ['nextUpdate at the very moment', { crls: [crl({ nextUpdate: at })] }, 'good'],
  ['tomorrow’s CRL', { crls: [crl({ thisUpdate: at + day })] }, 'revocation-unknown: not-yet-valid'],
  ['thisUpdate within the tolerance', { crls: [crl({ thisUpdate: at + 299_000 })] }, 'good'],
  ['no nextUpdate and young', { crls: [crl({ thisUpdate: at - day / 2, nextUpdate: 'none' })] }, 'good'],
  [
    'no nextUpdate and old',
    { crls: [crl({ thisUpdate: at - 2 * day, nextUpdate: 'none' })] },
    'revocation-stale: stale',
  ],
  [
    'an unknown critical extension (RFC 5280 §5.2)',
    { crls: [crl({ extensions: [unknownExtension(true)] })] },
    'revocation-unknown: unknown-critical-extension',
  ],
  [
    'an unknown extension that is not critical',
    { crls: [crl({ extensions: [unknownExtension(false)] })] },
    'good',
  ],
  [
    'an unknown critical extension of another entry (RFC 5280 §5.3)',
    { crls: [crl({ revoked: [{ serial: 5, extensions: [unknownExtension(true)] }] })] },
    'revocation-unknown: unknown-critical-extension',
  ],
  ['no CRL number by default', { crls: [crl({ omit: [oids.cRLNumber] })] }, 'good'],
  [
    'a critical CRL number by default',
    {
      crls: [
        crl({
          omit: [oids.cRLNumber],
          extensions: [{ oid: oids.cRLNumber, critical: true, value: Uint8Array.of(2, 1, 1) }],
        }),
      ],
    },
    'good',
  ],
  ['the newer of two', { crls: [crl({ revoked: revoking() }), crl({ thisUpdate: at - day })] }, 'good'],
])('%s', (_, scene, expected) => {
  expect(verdict(scene)).toBe(expected);
});

test.each<[string, Scene, string]>([
  ['the point of the certificate', { chain: pointed([uri('1')]), crls: [scoped(uri('1'))] }, 'good'],
  [
    'one of its names',
    { chain: pointed([{ names: { uri: ['ldap://x', 'http://crl.example/1'] } }]), crls: [scoped(uri('1'))] },
    'good',
  ],
  [
    'another point',
    { chain: pointed([uri('1')]), crls: [scoped(uri('2'))] },
    'revocation-unknown: nothing-at-hand',
  ],
  [
    'a point, and a certificate without one',
    { crls: [scoped(uri('1'))] },
    'revocation-unknown: nothing-at-hand',
  ],
  [
    'no point at all',
    { chain: pointed([uri('1')]), crls: [crl({ revoked: revoking() })] },
    'revoked: unspecified',
  ],
  ['the name of the issuer', { crls: [scoped({ names: { directory: ['Root'] } })] }, 'good'],
  ['end entities', { crls: [scoped({ only: 'users' })] }, 'good'],
  ['authorities', { crls: [scoped({ only: 'authorities' })] }, 'revocation-unknown: nothing-at-hand'],
  [
    'attribute certificates',
    { crls: [scoped({ only: 'attributes' })] },
    'revocation-unknown: nothing-at-hand',
  ],
  ['some reasons', { crls: [scoped({ reasons: [1, 2] })] }, 'revocation-unknown: some-reasons-only'],
  [
    'some reasons, for one of which it is revoked',
    { crls: [scoped({ reasons: [1, 2] }, { revoked: revoking(1) })] },
    'revoked: keyCompromise',
  ],
  [
    'all reasons in two lists',
    { crls: [scoped({ reasons: [1, 2] }), scoped({ reasons: [3, 4, 5, 6, 7, 8] })] },
    'good',
  ],
  [
    'all reasons but one',
    { crls: [scoped({ reasons: [1, 2] }), scoped({ reasons: [3, 4, 5, 6, 7] })] },
    'revocation-unknown: some-reasons-only',
  ],
  [
    'reasons that the point narrows',
    { chain: pointed([{ ...uri('1'), reasons: [1] }]), crls: [scoped({ ...uri('1') })] },
    'revocation-unknown: some-reasons-only',
  ],
  [
    'a name relative to the issuer',
    { chain: pointed([{ relative: relative('Part 1') }]), crls: [scoped({ relative: relative('Part 1') })] },
    'good',
  ],
  [
    'the same name in full',
    {
      chain: pointed([{ relative: relative('Part 1') }]),
      crls: [
        scoped({
          names: {
            directory: [
              [
                ['CN', 'Root'],
                ['OU', 'Part 1'],
              ],
            ],
          },
        }),
      ],
    },
    'good',
  ],
  [
    'another relative name',
    { chain: pointed([{ relative: relative('Part 1') }]), crls: [scoped({ relative: relative('Part 2') })] },
    'revocation-unknown: nothing-at-hand',
  ],
])('a CRL about %s (RFC 5280 §6.3.3 b and d)', (_, scene, expected) => {
  expect(verdict(scene)).toBe(expected);
});

function relative(unit: string): Uint8Array {
  return set(sequence(oid('2.5.4.11'), utf8String(unit)));
}

const otherKey = makeKey('p256');
const signer = (more: Partial<CertificateInput>) =>
  makeAuthority({
    name: 'Other',
    under: root,
    key: otherKey,
    keyUsage: ['cRLSign'],
    isCa: false,
    extensions: [crlDistributionPoints([uri('signers')])],
    ...more,
  });
const foreignRoot = makeAuthority({ name: 'Foreign Root' });
const foreign = makeAuthority({ name: 'Other', under: foreignRoot, keyUsage: ['cRLSign'], isCa: false });
const indirectLeaf = (point: PointInput = { crlIssuer: 'Other' }) => [
  ...leafOf(root, [crlDistributionPoints([point])]).chain,
  other.certificate,
];
const indirect = (
  input: CrlInput = {},
  point: IssuingPointInput = {},
  by: Pick<Authority, 'name' | 'key'> = other,
) => makeCrl(by, { ...input, extensions: [issuingDistributionPoint({ indirect: true, ...point })] });
// Who signs an indirect CRL has a certificate of its own, whose status somebody has to know.
const signers = scoped(uri('signers'));
const ofRoot = [{ serial, extensions: [certificateIssuer('Root')] }];
const elsewhere = indirectLeaf({ ...uri('1'), crlIssuer: 'Other' });

test.each<[string, Scene, string]>([
  ['of the signer that the point names', { chain: indirectLeaf(), crls: [indirect(), signers] }, 'good'],
  [
    'with the certificate under its issuer',
    { chain: indirectLeaf(), crls: [indirect({ revoked: ofRoot }), signers] },
    'revoked: unspecified',
  ],
  [
    'with the serial number under its own name',
    { chain: indirectLeaf(), crls: [indirect({ revoked: revoking() }), signers] },
    'good',
  ],
  [
    'that does not say that it is indirect',
    { chain: indirectLeaf(), crls: [makeCrl(other, { revoked: ofRoot }), signers] },
    'revocation-unknown: nothing-at-hand',
  ],
  [
    'at another point',
    { chain: elsewhere, crls: [indirect({}, uri('2')), signers] },
    'revocation-unknown: nothing-at-hand',
  ],
  ['at the point', { chain: elsewhere, crls: [indirect({}, uri('1')), signers] }, 'good'],
  [
    'with the name that the point gives its issuer',
    { chain: indirectLeaf(), crls: [indirect({}, { names: { directory: ['Other'] } }), signers] },
    'good',
  ],
  [
    'of a signer that nobody brought along',
    { chain: indirectLeaf().slice(0, 1), crls: [indirect(), signers] },
    'revocation-unknown: signer-unknown',
  ],
  [
    'of a signer of unknown status',
    { chain: indirectLeaf(), crls: [indirect()] },
    'revocation-unknown: signer-not-valid',
  ],
  [
    'of a signer of unknown status, in soft mode',
    { chain: indirectLeaf(), crls: [indirect()], mode: 'soft' },
    'good',
  ],
  [
    'of a revoked signer',
    {
      chain: indirectLeaf(),
      crls: [
        indirect(),
        scoped(uri('signers'), { revoked: [{ serial: parseCertificate(other.certificate).serialNumber }] }),
      ],
      mode: 'soft',
    },
    'unknown',
  ],
  [
    'of an expired signer',
    {
      chain: [...indirectLeaf().slice(0, 1), signer({ notAfter: at - day }).certificate],
      crls: [indirect({}, {}, signer({ notAfter: at - day })), signers],
    },
    'revocation-unknown: signer-not-valid',
  ],
  [
    'of a signer who may not',
    {
      chain: [...indirectLeaf().slice(0, 1), signer({ keyUsage: ['digitalSignature'] }).certificate],
      crls: [indirect({}, {}, signer({ keyUsage: ['digitalSignature'] })), signers],
    },
    'revocation-unknown: signer-not-authorized',
  ],
  [
    'of a signer below another trust anchor (RFC 5280 §6.3.3 f)',
    {
      chain: [...indirectLeaf().slice(0, 1), foreign.certificate],
      crls: [indirect({}, {}, foreign), signers],
      more: { anchors: [trustAnchor(root.certificate), trustAnchor(foreignRoot.certificate)] },
    },
    'revocation-unknown: signer-not-valid',
  ],
])('an indirect CRL %s', (_, scene, expected) => {
  expect(verdict(scene)).toBe(expected);
});

test('an indirect CRL may cover the certificate of its own signer, but not the other way round for two of them', () => {
  const point = crlDistributionPoints([{ crlIssuer: 'Self' }]);
  const self = makeAuthority({
    name: 'Self',
    under: root,
    keyUsage: ['cRLSign'],
    isCa: false,
    extensions: [point],
  });
  const list = (input: CrlInput = {}) =>
    makeCrl(self, { ...input, extensions: [issuingDistributionPoint({ indirect: true })] });
  const chain = [leafOf(root, [point]).certificate, self.certificate];
  expect(verdict({ chain, crls: [list()] })).toBe('good');
  const ownSerial = parseCertificate(self.certificate).serialNumber;
  const revokingItself = [{ serial: ownSerial, extensions: [certificateIssuer('Root')] }];
  expect(verdict({ chain, crls: [list({ revoked: revokingItself })] })).toBe(
    'revocation-unknown: signer-not-valid',
  );

  const pair = (name: string, by: string) =>
    makeAuthority({
      name,
      under: root,
      keyUsage: ['cRLSign'],
      isCa: false,
      extensions: [crlDistributionPoints([{ crlIssuer: by }])],
    });
  const [first, second] = [pair('First', 'Second'), pair('Second', 'First')];
  const lists = [first, second].map((one) =>
    makeCrl(one, { extensions: [issuingDistributionPoint({ indirect: true })] }),
  );
  const circular = [
    leafOf(root, [crlDistributionPoints([{ crlIssuer: 'First' }])]).certificate,
    first.certificate,
    second.certificate,
  ];
  expect(verdict({ chain: circular, crls: lists })).toBe('revocation-unknown: signer-not-valid');
});

test('an authority may sign its CRLs with another key than its certificates (RFC 5280 §5.1.1.3)', () => {
  const crlKey = makeAuthority({ name: 'Root', under: root, keyUsage: ['cRLSign'], isCa: false });
  const list = makeCrl(crlKey, { revoked: revoking() });
  // The certificate of that key is itself among those that the list is about.
  expect(verdict({ chain: [leaf.certificate, crlKey.certificate], crls: [list] })).toBe(
    'revoked: unspecified',
  );
  expect(verdict({ chain: [leaf.certificate, crlKey.certificate], crls: [makeCrl(crlKey)] })).toBe('good');
  expect(verdict({ chain: leaf.chain, crls: [list] })).toBe('revocation-unknown: bad-signature');
});

const anchorWithout = (keyUsage: CertificateInput['keyUsage']) => {
  const authority = makeAuthority({ name: 'CA', keyUsage: keyUsage ?? [] });
  const { chain } = leafOf(authority);
  return verdict({
    chain,
    crls: [makeCrl(authority)],
    more: { anchors: [trustAnchor(authority.certificate)] },
  });
};

test('an issuer whose key usage leaves out cRLSign signs no CRL; one without key usage may (RFC 5280 §6.3.3 f)', () => {
  expect(anchorWithout(['keyCertSign'])).toBe('revocation-unknown: signer-not-authorized');
  expect(anchorWithout([])).toBe('good');
});

const delta = (input: CrlInput = {}) => crl({ base: 10, number: 12, thisUpdate: at - day, ...input });
const complete = (input: CrlInput = {}) => crl({ number: 10, ...input });

test.each<[string, readonly Uint8Array[], string]>([
  ['revokes', [complete(), delta({ revoked: revoking(1) })], 'revoked: keyCompromise'],
  ['takes off hold', [complete({ revoked: revoking(6) }), delta({ revoked: revoking(8) })], 'good'],
  ['says nothing new', [complete({ revoked: revoking(6) }), delta()], 'revoked: certificateHold'],
  [
    'changes the reason',
    [complete({ revoked: revoking(6) }), delta({ revoked: revoking(1) })],
    'revoked: keyCompromise',
  ],
  ['brings a stale list up to date', [complete({ nextUpdate: at - day }), delta()], 'good'],
  ['is stale itself', [complete(), delta({ revoked: revoking(), nextUpdate: at - day / 2 })], 'good'],
  ['is not signed', [complete(), delta({ revoked: revoking(), breakSignature: true })], 'good'],
  [
    'is not signed, for a stale list',
    [complete({ nextUpdate: at - day }), delta({ breakSignature: true })],
    'revocation-stale: stale',
  ],
  ['starts later than the list', [complete({ number: 9 }), delta({ revoked: revoking() })], 'good'],
  ['is older than the list', [complete({ number: 12 }), delta({ revoked: revoking() })], 'good'],
  [
    'has a scope of its own',
    [complete(), delta({ revoked: revoking(), extensions: [issuingDistributionPoint({ only: 'users' })] })],
    'good',
  ],
  [
    'names another key',
    [complete(), delta({ revoked: revoking(), omit: [oids.authorityKeyIdentifier] })],
    'good',
  ],
  [
    'is the newest of two',
    [
      complete(),
      delta({ revoked: revoking(1) }),
      delta({ number: 13, thisUpdate: at - 1000, revoked: revoking(8) }),
    ],
    'good',
  ],
  ['stands alone', [delta({ revoked: revoking() })], 'revocation-unknown: nothing-at-hand'],
])('a delta CRL that %s (RFC 5280 §5.2.4, §6.3.3)', (_, crls, expected) => {
  expect(verdict({ crls })).toBe(expected);
});

test.each<[string, CrlInput]>([
  ['no CRL number', { omit: [oids.cRLNumber] }],
  ['version 1', { version: 1 }],
  ['no nextUpdate', { nextUpdate: 'none', thisUpdate: at }],
  ['no authority key identifier', { omit: [oids.authorityKeyIdentifier] }],
  ['a CRL number of 21 octets', { number: new Uint8Array(21).fill(1) }],
  [
    'an uncritical issuing distribution point',
    { extensions: [issuingDistributionPoint({ only: 'users' }, false)] },
  ],
  [
    'a critical freshest CRL',
    { extensions: [{ ...crlDistributionPoints([uri('d')], '2.5.29.46'), critical: true }] },
  ],
])('a CRL with %s is enough by default and not for the strict profiles (RFC 5280 §5.1, §5.2)', (_, input) => {
  const strict = leafOf(root, [], { eku: ['server'] }).chain;
  const on = (profile: 'default' | 'rfc5280' | 'webpki') =>
    verdict({ chain: strict, crls: [crl(input)], more: { profile } });
  expect(on('default')).toBe('good');
  expect([on('rfc5280'), on('webpki')]).toEqual(Array(2).fill('revocation-unknown: profile-violation'));
  expect(verdict({ chain: strict, crls: [crl()], more: { profile: 'rfc5280' } })).toBe('good');
});

test('an authority of the path is looked at as the leaf is, and a path around it is found', () => {
  const between = makeAuthority({ name: 'Between', under: root, serial: 9 });
  const again = makeAuthority({ name: 'Between', under: root, serial: 10, key: between.key });
  const { certificate } = leafOf(between);
  const crls = [crl({ revoked: [{ serial: 9 }] }), makeCrl(between)];
  expect(verdict({ chain: [certificate, between.certificate], crls })).toBe('revoked: unspecified');
  expect(verdict({ chain: [certificate, between.certificate, again.certificate], crls })).toBe('good');
  const leafOnly = { revocation: { mode: 'hard', scope: 'leaf', crls: crls.map(parseCrl) } } as const;
  expect(verdict({ chain: [certificate, between.certificate], crls, more: leafOnly })).toBe('good');
});

test('signatures and comparisons of CRLs are paid from the budget', () => {
  const many = Array.from({ length: 30 }, (_, i) =>
    crl({ breakSignature: true, number: i, thisUpdate: at - i * 1000 }),
  );
  expect(verdict({ crls: many, more: { budget: { signatures: 20 } } })).toBe('budget-exceeded: ');
  const names = Array.from({ length: 600 }, (_, i) => `http://crl.example/${i}`);
  const wide = scoped({ names: { uri: names } });
  const { certificate } = leafOf(root, [
    crlDistributionPoints([{ names: { uri: names.map((name) => `${name}x`) } }]),
  ]);
  expect(defaultBudget.comparisons).toBeLessThan(600 * 600);
  expect(verdict({ chain: [certificate], crls: [wide] })).toBe('budget-exceeded: ');
});
