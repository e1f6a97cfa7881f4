import { type HandshakeLimits, handshakeLimits, type MessageLimits, messageLimits } from '@tlsmith/handshake';

/** Bounds on everything that a peer, or a careless caller, could make grow. */
export interface ConnectionLimits extends HandshakeLimits {
  /** Bytes received and not yet processed, because an answer is pending, before the connection stops wanting more. */
  readonly pendingInput: number;
  /** Bytes accepted by `write` before the handshake is done. */
  readonly pendingOutput: number;
  /** Warning alerts in a row (TLS 1.2). */
  readonly warnings: number;
  /** KeyUpdates in a row without application data. */
  readonly keyUpdates: number;
  /** Bytes of one handshake message. */
  readonly messages: MessageLimits;
}

/** The limits that hold unless an option says otherwise. */
export const connectionLimits: ConnectionLimits = {
  ...handshakeLimits,
  pendingInput: 256 * 1024,
  pendingOutput: 1024 * 1024,
  warnings: 4,
  keyUpdates: 32,
  messages: messageLimits,
};
