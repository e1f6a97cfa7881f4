import type { Message } from '@tlsmith/codec';
import type { RecordInfo } from '@tlsmith/record';
import type { CipherSuite, Role } from '@tlsmith/types';
import { alertSentence } from './alerts.ts';
import type { MessageEvent, RecordEvent } from './events.ts';
import { factsOf, figureName } from './facts.ts';
import type { Sent, Story, TracedRecord } from './trace.ts';

/** What a direction has sent and not yet been told of. */
interface Pending {
  readonly role: Role;
  readonly sent: Sent;
  /** The other direction's text in application data, to be quoted from. */
  readonly plaintext: string;
  records: number;
  messages: number;
  alerts: number;
  /** Bytes of handshake content in the records so far, and in the messages told so far. */
  carried: number;
  told: number;
  quoted: number;
  /** Records that hold the beginning of the next message. */
  open: number[];
}

/**
 * The records of a connection in the order in which they were made, each followed by the messages that end in it:
 * one message may fill several records, and several may share one. The match is by the bytes, not by guess.
 */
export function* wireEvents(
  connection: string,
  story: Story,
  plaintext: Readonly<Record<Role, string>>,
): Generator<RecordEvent | MessageEvent> {
  const sides = (['client', 'server'] as const).map((role) =>
    pending(role, story.sent[role], plaintext[role]),
  );
  const records = sides
    .flatMap((side) => side.sent.records.map((record) => ({ side, record })))
    .toSorted((a, b) => a.record.at - b.record.at);
  for (const [index, { side, record }] of records.entries()) {
    const event = recordEvent(connection, index + 1, side, record);
    yield event;
    for (const content of contentOf(event, record.info, side, story))
      yield { event: 'message', connection, ...content };
  }
}

type Content = Omit<MessageEvent, 'event' | 'connection'>;

function pending(role: Role, sent: Sent, plaintext: string): Pending {
  const none = { records: 0, messages: 0, alerts: 0, carried: 0, told: 0, quoted: 0, open: [] };
  return { role, sent, plaintext, ...none };
}

function recordEvent(connection: string, number: number, side: Pending, { info }: TracedRecord): RecordEvent {
  const { taken } = side.sent;
  side.records += 1;
  return {
    event: 'record',
    connection,
    number,
    from: side.role,
    type: info.type,
    innerType: info.innerType,
    epoch: info.epoch,
    length: info.length,
    read: taken === undefined ? undefined : side.records <= taken.records,
  };
}

function contentOf(event: RecordEvent, info: RecordInfo, side: Pending, story: Story): readonly Content[] {
  const length = contentLength(info, story.agreed.suite);
  const common = { from: side.role, epoch: event.epoch, length, records: [event.number], read: event.read };
  switch (info.innerType ?? info.type) {
    case 'handshake':
      return handshake(event, length, side);
    case 'change_cipher_spec': {
      const meaning =
        story.agreed.version === 'tls13'
          ? camouflage
          : `the ${side.role}'s records are protected from here on`;
      const facts = [{ name: 'says', value: meaning }];
      return [{ ...common, protocol: 'change_cipher_spec', name: 'ChangeCipherSpec', facts }];
    }
    case 'alert':
      return [{ ...common, protocol: 'alert', ...alert(side) }];
    case 'application_data': {
      const text = side.plaintext.slice(side.quoted, (side.quoted += length));
      const facts = [{ name: 'begins', value: text.split('\r\n')[0] ?? '' }];
      return [{ ...common, protocol: 'application_data', name: 'application data', facts }];
    }
  }
}

/** The messages whose last byte stands in this record. */
function handshake(event: RecordEvent, length: number, side: Pending): readonly Content[] {
  side.carried += length;
  side.open.push(event.number);
  const ended: Content[] = [];
  for (;;) {
    const message = side.sent.messages[side.messages];
    if (message === undefined || side.told + message.raw.length > side.carried) return ended;
    side.told += message.raw.length;
    side.messages += 1;
    ended.push(messageContent(message, event, side));
    // What is left of this record belongs to the next message.
    side.open = side.told < side.carried ? [event.number] : [];
  }
}

function messageContent(message: Message, { epoch }: RecordEvent, side: Pending): Content {
  const { taken } = side.sent;
  return {
    from: side.role,
    protocol: 'handshake',
    name: figureName(message.type),
    length: message.raw.length,
    epoch,
    records: side.open,
    facts: factsOf(message, side.role),
    read: taken === undefined ? undefined : side.messages <= taken.messages,
  };
}

function alert(side: Pending): Pick<Content, 'name' | 'facts'> {
  const found = side.sent.alerts[side.alerts++];
  const { description = 'unknown', level = 'unknown' } = found ?? {};
  const facts = [
    { name: 'level', value: level },
    { name: 'says', value: alertSentence(description) },
  ];
  return { name: `Alert ${description}`, facts };
}

/** Bytes of content in a record: what is left without header, padding and what the AEAD adds. */
function contentLength({ length, epoch, padding = 0 }: RecordInfo, suite: CipherSuite | undefined): number {
  if (epoch === 'initial' || suite === undefined) return length - header;
  const added = suite.version === 'tls13' ? 1 : suite.recordIvLength;
  return length - header - padding - added - suite.aead.tagLength;
}

const header = 5;
const camouflage = 'nothing: it makes the connection look like TLS 1.2 to middleboxes';
