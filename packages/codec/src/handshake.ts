import { copyBytes, type Bytes, DecodeError, type Version } from '@tlsmith/types';
import { CertificateStatus } from './extensions/status-request.ts';
import { Certificate12, Certificate13 } from './messages/certificate.ts';
import { CertificateRequest12, CertificateRequest13 } from './messages/certificate-request.ts';
import { CertificateVerify } from './messages/certificate-verify.ts';
import { ClientHello } from './messages/client-hello.ts';
import {
  type ClientKeyExchange,
  EcdheClientKeyExchange,
  RsaClientKeyExchange,
} from './messages/client-key-exchange.ts';
import { EncryptedExtensions } from './messages/encrypted-extensions.ts';
import { EndOfEarlyData } from './messages/end-of-early-data.ts';
import { Finished } from './messages/finished.ts';
import { HelloRequest } from './messages/hello-request.ts';
import { KeyUpdate } from './messages/key-update.ts';
import { NewSessionTicket12, NewSessionTicket13 } from './messages/new-session-ticket.ts';
import { HelloRetryRequest, ServerHello, ServerHello12, serverHelloKind } from './messages/server-hello.ts';
import { ServerHelloDone } from './messages/server-hello-done.ts';
import { ServerKeyExchange } from './messages/server-key-exchange.ts';
import { Reader } from './reader.ts';
import { type Codec, mapped, rest } from './schema.ts';
import { Writer } from './writer.ts';

/** Messages of TLS 1.3, and the hellos of every version. */
export interface Bodies13 {
  readonly client_hello: ClientHello;
  readonly server_hello: ServerHello;
  readonly hello_retry_request: HelloRetryRequest;
  readonly new_session_ticket: NewSessionTicket13;
  readonly end_of_early_data: EndOfEarlyData;
  readonly encrypted_extensions: EncryptedExtensions;
  readonly certificate: Certificate13;
  readonly certificate_request: CertificateRequest13;
  readonly certificate_verify: CertificateVerify;
  readonly finished: Finished;
  readonly key_update: KeyUpdate;
}

/** Messages of TLS 1.2. */
export interface Bodies12 {
  readonly hello_request: HelloRequest;
  readonly client_hello: ClientHello;
  readonly server_hello: ServerHello;
  readonly new_session_ticket: NewSessionTicket12;
  readonly certificate: Certificate12;
  readonly server_key_exchange: ServerKeyExchange;
  readonly certificate_request: CertificateRequest12;
  readonly server_hello_done: ServerHelloDone;
  readonly certificate_verify: CertificateVerify;
  readonly client_key_exchange: ClientKeyExchange;
  readonly finished: Finished;
  readonly certificate_status: CertificateStatus;
}

/** A decoded message with its own copy of the bytes, header included, for the transcript. */
export type MessageOf<Bodies> = {
  readonly [N in keyof Bodies & string]: { readonly type: N; readonly body: Bodies[N]; readonly raw: Bytes };
}[keyof Bodies & string];

export type Message13 = MessageOf<Bodies13>;
export type Message12 = MessageOf<Bodies12>;
/** A message whose type is not one of the version's; kept whole. */
export interface UnknownMessage {
  readonly type: 'unknown';
  readonly body: Bytes;
  readonly raw: Bytes;
}
export type Message = Message13 | Message12 | UnknownMessage;

/** What decoding must know of the connection: nothing before the hellos are done. */
export interface MessageContext {
  readonly version: Version | undefined;
  /** Of the TLS 1.2 suite; ClientKeyExchange depends on it. */
  readonly keyExchange?: 'ecdhe' | 'rsa' | undefined;
}

/** HandshakeType by name (RFC 9846 §4, RFC 5246 §7.4, RFC 5077 §3.3, RFC 6066 §8). */
export const handshakeType = {
  hello_request: 0,
  client_hello: 1,
  server_hello: 2,
  hello_retry_request: 2,
  new_session_ticket: 4,
  end_of_early_data: 5,
  encrypted_extensions: 8,
  certificate: 11,
  server_key_exchange: 12,
  certificate_request: 13,
  server_hello_done: 14,
  certificate_verify: 15,
  client_key_exchange: 16,
  finished: 20,
  certificate_status: 22,
  key_update: 24,
} as const;

/** Name of a message. */
export type MessageName = keyof typeof handshakeType;

const codecs13: { readonly [N in keyof Bodies13]: Codec<Bodies13[N]> } = {
  client_hello: ClientHello,
  server_hello: ServerHello,
  hello_retry_request: HelloRetryRequest,
  new_session_ticket: NewSessionTicket13,
  end_of_early_data: EndOfEarlyData,
  encrypted_extensions: EncryptedExtensions,
  certificate: Certificate13,
  certificate_request: CertificateRequest13,
  certificate_verify: CertificateVerify,
  finished: Finished,
  key_update: KeyUpdate,
};

const ClientKeyExchangeOf = (keyExchange: MessageContext['keyExchange']): Codec<ClientKeyExchange> =>
  (keyExchange === 'rsa' ? RsaClientKeyExchange : EcdheClientKeyExchange) as Codec<ClientKeyExchange>;

