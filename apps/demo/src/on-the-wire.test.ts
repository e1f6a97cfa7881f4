import { message12 } from '@tlsmith/codec';
import { suites } from '@tlsmith/types';
import { expect, test } from 'vitest';
import type { MessageEvent } from './events.ts';
import { ladder } from './ladder.ts';
import { wireEvents } from './on-the-wire.ts';
import { plain } from './paint.ts';
import type { Story, TracedRecord } from './trace.ts';

const done = message12('server_hello_done', {});
const certificate = message12('certificate', { certificateList: [] });
const finished = message12('finished', { verifyData: new Uint8Array(12) });

test('messages that share a record name the same record', () => {
  expect(told([certificate, done], [clear(7 + 4)])).toEqual([
    ['Certificate', [1]],
    ['ServerHelloDone', [1]],
  ]);
});

test('a message over several records names them all, and the next begins where it ends', () => {
  expect(told([finished, done, certificate], [clear(10), clear(8), clear(9)])).toEqual([
    ['Finished', [1, 2]],
    ['ServerHelloDone', [2, 3]],
    ['Certificate', [3]],
  ]);
});

test('a message that ends with its record leaves the next record to the next', () => {
  expect(told([done, done], [clear(4), clear(4)])).toEqual([
    ['ServerHelloDone', [1]],
    ['ServerHelloDone', [2]],
  ]);
});

test('what the AEAD and padding add is not taken for content', () => {
  const sealed: TracedRecord['info'] = {
    direction: 'write',
    type: 'handshake',
    epoch: 'application',
    length: 5 + 8 + 16 + 16,
    legacyVersion: 0x0303,
    innerType: 'handshake',
    padding: 0,
  };
  expect(told([finished, done], [sealed, clear(4)])).toEqual([
    ['Finished', [1]],
    ['ServerHelloDone', [2]],
  ]);
});

test('the ladder shows a shared record once', () => {
  const lines = ladder([...wireEvents('x1', story([certificate, done], [clear(11)]), texts)], plain);
  expect(lines.filter((line) => line.includes('#1')).map((line) => /#1.*?(?=  )/.exec(line)?.[0])).toEqual([
    '#1 handshake, 16',
    '#1 too',
  ]);
});

const texts = { client: '', server: '' };

function told(
  messages: Story['sent']['server']['messages'],
  records: readonly TracedRecord['info'][],
): readonly (readonly [string, readonly number[]])[] {
  return [...wireEvents('x1', story(messages, records), texts)]
    .filter((event): event is MessageEvent => event.event === 'message')
    .map(({ name, records: numbers }) => [name, numbers]);
}

function story(messages: Story['sent']['server']['messages'], infos: readonly TracedRecord['info'][]): Story {
  const records = infos.map((info, at) => ({ info, at }));
  return {
    agreed: { version: 'tls12', suite: suites.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 },
    sent: {
      client: { records: [], messages: [], alerts: [], taken: undefined },
      server: { records, messages, alerts: [], taken: undefined },
    },
    secrets: [],
  };
}

/** A handshake record in the clear with so many bytes of content. */
function clear(length: number): TracedRecord['info'] {
  return {
    direction: 'write',
    type: 'handshake',
    epoch: 'initial',
    length: length + 5,
    legacyVersion: 0x0303,
  };
}
