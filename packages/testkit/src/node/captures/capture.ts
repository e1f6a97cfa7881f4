import { readFileSync } from 'node:fs';
import { type CaptureName, captureNames } from './names.gen.ts';

export { type CaptureName, captureNames };

/** A recorded TCP connection between two implementations that are not ours. */
export interface Capture {
  readonly name: CaptureName;
  /** Program and version, such as 'OpenSSL 3.0.19 27 Jan 2026 s_client'. */
  readonly peers: { readonly client: string; readonly server: string };
  /** Day of the recording, `yyyy-mm-dd`. */
  readonly date: string;
  readonly what: string;
  /** The capture whose session this one resumes; a browser may have resumed another one of its own. */
  readonly resumes?: CaptureName;
  /** PKCS #8 (DER) of the server's RSA key, with RSA key exchange. */
  readonly serverKey?: Uint8Array;
  readonly preSharedKey?: { readonly identity: string; readonly key: Uint8Array };
  /** Pre-shared key of the resumed TLS 1.3 session, where the client printed it (RFC 9846 §4.7.1). */
  readonly resumptionKey?: Uint8Array;
  /** ECHConfig of the server and the X25519 private key (32 bytes) to it. */
  readonly encryptedClientHello?: { readonly config: Uint8Array; readonly privateKey: Uint8Array };
  /** Keying material a peer exported on this connection (RFC 5705; RFC 9846 §7.5). */
  readonly exporters: readonly CapturedExporter[];
  /** Lines of the NSS key log; empty where the handshake failed. */
  readonly keylog: readonly string[];
  /** What the relay between the peers read, in its order; chunk borders are those of the network. */
  readonly flow: readonly CapturedChunk[];
}

export interface CapturedChunk {
  readonly from: 'client' | 'server';
  readonly bytes: Uint8Array;
}

export interface CapturedExporter {
  readonly label: string;
  /** Undefined where none was given: TLS 1.2 tells that from an empty context (RFC 5705 §4). */
  readonly context: Uint8Array | undefined;
  readonly value: Uint8Array;
}

/** A ClientHello (type 1) or ServerHello (type 2, also a HelloRetryRequest) as it was sent. */
export interface CapturedHello {
  readonly capture: CaptureName;
  readonly from: 'client' | 'server';
  /** Program and version of the sender. */
  readonly peer: string;
  readonly type: 1 | 2;
  /** The handshake message with its 4-byte header. */
  readonly bytes: Uint8Array;
}

/**
 * Reads one capture. Every call decodes fresh bytes.
 *
 * @example
 * ```ts
 * import { capture } from '@tlsmith/testkit/node';
 * capture('openssl-13-full').flow[0]?.from; // 'client'
 * ```
 */
export function capture(name: CaptureName): Capture {
  const file = new URL(`../../../src/data/captures/${name}.json`, import.meta.url);
  const { serverKey, preSharedKey, resumptionKey, encryptedClientHello, exporters, flow, ...rest } =
    JSON.parse(readFileSync(file, 'utf8')) as Stored;
  return {
    ...rest,
    ...(serverKey === undefined ? {} : { serverKey: bytes(serverKey) }),
    ...(preSharedKey === undefined
      ? {}
      : { preSharedKey: { ...preSharedKey, key: bytes(preSharedKey.key) } }),
    ...(resumptionKey === undefined ? {} : { resumptionKey: bytes(resumptionKey) }),
    ...(encryptedClientHello === undefined
      ? {}
      : {
          encryptedClientHello: {
            config: bytes(encryptedClientHello.config),
            privateKey: bytes(encryptedClientHello.privateKey),
          },
        }),
    exporters: (exporters ?? []).map(({ label, context, value }) => ({
      label,
      context: context === null ? undefined : bytes(context),
      value: bytes(value),
    })),
    flow: flow.map((chunk) => ({ from: chunk.from, bytes: bytes(chunk.bytes) })),
  };
}

/** All bytes that one side sent, without chunk borders. */
export function stream({ flow }: Capture, from: 'client' | 'server'): Uint8Array {
  return new Uint8Array(
    Buffer.concat(flow.filter((chunk) => chunk.from === from).map((chunk) => chunk.bytes)),
  );
}

/**
 * The hellos that went in the clear, in the order each side sent them: of these captures, or of all.
 * Messages are put together over record borders; nothing here knows what is inside a message.
 */
export function hellos(names: readonly CaptureName[] = captureNames): readonly CapturedHello[] {
  return names.flatMap((name) => {
    const one = capture(name);
    return (['client', 'server'] as const).flatMap((from) =>
      clearMessages(stream(one, from))
        .filter((message) => message[0] === 1 || message[0] === 2)
        .map((message) => ({
          capture: name,
          from,
          peer: one.peers[from],
          type: message[0] as 1 | 2,
          bytes: message,
        })),
    );
  });
}

/**
 * Handshake messages before the first protected record. TLS 1.2 protects records of type handshake, from
 * change_cipher_spec on. TLS 1.3 may send a second hello in the clear after change_cipher_spec (RFC 9846 appendix E.4), so
 * there a handshake record still counts as clear when it holds one hello and nothing else.
 */
function clearMessages(sent: Uint8Array): Uint8Array[] {
  const messages: Uint8Array[] = [];
  let pending = new Uint8Array(0);
  let changed = false;
  for (const { type, fragment } of records(sent)) {
    if (type === 20) changed = true;
    if (type === 23 || (type === 22 && changed && !isOneHello(fragment))) break;
    if (type !== 22) continue;
    pending = new Uint8Array(Buffer.concat([pending, fragment]));
    for (let length = messageLength(pending); pending.length >= length; length = messageLength(pending)) {
      messages.push(pending.slice(0, length));
      pending = pending.slice(length);
    }
  }
  return messages;
}

function isOneHello(fragment: Uint8Array): boolean {
  return (fragment[0] === 1 || fragment[0] === 2) && messageLength(fragment) === fragment.length;
}

/** Header and body; infinite while the header is not complete. */
function messageLength(message: Uint8Array): number {
  const [, high, middle, low] = message;
  if (high === undefined || middle === undefined || low === undefined) return Number.POSITIVE_INFINITY;
  return 4 + high * 0x10000 + middle * 0x100 + low;
}

function* records(sent: Uint8Array): Generator<{ readonly type: number; readonly fragment: Uint8Array }> {
  for (let at = 0; at + 5 <= sent.length; ) {
    const length = (sent[at + 3] as number) * 0x100 + (sent[at + 4] as number);
    yield { type: sent[at] as number, fragment: sent.subarray(at + 5, at + 5 + length) };
    at += 5 + length;
  }
}

interface Stored extends Pick<Capture, 'name' | 'peers' | 'date' | 'what' | 'resumes' | 'keylog'> {
  readonly serverKey?: string;
  readonly preSharedKey?: { readonly identity: string; readonly key: string };
  readonly resumptionKey?: string;
  readonly encryptedClientHello?: { readonly config: string; readonly privateKey: string };
  readonly exporters?: readonly {
    readonly label: string;
    readonly context: string | null;
    readonly value: string;
  }[];
  readonly flow: readonly { readonly from: 'client' | 'server'; readonly bytes: string }[];
}

function bytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}
