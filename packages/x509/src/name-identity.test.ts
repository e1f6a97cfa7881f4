import { Reader } from '@tlsmith/codec';
import { node } from '@tlsmith/crypto/node';
import { distinguishedName, utf8String } from '@tlsmith/testkit';
import { issue, makeAuthority } from '@tlsmith/testkit/node';
import { compute, isCertificateRejected, isTlsMisuse } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { trustAnchors } from './anchor.ts';
import type { GeneralName } from './general-name.ts';
import { name } from './name.ts';
import { type NameIdentity, prepareIdentity } from './name-identity.ts';
import { verifyChain } from './verify.ts';

const mail = (value: string): GeneralName => ({ form: 'rfc822Name', value });
const uri = (value: string): GeneralName => ({ form: 'uniformResourceIdentifier', value });
const utf8Mail = (text: string): GeneralName => ({
  form: 'otherName',
  typeId: '1.3.6.1.5.5.7.8.9',
  value: utf8String(text),
});
const dn = (input: Parameters<typeof distinguishedName>[0]) =>
  name.read(new Reader(distinguishedName(input)));
const directory = (input: Parameters<typeof distinguishedName>[0]): GeneralName => ({
  form: 'directoryName',
  value: dn(input),
});

test.each<[NameIdentity, GeneralName, boolean]>([
  [{ email: 'a@b.example' }, mail('a@b.example'), true],
  [{ email: 'a@B.example' }, mail('a@b.EXAMPLE'), true],
  [{ email: 'A@b.example' }, mail('a@b.example'), false],
  [{ email: 'a@b.example' }, mail('"a"@b.example'), true],
  [{ email: 'a@b.example' }, mail('a@c.b.example'), false],
  [{ email: 'a@b.example' }, mail('b.example'), false],
  [{ email: 'a@b.example' }, uri('mailto:a@b.example'), false],
  [{ email: 'a@xn--mller-kva.example' }, mail('a@xn--mller-kva.example'), true],
  [{ email: 'müller@b.example' }, utf8Mail('müller@b.example'), true],
  [{ email: 'müller@b.example' }, utf8Mail('Müller@b.example'), false],
  [{ email: 'a@b.example' }, utf8Mail('a@b.example'), true],
  [{ uri: 'https://a.example/x' }, uri('https://a.example/x'), true],
  [{ uri: 'HTTPS://A.example/x' }, uri('https://a.EXAMPLE/x'), true],
  [{ uri: 'https://a.example/x' }, uri('https://a.example/X'), false],
  [{ uri: 'https://u@a.example' }, uri('https://U@a.example'), false],
  [{ uri: 'urn:a:B' }, uri('URN:a:B'), true],
  [{ uri: 'urn:a:B' }, uri('urn:a:b'), false],
  [{ directory: dn([['O', 'A']]) }, directory([['O', ' a ']]), true],
  [{ directory: dn([['O', 'A']]) }, directory([['O', 'B']]), false],
  [{ dns: 'a.example' }, { form: 'dNSName', value: '*.example' }, false],
  [{ dns: 'a.b.example' }, { form: 'dNSName', value: '*.b.example' }, true],
  [{ dns: 'xn--mller-kva.example' }, { form: 'dNSName', value: 'XN--mller-kva.example' }, true],
])('%o and %o: %s', (identity, presented, expected) => {
  expect(prepareIdentity(identity).matches(presented)).toBe(expected);
});

test.each<[NameIdentity, string]>([
  [{ email: 'a' }, 'not-a-mailbox'],
  [{ email: 'a@müller.example' }, 'not-a-mailbox'],
  [{ uri: '/x' }, 'not-a-uri'],
  [{ uri: 'x:' }, 'not-a-uri'],
  [{ dns: 'müller.example' }, 'not-a-dns-name'],
])('%o is refused as the mistake of its caller', (identity, code) => {
  let found: unknown;
  try {
    prepareIdentity(identity);
  } catch (error) {
    found = isTlsMisuse(error) ? error.code : error;
  }
  expect(found).toBe(code);
});

const root = makeAuthority({ name: 'Root' });
const person = issue(root, { subject: [['O', 'Person']], email: ['a@b.example'], uri: ['urn:person:1'] });

test.each<[NameIdentity, string]>([
  [{ email: 'a@b.example' }, 'accepted'],
  [{ email: 'b@b.example' }, 'wrong-name'],
  [{ uri: 'urn:person:1' }, 'accepted'],
  [{ directory: dn([['O', 'person']]) }, 'accepted'],
  [{ directory: dn([['O', 'Root']]) }, 'wrong-name'],
  [{ dns: 'b.example' }, 'wrong-name'],
])('a person asked for by %o: %s', (identity, expected) => {
  const request = { anchors: trustAnchors([root.certificate]), at: Date.UTC(2026, 6, 1), name: identity };
  let found = 'accepted';
  try {
    compute(node, verifyChain({ ...request, chain: person.chain, purpose: 'client' }));
  } catch (error) {
    if (!isCertificateRejected(error)) throw error;
    found = error.code;
  }
  expect(found).toBe(expected);
});
