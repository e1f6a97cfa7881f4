import type { MessageName } from '@tlsmith/codec';
import type { Bytes, ClientSession } from '@tlsmith/types';

/** A message from the peer; `aligned` says that its last byte was the last of its record (RFC 9846 §5.1). */
export interface MessageEvent<Name extends string, Body> {
  readonly event: Name;
  readonly body: Body;
  /** The whole message, owned. */
  readonly raw: Bytes;
  readonly aligned: boolean;
}

/** Begins a client's handshake, with a session to offer if there is one. */
export interface StartEvent {
  readonly event: 'start';
  readonly session: ClientSession | undefined;
}

/** TLS 1.2's ChangeCipherSpec (RFC 5246 §7.1). */
export interface ChangeCipherSpecEvent {
  readonly event: 'change-cipher-spec';
  readonly aligned: boolean;
}

/** Our user or the record layer wants fresh keys for sending (RFC 9846 §4.7.3). */
export interface UpdateKeysEvent {
  readonly event: 'update-keys';
  /** Whether the peer is asked to update as well. */
  readonly request: boolean;
}

/** Events that are not messages. */
export interface OtherEvents {
  readonly start: StartEvent;
  readonly 'change-cipher-spec': ChangeCipherSpecEvent;
  readonly 'update-keys': UpdateKeysEvent;
}

/** The event of a name, where messages are those of `Bodies`. */
export type EventOf<Bodies, Name> = Name extends keyof OtherEvents
  ? OtherEvents[Name]
  : Name extends keyof Bodies & string
    ? MessageEvent<Name, Bodies[Name]>
    : never;

/** Any event, as the interpreter takes it. */
export type MachineEvent = OtherEvents[keyof OtherEvents] | MessageEvent<MessageName | 'unknown', unknown>;
