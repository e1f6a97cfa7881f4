import type { KeyLogLabel } from '@tlsmith/key-schedule';
import type { RecordInfo } from '@tlsmith/record';
import type { Bytes, Epoch, Secret, Version } from '@tlsmith/types';

/** A handshake message as it passes. */
export interface TracedMessage {
  readonly direction: 'read' | 'write';
  /** The RFC's name, or `unknown`. */
  readonly type: string;
  /** The whole message, header included; not to be changed. */
  readonly raw: Bytes;
  readonly epoch: Epoch;
  readonly version: Version | undefined;
  readonly keyExchange: 'ecdhe' | 'rsa' | undefined;
}

/** Looks at a connection for teaching and debugging. Nothing it does changes the connection; it must not throw. */
export interface Tracer {
  record?(info: RecordInfo): void;
  message?(message: TracedMessage): void;
  alert?(direction: 'read' | 'write', level: string, description: string): void;
  /** Every secret that a key log would have. Who listens here can read the connection. */
  secret?(label: KeyLogLabel, clientRandom: Bytes, secret: Secret): void;
  /** The machine's state after each event. */
  state?(at: string): void;
}
