import { type CapturedParameters, expandLabel, keyBlock, keys13, parametersOf } from './keys.ts';
import {
  type CapturedKeys,
  type CapturedSuite,
  capturedSuites,
  open13,
  openAead12,
  openCbc12,
} from './suites.ts';
import type { Capture } from './capture.ts';

/** One record of a capture in the order of the flow, opened with the key log. */
export interface OpenedRecord {
  readonly from: 'client' | 'server';
  /** The content type; of the inner plaintext where TLS 1.3 protects it. */
  readonly type: number;
  readonly content: Uint8Array;
  /** 'protected' is all that TLS 1.2 knows. */
  readonly epoch: 'clear' | 'early' | 'handshake' | 'application' | 'protected';
  /** The whole record as sent. */
  readonly record: Uint8Array;
}

/** A handshake message put together over records. */
export interface OpenedMessage {
  readonly from: 'client' | 'server';
  readonly type: number;
  /** With the 4-byte header. */
  readonly bytes: Uint8Array;
  readonly epoch: OpenedRecord['epoch'];
}

/**
 * Opens every record of a capture with node:crypto and the key log alone: an answer that our record layer and
 * key schedule can be held against. Throws where a record does not open.
 */
export function openCapture(capture: Capture): readonly OpenedRecord[] {
  const opened: OpenedRecord[] = [];
  const openers = new Openers(capture);
  const rest = { client: Buffer.alloc(0), server: Buffer.alloc(0) };
  for (const { from, bytes } of capture.flow) {
    let pending = Buffer.concat([rest[from], bytes]);
    while (pending.length >= 5 && pending.length >= 5 + pending.readUInt16BE(3)) {
      const record = new Uint8Array(pending.subarray(0, 5 + pending.readUInt16BE(3)));
      pending = pending.subarray(record.length);
      opened.push(openers.open(from, record));
    }
    rest[from] = pending;
  }
  return opened;
}

/** The handshake messages among opened records, in the order in which they became complete. */
export function messagesOf(records: readonly OpenedRecord[]): readonly OpenedMessage[] {
  const pending = { client: new Uint8Array(0), server: new Uint8Array(0) };
  return records.flatMap(({ from, type, content, epoch }) => {
    if (type !== 22) return [];
    pending[from] = new Uint8Array(Buffer.concat([pending[from], content]));
    const found: OpenedMessage[] = [];
    for (;;) {
      const bytes = pending[from];
      const end = bytes.length < 4 ? Number.POSITIVE_INFINITY : 4 + Buffer.from(bytes).readUIntBE(1, 3);
      if (bytes.length < end) return found;
      found.push({ from, type: bytes[0] as number, bytes: bytes.slice(0, end), epoch });
      pending[from] = bytes.slice(end);
    }
  });
}

/** The secret of this label for this client random in the key log, or undefined. */
export function logged(
  { keylog }: Capture,
  label: string,
  clientRandom?: Uint8Array,
): Uint8Array | undefined {
  const random = clientRandom === undefined ? '' : Buffer.from(clientRandom).toString('hex');
  const line = keylog.find((one) => one.startsWith(`${label} ${random}`));
  return line === undefined ? undefined : new Uint8Array(Buffer.from(line.split(' ')[2] as string, 'hex'));
}

interface Reading {
  epoch: OpenedRecord['epoch'];
  sequence: number;
  keys: CapturedKeys | undefined;
  secret: Uint8Array | undefined;
}

