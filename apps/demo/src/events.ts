import type { Epoch, Role } from '@tlsmith/types';

/**
 * Everything that the demo has to say, as data. `--json` prints one of these a line, and the text for people is
 * rendered from the very same list. Bytes are hexadecimal, lengths are in bytes.
 */
export type DemoEvent =
  | StartEvent
  | SceneEvent
  | ConnectionEvent
  | TcpEvent
  | RecordEvent
  | MessageEvent
  | KeyExchangeEvent
  | SecretEvent
  | DerivationEvent
  | VerdictEvent
  | HttpEvent
  | OutputEvent
  | FinishEvent
  | CheckEvent
  | LeftOutEvent
  | SceneEndEvent
  | EndEvent;

/** The letter of a scene. */
export type SceneLetter = 'a' | 'b' | 'c' | 'd' | 'e' | 'f' | 'g';

/** The first event: what this is about, and how to read it. */
export interface StartEvent {
  readonly event: 'start';
  readonly title: string;
  readonly about: string;
  readonly legend: string;
}

/** A scene begins. */
export interface SceneEvent {
  readonly event: 'scene';
  readonly scene: SceneLetter;
  readonly title: string;
  readonly intro: string;
}

/** A connection begins; what follows with the same `connection` belongs to it. */
export interface ConnectionEvent {
  readonly event: 'connection';
  /** Scene and number, such as `a2`. */
  readonly connection: string;
  readonly title: string;
  /** Who plays the client: `tlsmith`, or the program that does. The server is always ours. */
  readonly client: string;
}

/** The TCP connection, as far as a program sees it. */
export interface TcpEvent {
  readonly event: 'tcp';
  readonly connection: string;
  readonly address: string;
  readonly port: number;
  /** From calling connect() to its answer; undefined where another program called it. */
  readonly milliseconds: number | undefined;
}

/** One record on the wire (RFC 9846 §5.1), numbered over both directions in the order of their making. */
export interface RecordEvent {
  readonly event: 'record';
  readonly connection: string;
  readonly number: number;
  readonly from: Role;
  /** The content type in the clear. */
  readonly type: string;
  /** The content type under protection. */
  readonly innerType: string | undefined;
  readonly epoch: Epoch;
  /** Header included. */
  readonly length: number;
  /** Whether the other end took it in; undefined where that end is not ours. */
  readonly read: boolean | undefined;
}

/** A handshake message, a ChangeCipherSpec, an alert or application data; after the record in which it ends. */
export interface MessageEvent {
  readonly event: 'message';
  readonly connection: string;
  readonly from: Role;
  readonly protocol: 'handshake' | 'change_cipher_spec' | 'alert' | 'application_data';
  /** The name as the RFCs write it in figures: ClientHello, ChangeCipherSpec; `Alert protocol_version`. */
  readonly name: string;
  readonly length: number;
  readonly epoch: Epoch;
  /** The records that hold it; several messages may name the same. */
  readonly records: readonly number[];
  readonly facts: readonly Fact[];
  /** Whether the other end looked at it: who has given up reads no further. Undefined where that end is not ours. */
  readonly read: boolean | undefined;
}

/** Something worth knowing about a message. A list has the peer's order. */
export interface Fact {
  readonly name: string;
  readonly value: string | number | readonly string[];
}

/** How both ends came to share a secret. */
export interface KeyExchangeEvent {
  readonly event: 'key-exchange';
  readonly connection: string;
  readonly method: 'ecdhe' | 'rsa' | 'psk-ecdhe' | 'resumption';
  readonly group: string | undefined;
  readonly sentence: string;
}

/** A secret that the handshake derived, by name; its value stays unsaid. */
export interface SecretEvent {
  readonly event: 'secret';
  readonly connection: string;
  /** The label of a key log (RFC 9850 §2). */
  readonly label: string;
  readonly name: string;
  readonly length: number;
  readonly use: string;
  /** The ends of ours that got as far as deriving it. */
  readonly ends: readonly Role[];
  /** Whether both ends have derived the same; undefined where only one did. */
  readonly same: boolean | undefined;
}

/** One step from the premaster secret to the keys, with its value: of keys that were made for this run alone. */
export interface DerivationEvent {
  readonly event: 'derivation';
  readonly connection: string;
  readonly name: string;
  readonly how: string;
  readonly length: number;
  readonly value: string;
}

/** What an end thinks of the other's certificate. */
export interface VerdictEvent {
  readonly event: 'verdict';
  readonly connection: string;
  /** Whose certificate. */
  readonly of: Role;
  readonly verdict: 'accepted' | 'rejected' | 'from-session';
  readonly sentence: string;
  /** From the leaf to the trust anchor; empty where no path was found. */
  readonly path: readonly string[];
  /** What was checked, certificate by certificate. */
  readonly checks: readonly CertificateChecks[];
  /** Why it was rejected. */
  readonly reason: RejectionFacts | undefined;
}

/** The checks of one certificate on one path. */
export interface CertificateChecks {
  /** 0 is the leaf, 1 its issuer, and so on. */
  readonly depth: number;
  readonly subject: string;
  readonly passed: readonly string[];
  readonly failed: readonly {
    readonly check: string;
    readonly code: string;
    readonly facts: readonly Fact[];
  }[];
}

/** A reason for rejection: its stable name, where the rule stands, and what a browser would tell its user. */
export interface RejectionFacts {
  readonly code: string;
  readonly alert: string;
  readonly section: string;
  /** Undefined for a client's certificate, which no browser judges. */
  readonly browser: string | undefined;
}

/** What came out of the tunnel at the other end. */
export interface HttpEvent {
  readonly event: 'http';
  readonly connection: string;
  readonly from: Role;
  readonly text: string;
}

/** Lines of another program. */
export interface OutputEvent {
  readonly event: 'output';
  readonly connection: string;
  readonly program: string;
  readonly lines: readonly string[];
}

/** A connection is over: how each end saw it, and the bytes that TCP carried from each. */
export interface FinishEvent {
  readonly event: 'finish';
  readonly connection: string;
  /** `closed` in good order, or `failed` with a reason; undefined for an end that is not ours. */
  readonly client: string | undefined;
  readonly server: string | undefined;
  readonly bytesFromClient: number;
  readonly bytesFromServer: number;
  /** From the ClientHello to the moment at which the client may send data; undefined if that never came. */
  readonly handshakeMilliseconds: number | undefined;
}

/** Whether a scene went as it should; a failed one makes the demo's exit status 1. */
export interface CheckEvent {
  readonly event: 'check';
  readonly connection: string;
  readonly claim: string;
  readonly holds: boolean;
}

/** Something could not be shown here. */
export interface LeftOutEvent {
  readonly event: 'left-out';
  readonly scene: SceneLetter;
  readonly reason: string;
}

/** A scene is over. */
export interface SceneEndEvent {
  readonly event: 'scene-end';
  readonly scene: SceneLetter;
  readonly holds: boolean;
  readonly milliseconds: number;
}

/** The last event. */
export interface EndEvent {
  readonly event: 'end';
  readonly holds: boolean;
  readonly connections: number;
  readonly messages: number;
  readonly milliseconds: number;
}