const codecs12: { readonly [N in keyof Bodies12]: Codec<Bodies12[N]> } = {
  hello_request: HelloRequest,
  client_hello: ClientHello,
  server_hello: ServerHello12,
  new_session_ticket: NewSessionTicket12,
  certificate: Certificate12,
  server_key_exchange: ServerKeyExchange,
  certificate_request: CertificateRequest12,
  server_hello_done: ServerHelloDone,
  certificate_verify: CertificateVerify,
  client_key_exchange: ClientKeyExchangeOf('ecdhe'),
  finished: Finished,
  certificate_status: CertificateStatus,
};

/** The name and body codec of a handshake message; undefined for a type that the version does not have. */
export function messageCodec(
  code: number,
  body: Bytes,
  context: MessageContext,
): { readonly type: MessageName; readonly codec: Codec<unknown> } | undefined {
  const type = nameOfType(code, body);
  if (type === undefined) return undefined;
  if (type === 'client_key_exchange' && context.version === 'tls12') {
    return { type, codec: ClientKeyExchangeOf(context.keyExchange) };
  }
  const codecs = (context.version === 'tls12' ? codecs12 : codecs13) as Readonly<Record<string, unknown>>;
  const beforeVersion = type === 'client_hello' || type === 'server_hello' || type === 'hello_retry_request';
  const codec = context.version === undefined && !beforeVersion ? undefined : codecs[type];
  return codec === undefined ? undefined : { type, codec: codec as Codec<unknown> };
}

/**
 * Decodes one handshake message, header included. `raw` is kept, not copied: hand over ownership.
 *
 * @throws {DecodeError} when header or body do not fit.
 */
export function decodeMessage(raw: Bytes, context: MessageContext): Message {
  if (raw.length < 4) throw new DecodeError(raw.length, ['Handshake'], 'a header of 4 bytes');
  const length = ((raw[1] as number) << 16) | ((raw[2] as number) << 8) | (raw[3] as number);
  if (length !== raw.length - 4) throw new DecodeError(1, ['Handshake', 'length'], 'the length of the body');
  const body = raw.subarray(4);
  const found = messageCodec(raw[0] as number, body, context);
  if (found === undefined) return { type: 'unknown', body, raw };
  const reader = new Reader(raw);
  reader.at = 4;
  const read = (r: Reader): unknown => r.within(body.length, () => found.codec.read(r));
  return { type: found.type, body: reader.part(found.codec.name, found.codec, read), raw } as Message;
}

/** Makes a TLS 1.3 message (or a hello of any version) with its bytes. */
export function message13<N extends keyof Bodies13>(
  type: N,
  body: Bodies13[N],
): MessageOf<Pick<Bodies13, N>> {
  return { type, body, raw: frame(type, codecs13[type], body) } as never;
}

/** Makes a TLS 1.2 message with its bytes. */
export function message12<N extends keyof Bodies12>(
  type: N,
  body: Bodies12[N],
): MessageOf<Pick<Bodies12, N>> {
  const codec: Codec<Bodies12[N]> =
    type === 'client_key_exchange' && 'encryptedPremasterSecret' in body
      ? (RsaClientKeyExchange as Codec<never>)
      : codecs12[type];
  return { type, body, raw: frame(type, codec, body) } as never;
}

/** The whole message as one structure, for `inspect`. */
export function handshakeCodec(context: MessageContext): Codec<Message> {
  return mapped(
    {
      name: 'Handshake',
      section: 'RFC 9846 §4',
      read: (reader) => {
        const start = reader.at;
        const code = reader.part('msg_type', { name: 'HandshakeType', registry: 'handshakeTypes' }, (r) =>
          r.uint(1),
        );
        const length = reader.part('length', { name: 'uint24' }, (r) => r.uint(3));
        const body = reader.bytes.subarray(reader.at, Math.min(reader.at + length, reader.end));
        const codec = messageCodec(code, body, context)?.codec ?? (rest as Codec<unknown>);
        reader.within(length, () => reader.part('body', codec, codec.read));
        return copyBytes(reader.bytes.subarray(start, reader.at));
      },
      write: (writer: Writer, raw: Bytes) => writer.bytes(raw),
    },
    (raw: Bytes) => decodeMessage(raw, context),
    (message) => message.raw,
  );
}

function frame<T>(type: MessageName, codec: Codec<T>, body: T): Bytes {
  const writer = new Writer();
  writer.uint(handshakeType[type], 1);
  writer.sized(3, { min: 0, max: 0xffffff }, () => codec.write(writer, body));
  return writer.finish();
}

function nameOfType(code: number, body: Bytes): MessageName | undefined {
  if (code === handshakeType.server_hello) return serverHelloKind(body);
  return names.get(code);
}

const names: ReadonlyMap<number, MessageName> = new Map(
  (Object.entries(handshakeType) as [MessageName, number][])
    .filter(([name]) => name !== 'hello_retry_request')
    .map(([name, code]) => [code, name]),
);
