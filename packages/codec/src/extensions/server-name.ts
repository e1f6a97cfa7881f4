import { type Bytes, DecodeError, TlsMisuse } from '@tlsmith/types';
import { type Codec, opaque, rest, select, uint, vector } from '../schema.ts';
import { empty } from './empty.ts';
import type { Extension } from './extension.ts';

/** One entry of a ServerNameList; `host_name` (0) is the only kind there is (RFC 6066 §3). */
export interface ServerName {
  readonly tag: number;
  readonly body: Bytes;
}

const hostName: Codec<Bytes> = opaque(2, 1);
const name: Codec<ServerName> = select<ServerName>('ServerName', uint(1, 'NameType'), (tag) =>
  tag === 0 ? hostName : rest,
);
const names = vector(2, name, { min: 1 });

/** server_name: a client's ServerNameList, the server's empty acknowledgement. */
export const serverName: Extension<{
  client_hello: readonly ServerName[];
  encrypted_extensions: true;
  certificate_request: readonly ServerName[];
  tls12_server_hello: true;
}> = {
  type: 0,
  name: 'server_name',
  section: 'RFC 6066 §3',
  in: {
    client_hello: names,
    encrypted_extensions: empty,
    // For exported authenticators (RFC 9261); RFC 9846 §4.3 allows it in every CertificateRequest.
    certificate_request: names,
    tls12_server_hello: empty,
  },
};

/**
 * The host name of a ServerNameList as a string.
 *
 * @throws {DecodeError} when there is none, more than one, or one with bytes outside printable ASCII.
 */
export function hostNameOf(list: readonly ServerName[]): string {
  const [first, ...others] = list.filter(({ tag }) => tag === 0);
  if (first === undefined || others.length > 0)
    throw new DecodeError(0, ['server_name'], 'exactly one host_name');
  if (!first.body.every((byte) => byte > 0x20 && byte < 0x7f)) {
    throw new DecodeError(0, ['server_name'], 'a host_name of printable ASCII');
  }
  return String.fromCharCode(...first.body).toLowerCase();
}

/**
 * A ServerNameList of one host name.
 *
 * @throws {TlsMisuse} when the name is not printable ASCII of 1 to 255 characters: give A-labels for IDNs.
 */
export function hostNameList(host: string): readonly ServerName[] {
  if (!/^[\x21-\x7e]{1,255}$/.test(host)) {
    throw new TlsMisuse(
      'host-name-not-ascii',
      'a server name is 1 to 255 printable ASCII characters (A-labels)',
    );
  }
  return [{ tag: 0, body: Uint8Array.from(host, (character) => character.charCodeAt(0)) }];
}
