import { vector } from '../schema.ts';
import type { Extension } from './extension.ts';
import { namedGroup } from './registries.ts';

const groupList = vector(2, namedGroup, { min: 2 });

/** supported_groups: in order of preference; a server may list its own in EncryptedExtensions. */
export const supportedGroups: Extension<{
  client_hello: readonly number[];
  encrypted_extensions: readonly number[];
}> = {
  type: 10,
  name: 'supported_groups',
  section: 'RFC 9846 §4.3.7',
  in: { client_hello: groupList, encrypted_extensions: groupList },
};
