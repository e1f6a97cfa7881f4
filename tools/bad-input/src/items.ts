import { contentType } from '@tlsmith/record';
import { type Bytes, concat } from '@tlsmith/types';

/** What goes to the other end: content under the keys of the moment (or none), or bytes as they are. */
export type Item =
  | { readonly type: number; readonly content: Bytes; readonly under?: 'keys' | 'none' }
  | { readonly wire: Bytes };

/** A content type and its bytes. */
export const item = (type: keyof typeof contentType | number, ...content: readonly number[]): Item => ({
  type: typeof type === 'number' ? type : contentType[type],
  content: Uint8Array.from(content),
});
/** The same in the clear, whatever keys there are. */
export const clear = (type: keyof typeof contentType | number, ...content: readonly number[]): Item => ({
  ...(item(type, ...content) as { readonly type: number; readonly content: Bytes }),
  under: 'none',
});
export const handshake = (...content: readonly Bytes[]): Item => ({ type: 22, content: concat(...content) });
