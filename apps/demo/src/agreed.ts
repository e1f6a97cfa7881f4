import { decodeMessage, readExtension, supportedVersions } from '@tlsmith/codec';
import { type Bytes, type CipherSuite, protocolVersion, suites, type Version } from '@tlsmith/types';

/** What the ServerHello decided, as anybody can read it off the wire. */
export interface Agreed {
  readonly version: Version | undefined;
  readonly suite: CipherSuite | undefined;
}

/** Reads version and suite off the server's messages; nothing where no ServerHello was sent. */
export function agreed(messages: readonly Bytes[]): Agreed {
  for (const raw of messages) {
    const message = decodeMessage(raw, { version: undefined });
    if (message.type !== 'server_hello') continue;
    const { body } = message;
    const selected = readExtension(body.extensions, supportedVersions, 'server_hello') ?? body.legacyVersion;
    const suite = Object.values(suites).find(({ code }) => code === body.cipherSuite);
    return { version: versionOf(selected), suite };
  }
  return { version: undefined, suite: undefined };
}

function versionOf(code: number): Version | undefined {
  if (code === protocolVersion.tls13) return 'tls13';
  return code === protocolVersion.tls12 ? 'tls12' : undefined;
}
