import {
  type AeadAlgorithm,
  type Bytes,
  type CryptoProvider,
  concat,
  isThenable,
  TlsMisuse,
  utf8,
} from '@tlsmith/types';
import { nameLength } from './key-ring.ts';
import { type SharedTicketKey, sharedTicketKeys, type TicketKeys, type TicketKeysCommon } from './ticket.ts';

/** The content of a file for nginx's `ssl_session_ticket_key`, and its name for messages. */
export interface TicketKeyFile {
  readonly path: string;
  /** 48 or 80 bytes, as `openssl rand 80` makes them. */
  readonly content: Bytes;
}

/** What {@link ticketFileKeys} needs. */
export interface TicketFileKeysOptions extends TicketKeysCommon {
  /** The first seals, all open. */
  readonly files: readonly TicketKeyFile[];
  /** Derives the keys; its `hmac` answers at once. */
  readonly provider: Pick<CryptoProvider, 'hmac'>;
}

/**
 * Ticket keys from nginx's files: the first encrypts, all decrypt. Tickets are this package's own, under an AEAD key
 * derived from the file, so servers of this package exchange tickets where they have the same files; nginx does not
 * open them, nor they nginx's: a client that changes between them makes a full handshake.
 *
 * @throws {TlsMisuse} `ticket-key-length` for a file of another length, naming it; `keys-missing` for no file;
 *   `hmac-asynchronous` for a provider that answers later; `aead-unsuitable` as `sharedTicketKeys`.
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { ticketFileKeys } from '@tlsmith/session-cache';
 * const { random, aeads } = node;
 * const files = [{ path: 'current.key', content: random(80) }, { path: 'previous.key', content: random(48) }];
 * ticketFileKeys({ files, provider: node, aead: aeads['aes-256-gcm'], random });
 * ```
 */
export function ticketFileKeys(options: TicketFileKeysOptions): TicketKeys {
  const { files, provider, aead } = options;
  return sharedTicketKeys({ ...options, keys: files.map((file) => ticketFileKey(file, provider, aead)) });
}

/**
 * The key that a file stands for: named by its first 16 bytes, and made of the others by HKDF-SHA256 (RFC 5869) with the
 * name as salt. A file of 48 bytes holds two keys of 16 bytes (HMAC, AES-128), one of 80 bytes two of 32: 256 bits of
 * secret at least, so either is good for AES-256.
 *
 * @throws {TlsMisuse} as {@link ticketFileKeys}.
 */
export function ticketFileKey(
  { path, content }: TicketKeyFile,
  provider: Pick<CryptoProvider, 'hmac'>,
  aead: AeadAlgorithm,
): SharedTicketKey {
  if (content.length !== 48 && content.length !== 80) {
    const found = `it has ${content.length}`;
    throw new TlsMisuse(
      'ticket-key-length',
      `"${path}" must be 48 or 80 bytes in ssl_session_ticket_key: ${found}`,
    );
  }
  const name = new Uint8Array(content.subarray(0, nameLength));
  const extracted = hmacSha256(provider, name, content.subarray(nameLength));
  const block = concat(utf8(`tlsmith ticket key file, ${aead.name}`), Uint8Array.of(1));
  const expanded = hmacSha256(provider, extracted, block);
  extracted.fill(0);
  // `sharedTicketKeys` refuses an AEAD whose key is longer than the one block.
  return { name, key: expanded.slice(0, aead.keyLength) };
}

function hmacSha256(provider: Pick<CryptoProvider, 'hmac'>, key: Bytes, data: Bytes): Bytes {
  const tag = provider.hmac('sha256', key, data);
  if (!isThenable(tag)) return tag as Bytes;
  throw new TlsMisuse(
    'hmac-asynchronous',
    'ticket key files take a provider whose hmac answers at once: node or noble',
  );
}
