import { noble } from '@tlsmith/crypto/noble';
import { node } from '@tlsmith/crypto/node';
import {
  authorityInfoAccess,
  certificatePolicies,
  policyConstraints,
  unknownExtension,
} from '@tlsmith/testkit';
import { makeAuthority, selfSigned } from '@tlsmith/testkit/node';
import { type CryptoAsk, compute, cryptoAnswer, drive } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { trustAnchors } from './anchor.ts';
import { parseCertificate } from './certificate.ts';
import { type ChainRequest, reportOf, verifyChain } from './verify.ts';
import { at, between, host, leafOf, names, outcome, request, root, tried } from './chains.test-support.ts';

test.each(['rsa', 'rsa-pss', 'p256', 'p384', 'p521', 'ed25519', 'ed448'] as const)(
  'a chain of keys of type %s is accepted with both providers',
  (keyType) => {
    const top = makeAuthority({ name: 'Top', keyType });
    const middle = makeAuthority({ name: 'Middle', under: top, keyType });
    const signed = leafOf(middle, { keyType, ...(keyType === 'rsa-pss' ? { signaturePadding: 'pss' } : {}) });
    for (const provider of [node, noble]) {
      const chain = compute(provider, verifyChain(request(signed, top)));
      expect(names(chain)).toBe('CN=leaf < CN=Middle < CN=Top');
      expect([chain.publicKey.type, chain.publicKey.spki]).toEqual([keyType, signed.key.spki]);
    }
  },
);

test('a provider that answers later gives a promise of the same', async () => {
  const work = verifyChain(request(leafOf(between), root));
  const answer = cryptoAnswer(node);
  const later = drive(work, async (ask: CryptoAsk) => {
    await Promise.resolve();
    return answer(ask);
  });
  expect(names(await later)).toBe('CN=leaf < CN=Between < CN=Root');
});

