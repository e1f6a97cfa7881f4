import { type Bytes, equal, fromHex, protocolVersion } from '@tlsmith/types';
import { type ExtensionList, type ExtensionMessage, extensionList } from '../extensions/extension.ts';
import { cipherSuite, protocolVersionCode } from '../extensions/registries.ts';
import { type Codec, fixed, opaque, optional, struct, uint } from '../schema.ts';

/** ServerHello of every version; `extensions` is undefined where the field is missing (RFC 5246 §7.4.1.3). */
export interface ServerHello {
  readonly legacyVersion: number;
  /** 32 bytes. */
  readonly random: Bytes;
  /** 0 to 32 bytes; TLS 1.2's session_id. */
  readonly legacySessionIdEcho: Bytes;
  readonly cipherSuite: number;
  readonly legacyCompressionMethod: number;
  readonly extensions: ExtensionList | undefined;
}

/** HelloRetryRequest has ServerHello's structure and its own set of extensions. */
export type HelloRetryRequest = ServerHello;

/** SHA-256 of "HelloRetryRequest": the random value that makes a ServerHello one (RFC 9846 §4.2.3). */
export const helloRetryRequestRandom: Bytes = fromHex(
  'cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c',
);

/** What a server puts in the last 8 random bytes when it negotiates less than it could (RFC 9846 §4.2.3). */
export const downgradeSentinel: { readonly tls12: Bytes; readonly tls11: Bytes } = {
  tls12: fromHex('444f574e47524401'),
  tls11: fromHex('444f574e47524400'),
};

const helloFields = (name: string, message: ExtensionMessage, section: string): Codec<ServerHello> =>
  struct<ServerHello>(
    name,
    {
      legacyVersion: protocolVersionCode,
      random: fixed(32, 'Random'),
      legacySessionIdEcho: opaque(1, 0, 32),
      cipherSuite,
      legacyCompressionMethod: uint(1, 'CompressionMethod', 'compressionMethods'),
      extensions: optional(extensionList(message)),
    },
    section,
  );

/** The structure as TLS 1.3 and 1.2 share it; extension bodies are annotated as TLS 1.3's. */
export const ServerHello: Codec<ServerHello> = helloFields('ServerHello', 'server_hello', 'RFC 9846 §4.2.3');

/** The same structure, its extension bodies annotated as TLS 1.2's. */
export const ServerHello12: Codec<ServerHello> = helloFields(
  'ServerHello',
  'tls12_server_hello',
  'RFC 5246 §7.4.1.3',
);

export const HelloRetryRequest: Codec<HelloRetryRequest> = helloFields(
  'HelloRetryRequest',
  'hello_retry_request',
  'RFC 9846 §4.2.4',
);

/** Which of the three a server_hello body is, told without decoding: its random and its supported_versions. */
export function serverHelloKind(body: Bytes): 'server_hello' | 'hello_retry_request' {
  return body.length >= 34 && equal(body.subarray(2, 34), helloRetryRequestRandom)
    ? 'hello_retry_request'
    : 'server_hello';
}

/** Whether the last 8 bytes of a random value say that the server could speak TLS 1.3, or at least 1.2. */
export function sentinelOf(random: Bytes): 'tls12' | 'tls11' | undefined {
  const last = random.subarray(24);
  if (equal(last, downgradeSentinel.tls12)) return 'tls12';
  return equal(last, downgradeSentinel.tls11) ? 'tls11' : undefined;
}

/** The wire value of TLS 1.2, which every ServerHello of ours carries. */
export const legacyVersion: number = protocolVersion.tls12;
