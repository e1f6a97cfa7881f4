import { noble } from '@tlsmith/crypto/noble';
import { node } from '@tlsmith/crypto/node';
import {
  type Capture,
  type CaptureName,
  capture,
  captureNames,
  openCapture,
  stream,
} from '@tlsmith/testkit/node';
import { type CipherSuite, compute, isTlsMisuse, isTlsViolation, type Role, suites } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { type CapturedConnection, type CapturedRecord, decryptCapture } from './capture.ts';
import { contentType } from './content-type.ts';
import { moreSuites } from './more-suites.test-support.ts';

/** What cannot be decrypted in this way, and what is said of it. */
const refused: { readonly [name in CaptureName]?: string } = {
  'go-13-encrypted-client-hello': 'capture-key-log',
  'openssl-12-cbc-encrypt-then-mac': 'capture-suite',
  'openssl-12-cbc-mac-then-encrypt': 'capture-suite',
  // An alert comes in the place of a ServerHello.
  'openssl-12-client-13-server': 'capture-hellos',
  'openssl-13-no-common-cipher-suite': 'capture-hellos',
  'openssl-12-renegotiation': 'bad-record-mac',
};

test.each(captureNames)('%s: every record is what an independent opener finds, or it is refused', (name) => {
  const one = capture(name);
  const found = outcome(connectionOf(one), [...Object.values(suites), ...moreSuites]);
  const expected = refused[name] ?? (['client', 'server'] as const).map((side) => independently(one, side));
  expect(typeof found === 'string' ? found : [shown(found, 'client'), shown(found, 'server')]).toEqual(
    expected,
  );
});

test('suites are those of the library unless others are given', () => {
  expect(outcome(connectionOf(capture('openssl-12-ccm8')))).toBe('capture-suite');
});

test('noble decrypts the same', () => {
  const connection = connectionOf(capture('openssl-13-full'));
  expect(compute(noble, decryptCapture(connection, noble))).toEqual(
    compute(node, decryptCapture(connection, node)),
  );
});

test('lines of other connections do no harm, in whatever order the key log has them', () => {
  const [one, other] = [
    connectionOf(capture('openssl-13-full')),
    connectionOf(capture('openssl-13-resumed')),
  ];
  const lines = `${other.keyLog}\n${one.keyLog}`.split('\n').toReversed();
  expect(outcome({ ...one, keyLog: lines.join('\n') })).toEqual(outcome(one));
  expect(outcome({ ...one, keyLog: other.keyLog })).toBe('capture-key-log');
});

test('a capture may end anywhere behind the hellos: whole records are decrypted', () => {
  const one = connectionOf(capture('openssl-13-full'));
  const all = outcome(one) as readonly CapturedRecord[];
  const last = all.filter(({ from }) => from === 'server').length - 1;
  const cut = outcome({ ...one, server: one.server.subarray(0, -1) }) as readonly CapturedRecord[];
  expect(shown(cut, 'server')).toEqual(shown(all, 'server').slice(0, last));
  expect(outcome({ ...one, server: one.server.subarray(0, 50) })).toBe('capture-hellos');
  expect(outcome({ ...one, client: new Uint8Array(0) })).toBe('capture-hellos');
});

test('a record that was changed on its way does not open', () => {
  const one = connectionOf(capture('openssl-12-ecdhe-ecdsa'));
  const server = one.server.slice();
  server[server.length - 1] = (server.at(-1) as number) ^ 1;
  expect(outcome({ ...one, server })).toBe('bad-record-mac');
});

test('without a secret for it, a protected record does not open', () => {
  const one = connectionOf(capture('openssl-13-full'));
  const keyLog = one.keyLog.replace(/^SERVER_HANDSHAKE.*$/m, '');
  expect(outcome({ ...one, keyLog })).toBe('bad-record-mac');
});

function outcome(
  connection: CapturedConnection,
  known?: readonly CipherSuite[],
): readonly CapturedRecord[] | string {
  const options = { aeads: node.aeads, ...(known === undefined ? {} : { suites: known }) };
  try {
    return compute(node, decryptCapture(connection, options));
  } catch (error) {
    if (isTlsMisuse(error) || isTlsViolation(error)) return error.code;
    throw error;
  }
}

function connectionOf(one: Capture): CapturedConnection {
  return { client: stream(one, 'client'), server: stream(one, 'server'), keyLog: one.keylog.join('\n') };
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function shown(records: readonly CapturedRecord[], side: Role): readonly unknown[] {
  return records
    .filter(({ from }) => from === side)
    .map(({ epoch, type, content }) => [epoch, contentType[type], hex(content)]);
}

function independently(one: Capture, side: Role): readonly unknown[] {
  return openCapture(one)
    .filter(({ from }) => from === side)
    .map(({ epoch, type, content }) => [epochs[epoch], type, hex(content)]);
}

const epochs = {
  clear: 'initial',
  early: 'early',
  handshake: 'handshake',
  application: 'application',
  protected: 'application',
};