// What the leaf or its issuers are, what is asked, and what comes of it.
test.each<[string, () => ChainRequest, string, string | undefined]>([
  ['an ordinary chain', () => request(leafOf(between), root), 'accepted', undefined],
  ['no intermediate needed', () => request(leafOf(root), root), 'accepted', undefined],
  [
    'the root sent along',
    () => request({ chain: [...leafOf(between).chain, root.certificate] }, root),
    'accepted',
    undefined,
  ],
  [
    'an expired leaf',
    () => request(leafOf(root, { notAfter: at - 1000 }), root),
    'expired',
    'certificate_expired',
  ],
  [
    'the last second of validity',
    () => request(leafOf(root, { notAfter: at }), root, { at: at + 999 }),
    'accepted',
    undefined,
  ],
  [
    'a leaf of tomorrow',
    () => request(leafOf(root, { notBefore: at + 1000 }), root, { at: at + 999 }),
    'not-yet-valid',
    'certificate_expired',
  ],
  [
    'an expired intermediate',
    () => request(leafOf(makeAuthority({ name: 'B', under: root, notAfter: at - 1000 })), root),
    'expired',
    'certificate_expired',
  ],
  [
    'an expired root',
    () => {
      const old = makeAuthority({ name: 'Old', notAfter: at - 1000 });
      return request(leafOf(old), old);
    },
    'expired',
    'certificate_expired',
  ],
  [
    'another name',
    () => request(leafOf(root, { dns: ['other.example'] }), root),
    'wrong-name',
    'bad_certificate',
  ],
  [
    'the name in the common name only',
    () => request(leafOf(root, { subject: host, dns: [] }), root),
    'wrong-name',
    'bad_certificate',
  ],
  [
    'a wildcard',
    () => request(leafOf(root, { dns: ['*.example.org'] }), root, { name: { dns: 'www.example.org' } }),
    'accepted',
    undefined,
  ],
  [
    'an IP address',
    () => request(leafOf(root, { ip: ['192.0.2.1'] }), root, { name: { ip: '192.0.2.1' } }),
    'accepted',
    undefined,
  ],
  [
    'another IP address',
    () => request(leafOf(root, { ip: ['192.0.2.2'] }), root, { name: { ip: '192.0.2.1' } }),
    'wrong-name',
    'bad_certificate',
  ],
  [
    'a leaf for clients',
    () => request(leafOf(root, { eku: ['client'] }), root),
    'wrong-purpose',
    'unsupported_certificate',
  ],
  [
    'a leaf for servers as client',
    () => request(leafOf(root, { eku: ['server'] }), root, { purpose: 'client' }),
    'wrong-purpose',
    'unsupported_certificate',
  ],
  [
    'a leaf for clients as client',
    () => request(leafOf(root, { eku: ['client'] }), root, { purpose: 'client' }),
    'accepted',
    undefined,
  ],
  ['a leaf for any purpose', () => request(leafOf(root, { eku: ['any'] }), root), 'accepted', undefined],
  ['a leaf without purposes', () => request(leafOf(root, { eku: [] }), root), 'accepted', undefined],
  [
    'an intermediate for clients',
    () => request(leafOf(makeAuthority({ name: 'B', under: root, eku: ['client'] })), root),
    'wrong-purpose',
    'unsupported_certificate',
  ],
  [
    'an intermediate for servers',
    () => request(leafOf(makeAuthority({ name: 'B', under: root, eku: ['server'] })), root),
    'accepted',
    undefined,
  ],
  [
    'a critical extension that nobody knows',
    () => request(leafOf(root, { criticalUnknown: true }), root),
    'unknown-critical-extension',
    'unsupported_certificate',
  ],
  [
    'one in an intermediate',
    () => request(leafOf(makeAuthority({ name: 'B', under: root, criticalUnknown: true })), root),
    'unknown-critical-extension',
    'unsupported_certificate',
  ],
  [
    'an unknown extension that is not critical',
    () => request(leafOf(root, { extensions: [unknownExtension(false)] }), root),
    'accepted',
    undefined,
  ],
  [
    'a leaf as issuer',
    () => {
      const leaf = makeAuthority({ name: 'B', under: root, isCa: false });
      return request(leafOf(leaf), root);
    },
    'not-a-certification-authority',
    'unknown_ca',
  ],
  [
    'an issuer without basicConstraints',
    () => request(leafOf(makeAuthority({ name: 'B', under: root, omit: ['2.5.29.19'] })), root),
    'not-a-certification-authority',
    'unknown_ca',
  ],
  [
    'an issuer of version 1',
    () => request(leafOf(makeAuthority({ name: 'B', under: root, version: 1 })), root),
    'not-a-certification-authority',
    'unknown_ca',
  ],
  [
    'a root of version 1',
    () => {
      const old = makeAuthority({ name: 'Old', version: 1 });
      return request(leafOf(old), old);
    },
    'accepted',
    undefined,
  ],
  [
    'a root that is no authority',
    () => {
      const bad = makeAuthority({ name: 'Bad', isCa: false });
      return request(leafOf(bad), bad);
    },
    'not-a-certification-authority',
    'unknown_ca',
  ],
  [
    'an issuer that may not sign certificates',
    () => request(leafOf(makeAuthority({ name: 'B', under: root, keyUsage: ['cRLSign'] })), root),
    'may-not-sign-certificates',
    'unknown_ca',
  ],
  [
    'an issuer without key usage',
    () => request(leafOf(makeAuthority({ name: 'B', under: root, keyUsage: [] })), root),
    'accepted',
    undefined,
  ],
  [
    'a path length of 0 above an authority',
    () => {
      const top = makeAuthority({ name: 'T', pathLength: 0 });
      return request(leafOf(makeAuthority({ name: 'B', under: top })), top);
    },
    'path-too-long',
    'certificate_unknown',
  ],
  [
    'a path length of 0 above a leaf',
    () => {
      const top = makeAuthority({ name: 'T', pathLength: 0 });
      return request(leafOf(top), top);
    },
    'accepted',
    undefined,
  ],
  [
    'a path length of 0 above a self-issued authority',
    () => {
      const top = makeAuthority({ name: 'T', pathLength: 0 });
      return request(leafOf(makeAuthority({ name: 'T', under: top })), top);
    },
    'accepted',
    undefined,
  ],
  [
    'more intermediates than the caller wants',
    () => request(leafOf(makeAuthority({ name: 'C', under: between })), root, { maxDepth: 1 }),
    'path-too-long',
    'certificate_unknown',
  ],
  [
    'as many as the caller wants',
    () => request(leafOf(makeAuthority({ name: 'C', under: between })), root, { maxDepth: 2 }),
    'accepted',
    undefined,
  ],
  [
    'a signature that is broken',
    () => request(leafOf(root, { breakSignature: true }), root),
    'bad-signature',
    'bad_certificate',
  ],
  [
    'a broken signature of an intermediate',
    () => request(leafOf(makeAuthority({ name: 'B', under: root, breakSignature: true })), root),
    'bad-signature',
    'bad_certificate',
  ],
  [
    'the broken signature of a root, which nobody checks',
    () => {
      const odd = makeAuthority({ name: 'Odd', breakSignature: true });
      return request(leafOf(odd), odd);
    },
    'accepted',
    undefined,
  ],
  [
    'an issuer of the same name with another key',
    () => request(leafOf(makeAuthority({ name: 'Root' })), root),
    'bad-signature',
    'bad_certificate',
  ],
  [
    'SHA-1',
    () => {
      const top = makeAuthority({ name: 'T', keyType: 'rsa' });
      return request(leafOf(top, { signatureHash: 'sha1' }), top);
    },
    'weak-signature',
    'bad_certificate',
  ],
  [
    'a root that signed itself with SHA-1',
    () => {
      const top = makeAuthority({ name: 'T', keyType: 'rsa', signatureHash: 'sha1' });
      return request(leafOf(top), top);
    },
    'accepted',
    undefined,
  ],
  [
    'PSS with SHA-1',
    () => {
      const top = makeAuthority({ name: 'T', keyType: 'rsa' });
      return request(leafOf(top, { signatureHash: 'sha1', signaturePadding: 'pss' }), top);
    },
    'unsupported-signature',
    'unsupported_certificate',
  ],
  [
    'an RSA key of 1024 bits',
    () => request(leafOf(root, { keyType: 'rsa-1024' }), root),
    'weak-key',
    'unsupported_certificate',
  ],
  [
    'a root of 1024 bits',
    () => {
      const weak = makeAuthority({ name: 'T', keyType: 'rsa-1024' });
      return request(leafOf(weak), weak);
    },
    'weak-key',
    'unsupported_certificate',
  ],
  [
    'an unknown issuer',
    () => request(leafOf(makeAuthority({ name: 'Nobody' })), root),
    'unknown-issuer',
    'unknown_ca',
  ],
  [
    'a missing intermediate',
    () => request({ chain: [leafOf(between).certificate] }, root),
    'unknown-issuer',
    'unknown_ca',
  ],
  [
    'a missing intermediate that the caller has',
    () =>
      request({ chain: [leafOf(between).certificate] }, root, { extraIntermediates: [between.certificate] }),
    'accepted',
    undefined,
  ],
  [
    'a self-signed leaf',
    () => request(selfSigned({ subject: 'x', dns: [host] }), root),
    'self-signed',
    'unknown_ca',
  ],
  [
    'a self-signed root that is not trusted',
    () => {
      const other = makeAuthority({ name: 'Other' });
      return request({ chain: [...leafOf(other).chain, other.certificate] }, root);
    },
    'self-signed',
    'unknown_ca',
  ],
  [
    'a self-signed leaf that is a trust anchor',
    () => {
      const own = selfSigned({ subject: 'x', dns: [host] });
      return request(own, own);
    },
    'accepted',
    undefined,
  ],
  [
    'an expired one',
    () => {
      const own = selfSigned({ subject: 'x', dns: [host], notAfter: at - 1000 });
      return request(own, own);
    },
    'expired',
    'certificate_expired',
  ],
  [
    'one for another name',
    () => {
      const own = selfSigned({ subject: 'x', dns: ['other.example'] });
      return request(own, own);
    },
    'wrong-name',
    'bad_certificate',
  ],
  ['no trust anchors', () => request(leafOf(root), root, { anchors: [] }), 'unknown-issuer', 'unknown_ca'],
  ['an intermediate as trust anchor', () => request(leafOf(between), between), 'accepted', undefined],
  [
    'a name outside of what the root may issue for',
    () => {
      const top = makeAuthority({ name: 'T', nameConstraints: { permitted: { dns: ['other.example'] } } });
      return request(leafOf(top), top);
    },
    'name-constraint-violated',
    'certificate_unknown',
  ],
  [
    'a malformed name constraint',
    () => {
      const top = makeAuthority({ name: 'T', nameConstraints: { excluded: { dns: ['*.other.example'] } } });
      return request(leafOf(top), top);
    },
    'malformed-name-constraint',
    'certificate_unknown',
  ],
  [
    'a required policy that is missing',
    () =>
      request(
        leafOf(
          makeAuthority({
            name: 'B',
            under: root,
            extensions: [policyConstraints({ requireExplicitPolicy: 0 })],
          }),
        ),
        root,
      ),
    'policy-not-acceptable',
    'certificate_unknown',
  ],
  [
    'a required policy that is there',
    () =>
      request(
        leafOf(
          makeAuthority({
            name: 'B',
            under: root,
            extensions: [certificatePolicies(['1.2.3']), policyConstraints({ requireExplicitPolicy: 0 })],
          }),
          { extensions: [certificatePolicies(['1.2.3'])] },
        ),
        root,
      ),
    'accepted',
    undefined,
  ],
  [
    'a leaf that cannot be read',
    () => ({ ...request(leafOf(root), root), chain: [new Uint8Array(100)] }),
    'malformed',
    'bad_certificate',
  ],
  [
    'an intermediate that cannot be read',
    () => ({ ...request(leafOf(between), root), chain: [leafOf(between).certificate, new Uint8Array(100)] }),
    'malformed',
    'bad_certificate',
  ],
  [
    'one that is not needed',
    () => ({ ...request(leafOf(root), root), chain: [leafOf(root).certificate, new Uint8Array(100)] }),
    'accepted',
    undefined,
  ],
  [
    'a strict profile',
    () => request(leafOf(root, { serial: 0n }), root, { profile: 'rfc5280' }),
    'profile-violation',
    'certificate_unknown',
  ],
])('%s', (_, make, code, alert) => {
  const { code: found, alert: sent } = tried(make());
  expect([found, sent]).toEqual([code, alert]);
});

