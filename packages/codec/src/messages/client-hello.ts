import type { Bytes } from '@tlsmith/types';
import { type ExtensionList, extensionList } from '../extensions/extension.ts';
import { cipherSuite, protocolVersionCode } from '../extensions/registries.ts';
import { type Codec, fixed, opaque, optional, struct, vector } from '../schema.ts';

/** ClientHello of every version; `extensions` is undefined where the field is missing (RFC 5246 §7.4.1.2). */
export interface ClientHello {
  readonly legacyVersion: number;
  /** 32 bytes. */
  readonly random: Bytes;
  /** 0 to 32 bytes. */
  readonly legacySessionId: Bytes;
  readonly cipherSuites: readonly number[];
  readonly legacyCompressionMethods: Bytes;
  readonly extensions: ExtensionList | undefined;
}

export const ClientHello: Codec<ClientHello> = struct<ClientHello>(
  'ClientHello',
  {
    legacyVersion: protocolVersionCode,
    random: fixed(32, 'Random'),
    legacySessionId: opaque(1, 0, 32),
    cipherSuites: vector(2, cipherSuite, { min: 2, max: 0xfffe }),
    legacyCompressionMethods: opaque(1, 1),
    extensions: optional(extensionList('client_hello')),
  },
  'RFC 9846 §4.2.2',
);
