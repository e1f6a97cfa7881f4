import { message13, type Message } from '@tlsmith/codec';
import { rawMessage } from '@tlsmith/testkit/node';
import { concat, toHex, violations } from '@tlsmith/types';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Inbox } from './inbox.ts';

const context = { version: 'tls13' } as const;
const update = message13('key_update', { requestUpdate: 0 }).raw;
const finished = message13('finished', { verifyData: new Uint8Array(32).fill(7) }).raw;
const request = message13('certificate_request', {
  certificateRequestContext: new Uint8Array(0),
  extensions: [],
}).raw;

function taken(inbox: Inbox): readonly Message[] {
  const messages: Message[] = [];
  for (;;) {
    const message = inbox.take(context);
    if (message === undefined) return messages;
    messages.push(message);
  }
}

test('several messages in one record come one by one, the last of them aligned (RFC 9846 §5.1)', () => {
  const inbox = new Inbox();
  inbox.feed(concat(request, finished, update));
  const seen = ['certificate_request', 'finished', 'key_update'].map((type) => {
    expect(inbox.take(context)?.type).toBe(type);
    return inbox.aligned;
  });
  expect(seen).toEqual([false, false, true]);
  expect(inbox.take(context)).toBeUndefined();
});

test('a message in several records comes when it is whole (RFC 9846 §5.1)', () => {
  const inbox = new Inbox();
  for (const byte of finished.subarray(0, -1)) {
    inbox.feed(Uint8Array.of(byte));
    expect(inbox.take(context)).toBeUndefined();
    expect(inbox.aligned).toBe(false);
  }
  inbox.feed(finished.slice(-1));
  expect(inbox.take(context)).toMatchObject({ type: 'finished', raw: finished });
  expect(inbox.aligned).toBe(true);
});

test('however a stream of messages is cut, the same ones come out of it', () => {
  const kinds = [update, finished, request, rawMessage(99, 1, 2, 3), rawMessage(5)];
  let cuts = 0;
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...kinds), { maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 60 }),
      (messages, sizes) => {
        const inbox = new Inbox();
        const stream = concat(...messages);
        const out: Message[] = [];
        let at = 0;
        for (const size of [...sizes, stream.length]) {
          if (at >= stream.length) break;
          inbox.feed(stream.slice(at, at + size));
          at += size;
          cuts++;
          out.push(...taken(inbox));
        }
        expect(out.map(({ raw }) => toHex(raw))).toEqual(messages.map(toHex));
        expect(inbox.aligned).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
  expect(cuts).toBeGreaterThan(300);
});

test('messages own their bytes: what was fed may change afterwards', () => {
  const inbox = new Inbox();
  const record = concat(finished, update.subarray(0, 2));
  inbox.feed(record);
  const [message] = taken(inbox);
  record.fill(0, 0, finished.length);
  inbox.feed(update.slice(2));
  expect(taken(inbox)).toMatchObject([{ type: 'key_update' }]);
  expect(message?.raw).toEqual(finished);
});

test('a length is judged by the header alone: message-too-long', () => {
  const { code } = violations.messageTooLong;
  const inbox = new Inbox({ certificate: 100, other: 10 });
  inbox.feed(Uint8Array.of(20, 0, 0, 11));
  expect(() => inbox.take(context)).toThrowError(
    expect.objectContaining({ code, facts: { type: 20, length: 11, limit: 10 } }),
  );
  for (const type of [11, 22, 25]) {
    const roomy = new Inbox({ certificate: 100, other: 10 });
    roomy.feed(Uint8Array.of(type, 0, 0, 100));
    expect(roomy.take(context)).toBeUndefined();
  }
});

test('a body of the wrong shape is malformed-message, and a doubled extension duplicate-extension (RFC 9846 §6.2, §4.3)', () => {
  const short = new Inbox();
  short.feed(rawMessage(24));
  expect(() => short.take(context)).toThrowError(
    expect.objectContaining({ code: violations.malformedMessage.code }),
  );
  const doubled = new Inbox();
  doubled.feed(rawMessage(8, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0));
  expect(() => doubled.take(context)).toThrowError(
    expect.objectContaining({ code: violations.duplicateExtension.code }),
  );
});

test('a type that the version does not have is kept whole, for the machine to refuse', () => {
  const inbox = new Inbox();
  inbox.feed(rawMessage(99, 1));
  expect(inbox.take(context)).toEqual({ type: 'unknown', body: Uint8Array.of(1), raw: rawMessage(99, 1) });
});
