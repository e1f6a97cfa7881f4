import type { Bytes } from '@tlsmith/types';
import type { StoreKey, StoreTimes } from '../store.ts';

/** One operation on its way to the primary. Bytes travel as base64, whatever the cluster's serialization is. */
export type Request =
  | readonly ['get' | 'take', key: StoreKey, now: number]
  | readonly ['put', key: StoreKey, value: string, times: StoreTimes]
  | readonly ['read']
  | readonly ['replace', previous: string | null, next: string];

/** What came of it: a value, nothing, yes or no, or why it failed. */
export type Answer = string | null | boolean | { readonly failed: string };

/** What a worker asked for in one turn of its loop. */
export interface Requests {
  readonly tlsmith: 'session-requests';
  readonly store: string;
  readonly batch: number;
  readonly requests: readonly Request[];
}

/** The answers to one batch, in its order. */
export interface Answers {
  readonly tlsmith: 'session-answers';
  readonly store: string;
  readonly batch: number;
  readonly answers: readonly Answer[];
}

/** Whether a message of the cluster is this kind of ours; others are the application's. */
export function isOurs<K extends (Requests | Answers)['tlsmith']>(
  message: unknown,
  kind: K,
  store: string,
): message is Extract<Requests | Answers, { readonly tlsmith: K }> {
  if (typeof message !== 'object' || message === null) return false;
  const given = message as { readonly [K in keyof Requests | keyof Answers]?: unknown };
  const list: unknown = kind === 'session-requests' ? given.requests : given.answers;
  return given.tlsmith === kind && given.store === store && Array.isArray(list);
}

export const toText = (bytes: Bytes): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');

/** Freshly allocated. */
export const fromText = (text: string): Bytes => new Uint8Array(Buffer.from(text, 'base64'));
