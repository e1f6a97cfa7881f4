import { type Codec, type Extension, mapped, opaque, refine, struct, uint, vector } from '@tlsmith/codec';
import { type Bytes, fromUtf8, utf8 } from '@tlsmith/types';

/** ClientHello: the digests that a client can compare, by number, the most wanted first. */
export interface BuildQuery {
  readonly digests: readonly number[];
}

/** EncryptedExtensions: which build of its software a server runs, and which digest of it follows. */
export interface BuildLabel {
  readonly digest: number;
  /** For people; 1 to 64 characters of printable ASCII. */
  readonly label: string;
}

const digestNumber: Codec<number> = uint(1, 'BuildDigest');
const printable: Codec<Bytes> = refine(
  opaque(1, 1, 64),
  (bytes) => bytes.every((byte) => byte >= 0x20 && byte < 0x7f),
  'printable ASCII',
);

const BuildQuery: Codec<BuildQuery> = struct<BuildQuery>('BuildQuery', {
  digests: vector(1, digestNumber, { min: 1 }),
});
const BuildLabel: Codec<BuildLabel> = struct<BuildLabel>('BuildLabel', {
  digest: digestNumber,
  label: mapped(printable, fromUtf8, utf8),
});

/** build_statement, of the types for private use, whose first byte is 255 (RFC 9846 §11): its structure in each message that may carry it. */
export const buildStatement: Extension<{
  client_hello: BuildQuery;
  encrypted_extensions: BuildLabel;
  /** The digest that was announced. */
  certificate: Bytes;
}> = {
  type: 0xff0b,
  name: 'build_statement',
  section: 'example',
  in: {
    client_hello: BuildQuery,
    encrypted_extensions: BuildLabel,
    certificate: opaque(1, 1),
  },
};
