import type { ExtensionList } from '@tlsmith/codec';
import type { Bytes } from '@tlsmith/types';
import { extensionTypes, nameOf, signatureSchemes } from '@tlsmith/types/explain';
import type { Fact } from './events.ts';

/** Which extensions a message has, if any. */
export function extensionNames(extensions: ExtensionList | undefined): readonly Fact[] {
  const names = (extensions ?? []).map(({ type }) => nameOf(extensionTypes, type));
  return names.length === 0 ? [] : [fact('extensions', names)];
}

export const fact = (name: string, value: Fact['value']): Fact => ({ name, value });
/** A length in words. */
export const bytes = ({ length }: Bytes): string => (length === 1 ? '1 byte' : `${length} bytes`);
export const scheme = (code: number): string => nameOf(signatureSchemes, code);