test('the report of an error is no part of other values', () => {
  expect(reportOf(new TypeError('x'))).toEqual([]);
  expect(reportOf(undefined)).toEqual([]);
});

test('a wrong name tells what was wanted and what was there', () => {
  const { facts } = tried(request(leafOf(root, { dns: ['a.example', 'b.example'], ip: ['::1'] }), root));
  expect(facts).toMatchObject({
    wanted: host,
    presented: ['DNS:a.example', 'DNS:b.example', 'IP:::1'],
    names: 3,
  });
});

test('faults of the leaf cost no signature', () => {
  const of = request(leafOf(root, { notAfter: at - 1000 }), root, { budget: { signatures: 0 } });
  expect(outcome(of)).toBe('expired');
});

test('no change of a single byte of leaf or intermediate is accepted', () => {
  const { chain } = leafOf(between);
  const accepted: string[] = [];
  for (const [place, certificate] of chain.entries()) {
    for (let i = 0; i < certificate.length; i++) {
      const changed = certificate.slice();
      changed[i] = (changed[i] as number) ^ (1 << (i % 8));
      const mutant = chain.map((other, j) => (j === place ? changed : other));
      if (outcome(request({ chain: mutant }, root)) === 'accepted') accepted.push(`${place}:${i}`);
    }
  }
  expect(accepted).toEqual([]);
});

