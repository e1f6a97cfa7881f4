import type { MessageLimits } from '@tlsmith/handshake';
import { type RecordLimits, recordLimits } from '@tlsmith/record';
import { type Budget, defaultBudget } from '@tlsmith/x509';
import { type ConnectionLimits, connectionLimits } from 'tlsmith';
import { defaultHandshakeTimeout } from 'tlsmith/node';
import { table } from './markers.ts';

/** Every limit with its default, what it bounds and what happens beyond it. A limit without a text does not compile. */
export function limitTable(): string {
  const { messages, ...connection } = connectionLimits;
  const rows = [
    ...rowsOf('limits', connection, connectionTexts),
    ...rowsOf('limits.messages', messages, messageTexts),
    ...rowsOf('recordLimits', recordLimits, recordTexts),
    ...rowsOf('budget', defaultBudget, budgetTexts),
    ['`handshakeTimeout`', number(defaultHandshakeTimeout), ...timeoutText],
  ];
  return table(['limit', 'default', 'bounds', 'beyond it'], rows);
}

type Text = readonly [bounds: string, beyond: string];
type Texts<Limits> = { readonly [Name in keyof Limits]: Text };

function rowsOf<Limits extends { readonly [Name in keyof Limits]: number }>(
  of: string,
  limits: Limits,
  texts: Texts<Limits>,
): readonly (readonly string[])[] {
  const names = Object.keys(texts) as (keyof Limits & string)[];
  return names.map((name) => [`\`${of}.${name}\``, number(limits[name]), ...texts[name]]);
}

const number = (value: number): string => value.toLocaleString('en-US');

const connectionTexts: Texts<Omit<ConnectionLimits, 'messages'>> = {
  certificates: ['certificates in a Certificate message', '`too-many-certificates` (bad_certificate)'],
  skippedEarlyData: [
    'bytes of 0-RTT data that a server drops unread',
    'as without skipping: bad_record_mac or unexpected_message',
  ],
  identities: ['PSK identities that a server looks up', 'the others are ignored'],
  tickets: ['TLS 1.3 tickets that a client takes from one connection', 'the others are ignored'],
  pendingInput: [
    'bytes that wait while an answer is pending',
    '`wants.read` becomes false; the socket of `tlsmith/node` stops reading',
  ],
  pendingOutput: [
    'bytes that `write` keeps until the handshake is done',
    'the writer gets a `TlsMisuse` `too-much-pending-output`',
  ],
  warnings: ['warning alerts without application data between', '`too-many-warnings` (unexpected_message)'],
  keyUpdates: [
    'KeyUpdates of the peer without application data between',
    '`too-many-key-updates` (unexpected_message)',
  ],
};

const messageTexts: Texts<MessageLimits> = {
  certificate: [
    'bytes of a Certificate, CertificateStatus or compressed Certificate',
    '`message-too-long` (decode_error), at the header',
  ],
  other: ['bytes of any other handshake message', 'the same'],
};

const recordTexts: Texts<RecordLimits> = {
  maxFragment: ['bytes of content and padding in the records that we send', 'more records'],
  emptyRecords: ['records without content in a row', '`too-many-empty-records` (unexpected_message)'],
  changeCipherSpecs: [
    'TLS 1.3: dropped ChangeCipherSpecs of a connection',
    '`too-many-change-cipher-specs` (unexpected_message)',
  ],
};

const budgetTexts: Texts<Budget> = {
  signatures: ['signatures verified for one chain', '`budget-exceeded` (certificate_unknown)'],
  bytes: ['bytes of all certificates of one chain', 'the same'],
  steps: ['certificates tried as issuers for one chain', 'the same'],
  comparisons: ['names and policies compared for one chain', 'the same'],
  fetches: ['things fetched for one chain, where the caller allows it', 'nothing more is fetched'],
};

const timeoutText: Text = [
  'milliseconds for TCP and handshake, in `tlsmith/node`',
  '`ConnectionFailed` `timeout`, without an alert',
];
