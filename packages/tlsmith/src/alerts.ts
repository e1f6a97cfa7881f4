import { AlertMessage, decode } from '@tlsmith/codec';
import {
  alertLevel,
  alertName,
  type Bytes,
  ConnectionFailed,
  isConnectionFailed,
  isDecodeError,
  isPeerAlert,
  PeerAlert,
  type Version,
  violation,
  violations,
} from '@tlsmith/types';

/** What a received alert means. */
export type ReceivedAlert =
  | { readonly kind: 'close'; readonly level: string; readonly name: string }
  | { readonly kind: 'warning'; readonly level: string; readonly name: string }
  | { readonly kind: 'fatal'; readonly level: string; readonly name: string; readonly error: PeerAlert };

/**
 * Reads an alert record (RFC 9846 §6, RFC 5246 §7.2). TLS 1.3 has no warnings: all but close_notify and user_canceled are
 * fatal whatever their level says.
 *
 * @throws {TlsViolation} `malformed-alert`, `unknown-alert-level`.
 */
export function readAlert(content: Bytes, version: Version | undefined): ReceivedAlert {
  const alert = decoded(content);
  const name = alertName(alert.description);
  const level = alert.level === alertLevel.warning ? 'warning' : 'fatal';
  if (version !== 'tls13' && alert.level !== alertLevel.warning && alert.level !== alertLevel.fatal) {
    throw violation(violations.unknownAlertLevel, { level: alert.level });
  }
  if (name === 'close_notify') return { kind: 'close', level, name };
  const warning = version === 'tls13' ? name === 'user_canceled' : level === 'warning';
  return warning
    ? { kind: 'warning', level, name }
    : { kind: 'fatal', level, name, error: new PeerAlert(name) };
}

/**
 * Whether a transport may end without the peer's close_notify: in TLS 1.2 once we have sent ours, for then the peer has to
 * drop what it had left to send, and need not be waited for (RFC 5246 §7.2.1).
 *
 * @throws {ConnectionFailed} `truncated` where data may be missing.
 */
export function endedInOrder(version: Version | undefined, closedByUs: boolean): true {
  if (version === 'tls12' && closedByUs) return true;
  throw new ConnectionFailed('truncated', 'the transport ended without close_notify: data may be missing');
}

/** Whether the peer is owed an alert for an error of ours: not when it sent one, left, or was left by us. */
export function owesAlert(error: unknown): boolean {
  if (isPeerAlert(error)) return false;
  return !(
    isConnectionFailed(error) &&
    (error.code === 'truncated' || error.code === 'aborted' || error.code === 'timeout')
  );
}

function decoded(content: Bytes): AlertMessage {
  try {
    return decode(AlertMessage, content);
  } catch (error) {
    throw isDecodeError(error) ? violation(violations.malformedAlert, { length: content.length }) : error;
  }
}

// One for all: whoever is asked may keep its signal, and an error holds what stood on the stack when it was made.
/** Why an answer is no longer wanted. */
export const connectionOver: ConnectionFailed = new ConnectionFailed('aborted', 'the connection is over');
