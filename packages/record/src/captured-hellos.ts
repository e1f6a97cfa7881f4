import { type Bytes, concat, TlsMisuse } from '@tlsmith/types';
import { deframe, frameLimits, headerLength } from './frame.ts';

/** What a key log and a suite's number are looked up by. */
export interface CapturedHellos {
  /** 32 bytes. */
  readonly clientRandom: Bytes;
  /** 32 bytes; those of a HelloRetryRequest say nothing, and TLS 1.3 derives nothing from them. */
  readonly serverRandom: Bytes;
  readonly cipherSuite: number;
}

/**
 * The fixed fields that both hellos begin with (RFC 9846 §4.2.2 and §4.2.3, the same in RFC 5246 §7.4.1). A
 * HelloRetryRequest serves as well: the ServerHello after it names the same suite.
 *
 * @throws {TlsMisuse} `capture-hellos`.
 */
export function hellosOf(streams: { readonly client: Bytes; readonly server: Bytes }): CapturedHellos {
  const client = beginning(streams.client);
  const server = beginning(streams.server);
  const suiteAt = randomEnd + 1 + (server[randomEnd] ?? 0);
  const isWhole = client.length >= randomEnd && server.length >= suiteAt + 2;
  if (client[0] !== clientHello || server[0] !== serverHello || !isWhole) {
    throw new TlsMisuse(
      'capture-hellos',
      'the streams have to begin with the first record of either side, a ClientHello and a ServerHello',
    );
  }
  return {
    clientRandom: client.slice(randomAt, randomEnd),
    serverRandom: server.slice(randomAt, randomEnd),
    cipherSuite: ((server[suiteAt] as number) << 8) | (server[suiteAt + 1] as number),
  };
}

/** The handshake bytes that a stream begins with, as many as a hello's fixed fields may need. */
function beginning(stream: Bytes): Bytes {
  let found: Bytes = new Uint8Array(0);
  for (let at = 0; found.length < enough; ) {
    const frame = deframe(stream, at, frameLimits.plaintext);
    if (frame === 'incomplete' || frame.type !== 'handshake') break;
    found = concat(found, stream.subarray(frame.start + headerLength, frame.end));
    at = frame.end;
  }
  return found;
}

const clientHello = 1;
const serverHello = 2;
// Behind the message's header and legacy_version.
const randomAt = 4 + 2;
const randomEnd = randomAt + 32;
// Random, legacy_session_id and cipher_suite.
const enough = randomEnd + 1 + 32 + 2;
