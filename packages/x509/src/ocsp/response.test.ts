import { leaves } from '@tlsmith/codec';
import {
  boolean,
  der,
  encodeExtension,
  enumerated,
  explicit,
  generalizedTime,
  implicit,
  integer,
  nothing,
  octetString,
  oid,
  sequence,
  unknownExtension,
  validityTime,
} from '@tlsmith/testkit';
import { issue, makeAuthority, makeOcspResponse, ocspError } from '@tlsmith/testkit/node';
import { isCertificateRejected, toHex } from '@tlsmith/types';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { oids } from '../oids.ts';
import { inspectOcspResponse, parseOcspResponse } from './response.ts';

const authority = makeAuthority({ name: 'Root' });
const leaf = issue(authority, { subject: 'a.example', serial: 5 });
const responder = { ...issue(authority, { subject: 'Responder', eku: ['ocsp'] }), name: authority.name };
const full = makeOcspResponse(authority, {
  responses: [
    { about: leaf.certificate },
    { about: leaf.certificate, status: 'unknown', hash: 'sha256', nextUpdate: 'none' },
    { about: leaf.certificate, status: { revokedAt: Date.UTC(2025, 2, 3), reason: 1 } },
    {
      about: leaf.certificate,
      extensions: [{ oid: oids.ocspArchiveCutoff, critical: false, value: generalizedTime(0) }],
    },
  ],
  responder,
  by: 'key',
  extensions: [{ oid: oids.ocspNonce, critical: false, value: octetString(Uint8Array.of(1, 2)) }],
});

test('a response is read as it was made (RFC 6960 §4.2.1)', () => {
  const { responseStatus, basic } = parseOcspResponse(full);
  expect(responseStatus).toBe('successful');
  expect(basic?.producedAt).toBe(Date.UTC(2026, 0, 1));
  expect(basic?.responderId.keyHash).toHaveLength(20);
  expect(toHex(basic?.nonce ?? new Uint8Array(0))).toBe('04020102');
  expect(basic?.certificates).toEqual([responder.certificate]);
  expect(basic?.responses.map(({ status, nextUpdate }) => [status, nextUpdate])).toEqual([
    [{ is: 'good' }, Date.UTC(2049, 11, 31)],
    [{ is: 'unknown' }, undefined],
    [
      { is: 'revoked', revocationTime: Date.UTC(2025, 2, 3), revocationReason: 'keyCompromise' },
      Date.UTC(2049, 11, 31),
    ],
    [{ is: 'good' }, Date.UTC(2049, 11, 31)],
  ]);
  expect(basic?.responses[3]?.archiveCutoff).toBe(0);
  const [first] = basic?.responses ?? [];
  expect(toHex(first?.certificateId.serialNumber ?? new Uint8Array(0))).toBe('05');
  expect(first?.certificateId.issuerKeyHash).toHaveLength(20);
});

test('the answers that nobody signs are read by their name (RFC 6960 §2.3)', () => {
  const read = (status: number) => parseOcspResponse(ocspError(status));
  expect([1, 2, 3, 5, 6].map((status) => read(status).responseStatus)).toEqual([
    'malformedRequest',
    'internalError',
    'tryLater',
    'sigRequired',
    'unauthorized',
  ]);
  expect(read(3).basic).toBeUndefined();
});

test('spans cover every byte', () => {
  let at = 0;
  for (const { start, end } of leaves(inspectOcspResponse(full).span)) {
    expect(start).toBe(at);
    at = end;
  }
  expect(at).toBe(full.length);
});

const time = generalizedTime(0);
const certificateId = sequence(
  sequence(oid(oids.sha1), nothing),
  octetString(new Uint8Array(20)),
  octetString(new Uint8Array(20)),
  integer(5),
);
const none = new Uint8Array(0);
const single = (changes: Record<string, Uint8Array> = {}) =>
  sequence(
    ...Object.values({
      certificateId,
      status: implicit(0, nothing),
      thisUpdate: time,
      more: none,
      ...changes,
    }),
  );
const data = (changes: Record<string, Uint8Array> = {}) =>
  sequence(
    ...Object.values({
      version: none,
      responderId: explicit(2, octetString(new Uint8Array(20))),
      producedAt: time,
      responses: sequence(single()),
      more: none,
      ...changes,
    }),
  );
const algorithm = sequence(oid(oids.ecdsaWithSHA256));
const signature = Uint8Array.of(3, 2, 0, 1);
const basicOf = (...contents: readonly Uint8Array[]) => sequence(...contents);
const wrapped = (basic: Uint8Array, type: string = oids.ocspBasic) =>
  sequence(enumerated(0), explicit(0, sequence(oid(type), octetString(basic))));
const response = (changes: Record<string, Uint8Array> = {}) =>
  wrapped(basicOf(data(changes), algorithm, signature));
const withSingle = (changes: Record<string, Uint8Array>) =>
  response({ responses: sequence(single(changes)) });

