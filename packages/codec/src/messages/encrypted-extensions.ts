import { type ExtensionList, extensionList } from '../extensions/extension.ts';
import { type Codec, struct } from '../schema.ts';

/** EncryptedExtensions: the server's answers that need no key. */
export interface EncryptedExtensions {
  readonly extensions: ExtensionList;
}

export const EncryptedExtensions: Codec<EncryptedExtensions> = struct<EncryptedExtensions>(
  'EncryptedExtensions',
  { extensions: extensionList('encrypted_extensions') },
  'RFC 9846 §4.4.1',
);
