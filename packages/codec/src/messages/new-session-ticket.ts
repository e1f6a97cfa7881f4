import type { Bytes } from '@tlsmith/types';
import { type ExtensionList, extensionList } from '../extensions/extension.ts';
import { type Codec, opaque, struct, uint } from '../schema.ts';

/** NewSessionTicket of TLS 1.3; lifetime in seconds. */
export interface NewSessionTicket13 {
  readonly ticketLifetime: number;
  readonly ticketAgeAdd: number;
  /** 0 to 255 bytes. */
  readonly ticketNonce: Bytes;
  readonly ticket: Bytes;
  readonly extensions: ExtensionList;
}

/** NewSessionTicket of TLS 1.2; an empty ticket means none after all; hint in seconds, 0 for unspecified. */
export interface NewSessionTicket12 {
  readonly ticketLifetimeHint: number;
  readonly ticket: Bytes;
}

export const NewSessionTicket13: Codec<NewSessionTicket13> = struct<NewSessionTicket13>(
  'NewSessionTicket',
  {
    ticketLifetime: uint(4),
    ticketAgeAdd: uint(4),
    ticketNonce: opaque(1),
    ticket: opaque(2, 1),
    extensions: extensionList('new_session_ticket'),
  },
  'RFC 9846 §4.7.1',
);

export const NewSessionTicket12: Codec<NewSessionTicket12> = struct<NewSessionTicket12>(
  'NewSessionTicket',
  { ticketLifetimeHint: uint(4), ticket: opaque(2) },
  'RFC 5077 §3.3',
);
