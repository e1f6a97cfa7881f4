import {
  type Bodies12,
  type Bodies13,
  decodeMessage,
  type ExtensionList,
  type MessageName,
  message12,
  message13,
} from '@tlsmith/codec';
import type { Bytes, Role } from '@tlsmith/types';
import { messageContext } from '@tlsmith/handshake';
import type { Route } from './pair.ts';

/** What replaces a message: another body, other bytes, or any number of messages. */
export type Replacement<Body> = Body | Bytes | readonly Bytes[];

/** Bodies by name; where the versions differ, TLS 1.3's. */
export type AnyBodies = Omit<Bodies12, keyof Bodies13> & Bodies13;

/** Which message of which side is changed, and into what. */
export interface Rewrite<Name extends keyof AnyBodies> {
  readonly from: Role;
  readonly message: Name;
  /** Counts messages of that name from 0; the first one unless said otherwise. */
  readonly nth?: number;
  readonly change: (body: AnyBodies[Name], raw: Bytes) => Replacement<AnyBodies[Name]>;
}

/** A route on which one message is changed: what a peer that breaks a rule would have sent. */
export function rewriting<Name extends keyof AnyBodies>(rewrite: Rewrite<Name>): Route {
  let seen = 0;
  return (parcel, from) => {
    if (parcel.kind !== 'handshake' || from.role !== rewrite.from) return [parcel];
    const context = messageContext(from.state);
    const { type, body, raw } = decodeMessage(parcel.content.slice(), context);
    if (type !== rewrite.message || seen++ !== (rewrite.nth ?? 0)) return [parcel];
    const changed = rewrite.change(body as AnyBodies[Name], raw);
    return asMessages(type, changed, context.version === 'tls12').map((content) => ({ ...parcel, content }));
  };
}

/** An extension list with one more, or with another body for the one that is there. */
export function withExtension(
  extensions: ExtensionList | undefined,
  type: number,
  body: Bytes,
): ExtensionList {
  const list = extensions ?? [];
  if (!list.some((one) => one.type === type)) return [...list, { type, body }];
  return list.map((one) => (one.type === type ? { type, body } : one));
}

/** An extension list without these. */
export function withoutExtension(
  extensions: ExtensionList | undefined,
  ...types: readonly number[]
): ExtensionList {
  return (extensions ?? []).filter(({ type }) => !types.includes(type));
}

/** A message of any type from the bytes of its body. */
export function rawMessage(type: number, ...body: readonly number[]): Bytes {
  const { length } = body;
  return Uint8Array.of(type, length >> 16, (length >> 8) & 0xff, length & 0xff, ...body);
}

function asMessages(type: MessageName, changed: unknown, tls12: boolean): readonly Bytes[] {
  if (changed instanceof Uint8Array) return [changed];
  if (Array.isArray(changed)) return changed as readonly Bytes[];
  const message = tls12
    ? message12(type as never, changed as never)
    : message13(type as never, changed as never);
  return [(message as { readonly raw: Bytes }).raw];
}
