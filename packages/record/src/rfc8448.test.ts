import { node } from '@tlsmith/crypto/node';
import { type Rfc8448Section, type Rfc8448Step, section } from '@tlsmith/testkit/node';
import { type Bytes, type Epoch, secret, suites, toHex } from '@tlsmith/types';
import { afterAll, expect, test } from 'vitest';
import { type ContentType, Opener, type Protection, protect, RecordChannel, Sealer } from './index.ts';

type Actor = 'client' | 'server';

const sections: readonly Rfc8448Section[] = [3, 4, 5, 6, 7];
const suite = suites.TLS_AES_128_GCM_SHA256;
const counts = { clear: 0, protected: 0 };

afterAll(() => {
  const { clear, protected: sealed } = counts;
  console.log(
    `RFC 8448: ${sealed} protected and ${clear} clear records, each written and read byte for byte`,
  );
});

/** How many records the RFC prints in a section, and how many of them are protected. */
const printed = {
  3: { records: 9, protected: 7 },
  4: { records: 10, protected: 8 },
  5: { records: 8, protected: 4 },
  6: { records: 6, protected: 4 },
  7: { records: 8, protected: 4 },
} as const;

test.each(sections)('RFC 8448 section %i: channels write and read every record byte for byte', (number) => {
  const steps = section(number);
  const keys = keysOf(steps);
  const channels = {
    client: new RecordChannel({ role: 'client' }),
    server: new RecordChannel({ role: 'server' }),
  };
  for (const channel of Object.values(channels)) {
    channel.setVersion('tls13');
    channel.tolerateChangeCipherSpec(true);
  }
  const seen = { records: 0, protected: 0 };
  for (const step of steps) {
    const writer = channels[step.actor];
    const reader = channels[other(step.actor)];
    const change = keyChange(step);
    if (change?.write === true) {
      writer.installWrite(change.epoch, protectionOf(keys, step.actor, change.epoch));
      reader.installRead(change.epoch, protectionOf(keys, step.actor, change.epoch));
    }
    const sent = sentRecord(step);
    if (sent === undefined) continue;
    if (sent.type === 'change_cipher_spec') writer.sendChangeCipherSpec();
    else writer.send(sent.type, sent.payload);
    expect(writer.takeOutput().map(toHex), step.action).toEqual([toHex(sent.record)]);
    reader.feed(sent.record);
    const opened = reader.next();
    expect(reader.pendingInput).toBe(0);
    counts[sent.record[0] === 23 ? 'protected' : 'clear']++;
    seen.records++;
    if (sent.record[0] === 23) seen.protected++;
    if (sent.type === 'change_cipher_spec') expect(opened).toBeUndefined();
    else expect(opened).toMatchObject({ type: sent.type, content: sent.payload, epoch: writer.writeEpoch });
  }
  expect(seen).toEqual(printed[number]);
});

test('RFC 8448 section 3: a sealer and an opener give the same records without a channel', () => {
  const steps = section(3);
  const keys = keysOf(steps);
  const finished = steps.find(
    (step) => step.actor === 'server' && (sentRecord(step)?.record[0] ?? 0) === 23,
  ) as Rfc8448Step;
  const { payload, record } = sentRecord(finished) as Sent;
  const sealer = new Sealer(protectionOf(keys, 'server', 'handshake'));
  const output = new Uint8Array(sealer.sealedLength(payload.length));
  expect(sealer.seal('handshake', payload, output)).toBe(record.length);
  expect(toHex(output)).toBe(toHex(record));
  expect(new Opener(protectionOf(keys, 'server', 'handshake')).open(record)).toEqual({
    type: 'handshake',
    content: payload,
    padding: 0,
  });
});

interface Sent {
  readonly type: ContentType;
  readonly payload: Bytes;
  readonly record: Bytes;
}

function sentRecord(step: Rfc8448Step): Sent | undefined {
  const type = /^send (\w+) record/.exec(step.action)?.[1];
  if (type === undefined) return undefined;
  const [payload, record] = ['payload', 'complete record'].map(
    (name) => step.values.find((value) => value.name === name)?.bytes as Bytes,
  ) as [Bytes, Bytes];
  return { type: type as ContentType, payload, record };
}

/** Whose keys a step derives, and whether for writing. */
function keyChange({ action }: Rfc8448Step): { readonly write: boolean; readonly epoch: Epoch } | undefined {
  const [, direction, what] =
    /^derive (read|write) traffic keys for (early application|handshake|application) data/.exec(action) ?? [];
  if (what === undefined) return undefined;
  return { write: direction === 'write', epoch: what === 'early application' ? 'early' : (what as Epoch) };
}

type Keys = ReadonlyMap<string, { readonly key: Bytes; readonly iv: Bytes }>;

/** Keys by writer and epoch; a step that only says "(same as ...)" prints none. */
function keysOf(steps: readonly Rfc8448Step[]): Keys {
  const keys = new Map<string, { key: Bytes; iv: Bytes }>();
  for (const step of steps) {
    const change = keyChange(step);
    const key = step.values.find((value) => value.name === 'key expanded')?.bytes;
    const iv = step.values.find((value) => value.name === 'iv expanded')?.bytes;
    if (change === undefined || key === undefined || iv === undefined) continue;
    keys.set(`${change.write ? step.actor : other(step.actor)} ${change.epoch}`, { key, iv });
  }
  return keys;
}

function protectionOf(keys: Keys, writer: Actor, epoch: Epoch): Protection {
  const found = keys.get(`${writer} ${epoch}`);
  if (found === undefined) throw new Error(`no keys for ${writer} ${epoch}`);
  return protect(suite, node.aeads['aes-128-gcm'], secret('key', found.key), found.iv);
}

function other(actor: Actor): Actor {
  return actor === 'client' ? 'server' : 'client';
}