/** Follows both directions: which keys are in force, and which record of theirs comes next. */
class Openers {
  readonly #capture: Capture;
  readonly #records: OpenedRecord[] = [];
  readonly #reading: Record<'client' | 'server', Reading> = {
    client: { epoch: 'clear', sequence: 0, keys: undefined, secret: undefined },
    server: { epoch: 'clear', sequence: 0, keys: undefined, secret: undefined },
  };

  constructor(capture: Capture) {
    this.#capture = capture;
  }

  open(from: 'client' | 'server', record: Uint8Array): OpenedRecord {
    const reading = this.#reading[from];
    const parameters = this.#parameters();
    const type = record[0] as number;
    const tls13 = parameters?.version !== 'tls12';
    const clear = tls13 ? type !== 23 : reading.keys === undefined;
    const opened = clear
      ? { type, content: record.slice(5), epoch: 'clear' as const }
      : tls13
        ? this.#open13(from, record)
        : this.#open12(from, record);
    if (type === 20 && parameters !== undefined && !tls13) this.#change12(reading, from, parameters);
    const result = { from, record, ...opened };
    this.#records.push(result);
    return result;
  }

  /** Of the last hellos; those of a HelloRetryRequest name the same suite. */
  #parameters(): CapturedParameters | undefined {
    const messages = messagesOf(this.#records);
    const server = messages.findLast((message) => message.type === 2);
    const client = messages.findLast((message) => message.type === 1);
    return server === undefined || client === undefined
      ? undefined
      : parametersOf(client.bytes, server.bytes);
  }

  #change12(reading: Reading, from: 'client' | 'server', parameters: CapturedParameters): void {
    const master = logged(this.#capture, 'CLIENT_RANDOM', parameters.clientRandom);
    if (master === undefined) throw new Error(`${this.#capture.name}: no master secret in the key log`);
    reading.keys = keyBlock(master, parameters)[from];
    reading.sequence = 0;
    reading.epoch = 'protected';
  }

  #open12(from: 'client' | 'server', record: Uint8Array): Pick<OpenedRecord, 'type' | 'content' | 'epoch'> {
    const reading = this.#reading[from];
    const { suite, encryptThenMac } = this.#parameters() as CapturedParameters;
    const keys = reading.keys as CapturedKeys;
    const content =
      suite.mac === undefined
        ? openAead12(suite, keys, reading.sequence, record)
        : openCbc12(suite, keys, reading.sequence, { record, encryptThenMac });
    if (content === undefined)
      throw new Error(`${this.#capture.name}: a record of the ${from} does not open`);
    reading.sequence++;
    return { type: record[0] as number, content, epoch: 'protected' };
  }

  /** Tries the keys in force, then those that may follow: nothing in the clear says when they change. */
  #open13(from: 'client' | 'server', record: Uint8Array): Pick<OpenedRecord, 'type' | 'content' | 'epoch'> {
    const reading = this.#reading[from];
    const suite = (this.#parameters()?.suite ?? capturedSuites[0x1301]) as CapturedSuite;
    for (const next of [reading, ...this.#following(from, suite)]) {
      const inner = next.keys === undefined ? undefined : open13(suite, next.keys, next.sequence, record);
      if (inner === undefined) continue;
      this.#reading[from] = { ...next, sequence: next.sequence + 1 };
      const end = inner.findLastIndex((octet) => octet !== 0);
      return { type: inner[end] as number, content: inner.slice(0, end), epoch: next.epoch };
    }
    throw new Error(`${this.#capture.name}: a record of the ${from} does not open`);
  }

  #following(from: 'client' | 'server', suite: CapturedSuite): Reading[] {
    const side = from.toUpperCase();
    const { epoch, secret } = this.#reading[from];
    const reading = (next: OpenedRecord['epoch'], of: Uint8Array | undefined): Reading[] =>
      of === undefined ? [] : [{ epoch: next, sequence: 0, secret: of, keys: keys13(suite, of) }];
    if (epoch === 'application' && secret !== undefined) {
      return reading(
        'application',
        expandLabel(suite.hash, secret, 'traffic upd', { length: secret.length }),
      );
    }
    return [
      ...(epoch === 'clear' ? reading('early', logged(this.#capture, `${side}_EARLY_TRAFFIC_SECRET`)) : []),
      ...(epoch === 'handshake'
        ? []
        : reading('handshake', logged(this.#capture, `${side}_HANDSHAKE_TRAFFIC_SECRET`))),
      ...reading('application', logged(this.#capture, `${side}_TRAFFIC_SECRET_0`)),
    ];
  }
}
