import { AlertMessage, decode, encode } from '@tlsmith/codec';
import { node } from '@tlsmith/crypto/node';
import { type Effect, failure, type Installed } from '@tlsmith/handshake';
import { type Protection, protect, protectTraffic, type RecordChannel } from '@tlsmith/record';
import {
  type AlertLevel,
  type AlertName,
  alertDescription,
  alertLevel,
  alertName,
  type Bytes,
  ConnectionFailed,
  compute,
  isConnectionFailed,
  isPeerAlert,
  PeerAlert,
} from '@tlsmith/types';

/** Does one thing that the machine wants done; records that come of it wait in the channel. */
export function perform(effect: Effect, channel: RecordChannel): void {
  switch (effect.effect) {
    case 'send':
      return channel.send('handshake', effect.raw);
    case 'send-change-cipher-spec':
      return channel.sendChangeCipherSpec();
    case 'tolerate-change-cipher-spec':
      return channel.tolerateChangeCipherSpec(effect.tolerate);
    case 'install':
      if (effect.side === 'read') return channel.installRead(effect.epoch, protectionOf(effect.keys));
      return channel.installWrite(effect.epoch, protectionOf(effect.keys));
    case 'alert':
      return channel.send('alert', alertBytes(effect.level, effect.description));
    case 'skip-early-data':
      return channel.skipEarlyData(effect.bytes);
    case 'stop-skipping':
      return channel.stopSkipping();
    // Its sessions are all in its tickets, this server keeps no key log and no counts, and the loop sees by itself when it is over.
    case 'remember':
    case 'disclose':
    case 'resumption':
    case 'close':
      return;
  }
}

/** What a received alert ends the connection with; nothing for close_notify (RFC 9846 §6). */
export function readAlert(content: Bytes): Error | undefined {
  const name = alertName(decode(AlertMessage, content).description);
  return name === 'close_notify' ? undefined : new PeerAlert(name);
}

/** The last words to a peer: none to one that sent an alert or has left, else close_notify or the error's alert. */
export function farewell(error: Error | undefined): readonly Bytes[] {
  if (error === undefined) return [alertBytes('warning', 'close_notify')];
  if (isPeerAlert(error) || isTruncated(error) || 'syscall' in error) return [];
  return failure(error).effects.flatMap((effect) =>
    effect.effect === 'alert' ? [alertBytes(effect.level, effect.description)] : [],
  );
}

/** TCP ended without close_notify before it: data may have been cut off (RFC 9846 §6.1). */
export const truncated = (): Error =>
  new ConnectionFailed('truncated', 'the connection ended without close_notify: data may be missing');

const isTruncated = (error: Error): boolean => isConnectionFailed(error) && error.code === 'truncated';

/** Keys as the record layer takes them: TLS 1.3 derives them from a secret, TLS 1.2 has cut them from its key block. */
function protectionOf(keys: Installed): Protection {
  const aead = node.aeads[keys.suite.aead.name as keyof typeof node.aeads];
  return keys.version === 'tls13'
    ? compute(node, protectTraffic(keys.suite, aead, keys.secret))
    : protect(keys.suite, aead, keys.keys.key, keys.keys.iv);
}

function alertBytes(level: AlertLevel, description: AlertName): Bytes {
  return encode(AlertMessage, { level: alertLevel[level], description: alertDescription[description] });
}
