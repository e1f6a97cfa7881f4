import { protect, Opener, maxSequence } from '@tlsmith/record';
import { node } from '@tlsmith/crypto/node';
import { rawMessage } from '@tlsmith/testkit/node';
import { type Role, secret, suites, type Version } from '@tlsmith/types';
import { clear, handshake, item } from './items.ts';
import { header } from './keys.ts';
import { type BadInput, connected, input, of, type Rows } from './bad-input.ts';
import type { HostileWire } from './wire.ts';

const roles = ['client', 'server'] as const;
const versions = ['tls13', 'tls12'] as const;

/** The same of both sides, once the connection stands. */
const both = (versionsOf: readonly Version[], change: (wire: HostileWire, by: Role) => unknown) =>
  roles.flatMap((by) => versionsOf.map((version) => connected(by, version, (wire) => change(wire, by))));
/** The same of both sides, as their first words. */
const first = (change: (wire: HostileWire, by: Role) => unknown): readonly BadInput[] =>
  roles.map((by) => input(by, {}, (wire) => change(wire, by)));
const times = <T>(count: number, one: T): readonly T[] => Array.from({ length: count }, () => one);
const overlong = new Uint8Array(2 ** 14 + 1);

/** What both roles refuse, whoever sends it. */
export const badRecords: Rows = {
  tooManyWarnings: both(['tls12'], (wire, by) => wire.inject(by, ...times(5, item('alert', 1, 90)))),
  tooManyEmptyRecords: both(versions, (wire, by) => wire.inject(by, ...times(33, item('application_data')))),
  tooManyKeyUpdates: both(['tls13'], (wire, by) =>
    wire.inject(by, ...times(33, handshake(rawMessage(24, 0)))),
  ),
  unknownContentType: [
    ...first((wire, by) => wire.inject(by, clear(99, 0))),
    ...both(['tls13'], (wire, by) => wire.inject(by, item(24, 1))),
    ...both(['tls12'], (wire, by) => wire.inject(by, item(24, 1))),
  ],
  recordVersion: [
    ...first((wire, by) => wire.inject(by, { wire: new TextEncoder().encode('GET / HTTP/1.1\r\n\r\n') })),
    ...both(versions, (wire, by) => wire.inject(by, { wire: header(23, 32, 0x0301) })),
  ],
  recordOverflow: [
    ...first((wire, by) => wire.inject(by, { wire: header(22, 2 ** 14 + 1) })),
    ...both(versions, (wire, by) => wire.inject(by, { wire: header(23, 2 ** 14 + 2049) })),
    ...both(versions, (wire, by) => wire.inject(by, { type: 23, content: overlong })),
  ],
  badRecordMac: [
    ...both(versions, (wire, by) => {
      const record = wire.sealed(by, item('application_data', 1, 2, 3));
      record[record.length - 1] = (record.at(-1) as number) ^ 1;
      wire.inject(by, { wire: record });
    }),
    ...both(versions, (wire, by) => {
      const record = wire.sealed(by, item('application_data', 1));
      wire.inject(by, { wire: record }, { wire: record });
    }),
    ...both(versions, (wire, by) => wire.inject(by, { wire: Uint8Array.of(...header(23, 3), 1, 2, 3) })),
  ],
  noContentType: both(['tls13'], (wire, by) => wire.inject(by, item(0, 0, 0, 0))),
  emptyHandshakeRecord: [
    ...first((wire, by) => wire.inject(by, clear('handshake'))),
    ...both(versions, (wire, by) => wire.inject(by, item('handshake'))),
  ],
  emptyAlertRecord: [
    ...first((wire, by) => wire.inject(by, clear('alert'))),
    ...both(versions, (wire, by) => wire.inject(by, item('alert'))),
  ],
  malformedAlert: both(versions, (wire, by) => wire.inject(by, item('alert', 1, 0, 0))),
  unknownAlertLevel: both(['tls12'], (wire, by) => wire.inject(by, item('alert', 3, 90))),
  interleavedMessage: [
    ...both(versions, (wire, by) => wire.inject(by, item('handshake', 24), item('application_data', 1))),
    ...both(versions, (wire, by) => wire.inject(by, item('handshake', 24), item('alert', 1, 0))),
    ...first((wire, by) => wire.inject(by, clear('handshake', 1, 0), clear('alert', 1, 90))),
  ],
  plaintextRecord: both(['tls13'], (wire, by) => wire.inject(by, clear('handshake', ...rawMessage(24, 0)))),
  badChangeCipherSpec: [
    input('client', {}, (wire) =>
      wire.rewrite('client', 'finished', (_body, raw) => [clear('change_cipher_spec', 2), handshake(raw)]),
    ),
    input('server', {}, (wire) => wire.inject('server', clear('change_cipher_spec', 1, 1))),
    input('server', of('tls12'), (wire) => {
      wire.rewrite('server', 'new_session_ticket', (_body, raw) => [handshake(raw)]);
      wire.rewrite('server', 'server_hello_done', (_body, raw) => [
        handshake(raw),
        clear('change_cipher_spec'),
      ]);
    }),
  ],
  unexpectedChangeCipherSpec: [
    input('client', {}, (wire) => wire.inject('client', clear('change_cipher_spec', 1))),
    ...both(versions, (wire, by) => wire.inject(by, item('change_cipher_spec', 1))),
    ...both(['tls13'], (wire, by) => wire.inject(by, clear('change_cipher_spec', 1))),
    input('server', of('tls12'), (wire) =>
      wire.rewrite('server', 'certificate', (_body, raw) => [clear('change_cipher_spec', 1), handshake(raw)]),
    ),
    input('client', of('tls12'), (wire) =>
      wire.rewrite('client', 'client_key_exchange', (_body, raw) => [
        clear('change_cipher_spec', 1),
        handshake(raw),
      ]),
    ),
  ],
  tooManyChangeCipherSpecs: [
    input('server', {}, (wire) => wire.inject('server', ...times(33, clear('change_cipher_spec', 1)))),
    input('client', {}, (wire) =>
      wire.rewrite('client', 'finished', () => times(33, clear('change_cipher_spec', 1))),
    ),
  ],
  unexpectedApplicationData: [
    ...first((wire, by) => wire.inject(by, clear('application_data', 1))),
    input('client', {}, (wire) =>
      wire.rewrite('client', 'finished', (_body, raw) => [item('application_data', 1), handshake(raw)]),
    ),
    input('server', {}, (wire) =>
      wire.rewrite('server', 'finished', (_body, raw) => [item('application_data', 1), handshake(raw)]),
    ),
  ],
};

/** 2^48 records are more than a test can send: an Opener that begins there, as one of a capture may. */
export function exhaustedOpener(): void {
  const suite = suites.TLS_AES_128_GCM_SHA256;
  const key = secret('key', new Uint8Array(16));
  const protection = protect(suite, node.aeads['aes-128-gcm'], key, new Uint8Array(12));
  new Opener(protection, maxSequence).open(Uint8Array.of(...header(23, 17), ...new Uint8Array(17)));
}