test('a leaf that bears the name of a trust anchor is not one', () => {
  const own = selfSigned({ subject: 'Own', dns: [host] });
  const forged = selfSigned({ subject: 'Own', dns: [host] });
  expect(outcome(request(own, own))).toBe('accepted');
  expect(outcome(request(forged, own))).toBe('not-a-certification-authority');
  const { subject, publicKey } = parseCertificate(own.certificate);
  const bare = { subject, publicKey, nameConstraints: undefined, certificate: undefined };
  expect(outcome(request(forged, own, { anchors: [bare] }))).toBe('bad-signature');
});

test('a trust anchor may be a name and a key alone', () => {
  const { subject, publicKey } = parseCertificate(root.certificate);
  const bare = { subject, publicKey, nameConstraints: undefined, certificate: undefined };
  expect(outcome(request(leafOf(between), root, { anchors: [bare] }))).toBe('accepted');
});

test('one bad certificate among the trust anchors is named by its index', () => {
  const { certificate } = root;
  expect(() => trustAnchors([certificate, new Uint8Array(3)])).toThrowError(
    expect.objectContaining({ code: 'malformed', facts: expect.objectContaining({ index: 1 }) as unknown }),
  );
  expect(trustAnchors(`${root.certificatePem}\n# and\n${between.certificatePem}`)).toHaveLength(2);
});

test.each<[string, Partial<ChainRequest>, string]>([
  ['an empty chain', { chain: [] }, 'empty-chain'],
  ['a time that is none', { at: Number.NaN }, 'not-a-time'],
  ['an address as DNS name', { name: { dns: '192.0.2.1' } }, 'not-a-dns-name'],
  ['a host as address', { name: { ip: 'www.example' } }, 'not-an-ip-address'],
])('%s is misuse', (_, wrong, code) => {
  expect(() => compute(node, verifyChain(request(leafOf(root), root, wrong)))).toThrowError(
    expect.objectContaining({ name: 'TlsMisuse', code }),
  );
});

test('the proof is frozen and holds leaf, path, anchor and policies', () => {
  const leaf = leafOf(between, {
    extensions: [certificatePolicies(['1.2.3']), authorityInfoAccess('http://ocsp.example')],
  });
  const chain = compute(node, verifyChain(request(leaf, root)));
  expect(Object.isFrozen(chain)).toBe(true);
  expect(chain.leaf.der).toEqual(leaf.certificate);
  expect(chain.path.map(({ der }) => der)).toEqual(leaf.chain);
  expect(chain.anchor.certificate?.der).toEqual(root.certificate);
  expect(chain.policies).toEqual([]);
});
