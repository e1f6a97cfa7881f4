import type { TLSSocket } from 'node:tls';
import type { Heard } from '../bench/conversation.ts';
import type { VersionName } from '../cell.ts';
import { ianaGroup } from '../openssl/names.ts';
import { faults } from '../openssl/output.ts';
import { exporterLabel, exporterLength, type Result } from '../side.ts';

/** What node:tls tells of a connection that was open; asked while it is. */
export function nodeFacts(socket: TLSSocket, { exporter }: { readonly exporter?: true }): Result {
  const { name } = (socket.getEphemeralKeyInfo() ?? {}) as { readonly name?: string };
  // A peer without a certificate is an empty object, or null when the session is resumed.
  const peer = socket.getPeerCertificate() as { readonly subject?: { readonly CN?: string } } | null;
  return {
    version: socket.getProtocol()?.replace('TLSv', '') as VersionName,
    suite: socket.getCipher().standardName,
    group: name === undefined ? undefined : ianaGroup(name),
    resumed: socket.isSessionReused(),
    alpn: socket.alpnProtocol === false ? '' : (socket.alpnProtocol ?? ''),
    peerName: peer?.subject?.CN ?? '',
    // The declared type wants a context; none is another thing than an empty one (RFC 5705 §4).
    exported:
      exporter === true
        ? socket.exportKeyingMaterial(exporterLength, exporterLabel, undefined as never).toString('hex')
        : undefined,
  };
}

/** The same after its end. node:tls does not tell a close_notify from a closed TCP connection. */
export function nodeResult(facts: Result, { received, ending, failure }: Heard): Result {
  return { ...facts, received, ending, ...nodeFaults(failure) };
}

/** What an error of node:tls says: OpenSSL's words, or Node's code. */
export function nodeFaults(error: Error | undefined): Result {
  const { code = '', message = '' } = (error ?? {}) as { readonly code?: string; readonly message?: string };
  const said = faults(message);
  return said.error === '' ? { ...said, error: code || message } : said;
}