test.each<[string, Uint8Array]>([
  ['a response of the least that there is', response()],
  ['version 1, written out as RFC 5019 appendix A.2 does', response({ version: explicit(0, integer(0)) })],
  ['a responder by name', response({ responderId: explicit(1, authority.name) })],
  [
    'a nonce that is no OCTET STRING',
    response({ more: extensions(1, oids.ocspNonce, Uint8Array.of(1, 2, 3)) }),
  ],
  ['an unknown extension', response({ more: extensions(1, '1.2.3', none) })],
])('%s is well formed', (_, bytes) => {
  expect(parseOcspResponse(bytes).basic?.responses).toHaveLength(1);
});

function extensions(number: number, name: string, value: Uint8Array): Uint8Array {
  return explicit(number, sequence(encodeExtension({ oid: name, critical: false, value })));
}

test.each<[string, Uint8Array]>([
  ['nothing', none],
  ['bytes behind the end', Uint8Array.of(...response(), 0)],
  ['status 4, which is not used', ocspError(4)],
  ['status 7, which does not exist', ocspError(7)],
  ['success without an answer', ocspError(0)],
  ['an error with an answer', sequence(enumerated(3), ...[response().subarray(5)])],
  ['another type of answer', wrapped(basicOf(data(), algorithm, signature), '1.2.3')],
  ['version 2', response({ version: explicit(0, integer(1)) })],
  ['no responder', response({ responderId: none })],
  [
    'a hash of 19 octets as responder',
    response({ responderId: explicit(2, octetString(new Uint8Array(19))) }),
  ],
  ['no statement about anybody', response({ responses: sequence() })],
  ['UTCTime', response({ producedAt: validityTime(Date.UTC(2026, 0, 1)) })],
  [
    'fractions of seconds',
    response({ producedAt: der(0x18, new TextEncoder().encode('20260101000000.5Z')) }),
  ],
  ['no status', withSingle({ status: none })],
  ['good with content', withSingle({ status: der(0x80, Uint8Array.of(0)) })],
  ['good as an explicit NULL', withSingle({ status: explicit(0, nothing) })],
  ['revoked without a time', withSingle({ status: der(0xa1) })],
  [
    'revoked for a reason that does not exist',
    withSingle({ status: der(0xa1, time, explicit(0, enumerated(7))) }),
  ],
  ['a fourth status', withSingle({ status: implicit(3, nothing) })],
  ['no thisUpdate', withSingle({ thisUpdate: none })],
  [
    'an identifier without serial number',
    withSingle({ certificateId: sequence(sequence(oid(oids.sha1)), octetString(none), octetString(none)) }),
  ],
  ['extensions that are none', response({ more: explicit(1, sequence()) })],
  [
    'an extension twice',
    response({ more: explicit(1, sequence(...[1, 2].map(() => encodeExtension(unknownExtension(false))))) }),
  ],
  [
    'an extended revoke that is no NULL',
    response({ more: extensions(1, oids.ocspExtendedRevoke, boolean(true)) }),
  ],
  ['no signature', wrapped(basicOf(data(), algorithm))],
  ['certificates that are none', wrapped(basicOf(data(), algorithm, signature, explicit(0, sequence())))],
  [
    '17 certificates',
    wrapped(
      basicOf(
        data(),
        algorithm,
        signature,
        explicit(0, sequence(...Array.from({ length: 17 }, () => sequence()))),
      ),
    ),
  ],
  [
    'more than 256 KiB',
    wrapped(basicOf(data({ more: extensions(1, '1.2.3', new Uint8Array(262144)) }), algorithm, signature)),
  ],
])('%s is refused as malformed', (_, bytes) => {
  expect(() => parseOcspResponse(bytes)).toThrow(
    expect.toSatisfy(
      (error) =>
        isCertificateRejected(error) &&
        error.code === 'malformed-ocsp-response' &&
        error.alert === 'bad_certificate_status_response',
    ),
  );
});

test('mutants of a response are read or refused with a typed error, and inspected to the same end', () => {
  const counts = { read: 0, refused: 0 };
  const mutation = fc.record({ at: fc.nat(full.length - 1), value: fc.nat(255), cut: fc.nat(9) });
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (mutations) => {
      let mutant: Uint8Array = Uint8Array.from(full);
      for (const { at, value, cut } of mutations) {
        if (cut === 0) mutant = mutant.subarray(0, at);
        else if (at < mutant.length) mutant[at] = value;
      }
      const read = outcome(() => parseOcspResponse(mutant));
      expect(read).toBe(outcome(() => inspectOcspResponse(mutant)));
      counts[read]++;
    }),
    { numRuns: 3000 },
  );
  console.log(`mutants of an OCSP response: ${counts.read} read, ${counts.refused} refused`);
  expect(Math.min(counts.read, counts.refused)).toBeGreaterThan(50);
}, 60_000);

function outcome(parse: () => unknown): 'read' | 'refused' {
  try {
    return parse() === undefined ? 'refused' : 'read';
  } catch (error) {
    if (isCertificateRejected(error) && error.code === 'malformed-ocsp-response') return 'refused';
    throw error;
  }
}
