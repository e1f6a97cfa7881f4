import { node } from '@tlsmith/crypto/node';
import { extendedKeyUsage, type KeyPurpose } from '@tlsmith/testkit';
import { issue, makeAuthority } from '@tlsmith/testkit/node';
import { compute, isCertificateRejected } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { trustAnchor } from './anchor.ts';
import { constrainedAnchor } from './anchor-constraints.ts';
import { explainRejection } from './explain.ts';
import { keyPurposes, type Purpose } from './purpose.ts';
import { verifyChain } from './verify.ts';

const root = makeAuthority({ name: 'Root' });
const { codeSigning, emailProtection, timeStamping, ocspSigning, serverAuth } = keyPurposes;

interface Case {
  readonly purpose: Purpose;
  readonly leaf: readonly KeyPurpose[];
  readonly authority?: readonly KeyPurpose[];
  readonly critical?: boolean;
}

function outcome({ purpose, leaf, authority = [], critical = false }: Case): string {
  const between = makeAuthority({ name: 'Between', under: root, eku: authority });
  const extensions = leaf.length === 0 ? [] : [extendedKeyUsage(leaf, critical)];
  const { chain } = issue(between, { subject: 'leaf', eku: [], extensions });
  try {
    const anchors = [trustAnchor(root.certificate)];
    compute(node, verifyChain({ chain, anchors, at: Date.UTC(2026, 6, 1), purpose }));
    return 'accepted';
  } catch (error) {
    if (!isCertificateRejected(error)) throw error;
    return error.code;
  }
}

test.each<[string, Case, string]>([
  ['for code signing', { purpose: codeSigning, leaf: [codeSigning] }, 'accepted'],
  ['for code signing among others', { purpose: codeSigning, leaf: ['server', codeSigning] }, 'accepted'],
  ['for servers', { purpose: codeSigning, leaf: ['server'] }, 'wrong-purpose'],
  ['for code signing as server', { purpose: 'server', leaf: [codeSigning] }, 'wrong-purpose'],
  ['for servers by identifier', { purpose: serverAuth, leaf: ['server'] }, 'accepted'],
  ['for any purpose', { purpose: emailProtection, leaf: ['any'] }, 'accepted'],
  ['without a restriction', { purpose: emailProtection, leaf: [] }, 'accepted'],
  [
    'for a purpose of somebody',
    { purpose: '1.3.6.1.4.1.311.20.2.2', leaf: ['1.3.6.1.4.1.311.20.2.2'] },
    'accepted',
  ],
  [
    'of an authority for e-mail',
    { purpose: emailProtection, leaf: [emailProtection], authority: [emailProtection] },
    'accepted',
  ],
  [
    'of an authority for servers',
    { purpose: emailProtection, leaf: [emailProtection], authority: ['server'] },
    'wrong-purpose',
  ],
  ['for time stamps, critical', { purpose: timeStamping, leaf: [timeStamping], critical: true }, 'accepted'],
  ['for time stamps, not critical', { purpose: timeStamping, leaf: [timeStamping] }, 'wrong-purpose'],
  [
    'for time stamps and more',
    { purpose: timeStamping, leaf: [timeStamping, codeSigning], critical: true },
    'wrong-purpose',
  ],
  [
    'for any purpose as for time stamps',
    { purpose: timeStamping, leaf: ['any'], critical: true },
    'wrong-purpose',
  ],
  ['for OCSP', { purpose: ocspSigning, leaf: [ocspSigning] }, 'accepted'],
  ['for any purpose as for OCSP', { purpose: ocspSigning, leaf: ['any'] }, 'wrong-purpose'],
  ['without a restriction as for OCSP', { purpose: ocspSigning, leaf: [] }, 'wrong-purpose'],
])('a leaf %s (RFC 5280 §4.2.1.12, RFC 3161 §2.3, RFC 6960 §4.2.2.2)', (_, of, expected) => {
  expect(outcome(of)).toBe(expected);
});

test.each([
  '',
  'Server',
  'any',
  'toString',
  '2.5.29.37.0',
  '1',
  '1.40.1',
  '3.1.1',
  '1.2.03',
  '1.2.',
  undefined,
  5,
])('%j is no purpose', (purpose) => {
  expect(() => outcome({ purpose: purpose as Purpose, leaf: [] })).toThrowError(
    expect.objectContaining({ code: 'not-a-purpose' }),
  );
});

test('an anchor may be trusted for other purposes than TLS', () => {
  const leaf = issue(root, { subject: 'leaf', eku: [codeSigning] });
  const verify = (purposes: readonly Purpose[], purpose: Purpose) => () => {
    const anchors = [constrainedAnchor(trustAnchor(root.certificate), { purposes })];
    return compute(node, verifyChain({ chain: leaf.chain, anchors, at: Date.UTC(2026, 6, 1), purpose }));
  };
  expect(verify([codeSigning], codeSigning)().policies).toEqual([]);
  expect(verify(['server'], codeSigning)).toThrowError(expect.objectContaining({ code: 'wrong-purpose' }));
});

test('a refusal is told in the words of its purpose', () => {
  const told = (purpose: Purpose) => explainRejection('wrong-purpose', {}, purpose).browser;
  expect(told(emailProtection)).toBe(
    'This message is not trusted: the certificate was issued for something else than e-mail.',
  );
  expect(told('1.2.3')).toMatch(/^This certificate is not accepted: .* than this purpose\.$/);
  expect(told(serverAuth)).toBe(told('server'));
});
