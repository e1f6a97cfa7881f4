import type { DirectionKeys, KeyLogLabel } from '@tlsmith/key-schedule';
import type {
  AlertLevel,
  AlertName,
  Bytes,
  CipherSuite12,
  CipherSuite13,
  ClientSession,
  Epoch,
  Secret,
  ServerSession,
  Side,
} from '@tlsmith/types';
import type { ResumptionDecision } from './resumption-decision.ts';

/** What protects a direction from now on. */
export type Installed =
  | { readonly version: 'tls13'; readonly suite: CipherSuite13; readonly secret: Secret<'traffic'> }
  | { readonly version: 'tls12'; readonly suite: CipherSuite12; readonly keys: DirectionKeys };

/** A session to keep: the client's own, or a server's under a TLS 1.2 session ID. */
export type Remembered =
  | { readonly role: 'client'; readonly session: ClientSession }
  | { readonly role: 'server'; readonly id: Bytes; readonly session: ServerSession };

/** What a machine wants done. Nothing here has an answer; the order is the order on the wire. */
export type Effect =
  | { readonly effect: 'send'; readonly type: string; readonly raw: Bytes }
  | { readonly effect: 'install'; readonly side: Side; readonly epoch: Epoch; readonly keys: Installed }
  | { readonly effect: 'send-change-cipher-spec' }
  | { readonly effect: 'tolerate-change-cipher-spec'; readonly tolerate: boolean }
  | { readonly effect: 'skip-early-data'; readonly bytes: number }
  | { readonly effect: 'stop-skipping' }
  | { readonly effect: 'alert'; readonly level: AlertLevel; readonly description: AlertName }
  | {
      readonly effect: 'disclose';
      readonly label: KeyLogLabel;
      readonly clientRandom: Bytes;
      readonly secret: Secret;
    }
  | ({ readonly effect: 'remember' } & Remembered)
  | ({ readonly effect: 'resumption' } & ResumptionDecision)
  | { readonly effect: 'close' };

/** Sends a message under the keys now installed for writing. */
export const send = (message: { readonly type: string; readonly raw: Bytes }): Effect => ({
  effect: 'send',
  type: message.type,
  raw: message.raw,
});

/** Changes the keys of a direction; the secret stays the state's. */
export const install = (side: Side, epoch: Epoch, keys: Installed): Effect => ({
  effect: 'install',
  side,
  epoch,
  keys,
});

/** TLS 1.2's message, or TLS 1.3's camouflage (RFC 9846 §E.4). */
export const sendChangeCipherSpec: Effect = { effect: 'send-change-cipher-spec' };

/** Whether a TLS 1.3 peer's camouflage ChangeCipherSpec is dropped or refused (RFC 9846 §5). */
export const tolerateChangeCipherSpec = (tolerate: boolean): Effect => ({
  effect: 'tolerate-change-cipher-spec',
  tolerate,
});

/** Lets a key log, an inspector or a test see a secret; the connection decides whether anybody listens. */
export const disclose = (label: KeyLogLabel, clientRandom: Bytes, secret: Secret): Effect => ({
  effect: 'disclose',
  label,
  clientRandom,
  secret,
});

/** Lets metrics and logs know why a session was resumed or not; changes nothing on the wire. */
export const resumption = (decision: ResumptionDecision): Effect =>
  decision.outcome === 'resumed'
    ? { effect: 'resumption', outcome: 'resumed', by: decision.by }
    : { effect: 'resumption', outcome: 'full', reason: decision.reason };
