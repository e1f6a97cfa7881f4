import { AlertMessage, encode, type MessageContext } from '@tlsmith/codec';
import type { Effect, Installed, Remembered, ResumptionDecision } from '@tlsmith/handshake';
import { type Derivation, type KeyLogLabel } from '@tlsmith/key-schedule';
import { type Protection, protect, protectTraffic, type RecordChannel } from '@tlsmith/record';
import {
  type AeadAlgorithm,
  alertDescription,
  alertLevel,
  type Awaitable,
  type Bytes,
  type CipherSuite,
  concat,
  type Secret,
} from '@tlsmith/types';
import type { Tracer } from './trace.ts';

/** What effects need besides the record channel. */
export interface EffectHost {
  aead(suite: CipherSuite): AeadAlgorithm;
  disclose(label: KeyLogLabel, clientRandom: Bytes, secret: Secret): void;
  /** Keeps a session; a server waits for it before it sends on. */
  remember(remembered: Remembered): Awaitable<void>;
  /** A server's decision, once per handshake. */
  decided(decision: ResumptionDecision): void;
  readonly tracer: Tracer | undefined;
}

/** A `send` effect. */
export type Sent = Extract<Effect, { readonly effect: 'send' }>;

/** Messages that follow each other under the same keys, for one record or as few as they fit in (RFC 9846 §5.1). */
export interface SentTogether {
  readonly effect: 'send';
  readonly messages: readonly Sent[];
}

/** The effects with neighbouring messages put together: a flight costs a record, not a record per message. */
export function inFewRecords(effects: readonly Effect[]): readonly (Exclude<Effect, Sent> | SentTogether)[] {
  const together: (Exclude<Effect, Sent> | { readonly effect: 'send'; readonly messages: Sent[] })[] = [];
  for (const effect of effects) {
    const last = together.at(-1);
    if (effect.effect !== 'send') together.push(effect);
    else if (last?.effect === 'send') last.messages.push(effect);
    else together.push({ effect: 'send', messages: [effect] });
  }
  return together;
}

/** Sends messages that belong together. */
export function sendTogether(
  { messages }: SentTogether,
  channel: RecordChannel,
  tracer: Tracer | undefined,
  { version, keyExchange }: MessageContext,
): void {
  for (const { type, raw } of tracer?.message === undefined ? [] : messages) {
    tracer?.message?.({ direction: 'write', type, raw, epoch: channel.writeEpoch, version, keyExchange });
  }
  const [first] = messages;
  const alone = messages.length === 1 && first !== undefined;
  channel.send('handshake', alone ? first.raw : concat(...messages.map(({ raw }) => raw)));
}

/** Carries out one effect; `close` is the connection's own affair. Only new keys may need answers. */
export function* applyEffect(
  effect: Exclude<Effect, Sent | { readonly effect: 'remember' }>,
  channel: RecordChannel,
  host: EffectHost,
): Derivation<void> {
  if (effect.effect !== 'install') return applyNow(effect, channel, host);
  const protection = yield* protectionOf(effect.keys, host);
  if (effect.side === 'read') channel.installRead(effect.epoch, protection);
  else channel.installWrite(effect.epoch, protection);
}

function applyNow(
  effect: Exclude<Effect, Sent | { readonly effect: 'install' | 'remember' }>,
  channel: RecordChannel,
  host: EffectHost,
): void {
  switch (effect.effect) {
    case 'send-change-cipher-spec':
      return channel.sendChangeCipherSpec();
    case 'tolerate-change-cipher-spec':
      return channel.tolerateChangeCipherSpec(effect.tolerate);
    case 'skip-early-data':
      return channel.skipEarlyData(effect.bytes);
    case 'stop-skipping':
      return channel.stopSkipping();
    case 'alert':
      host.tracer?.alert?.('write', effect.level, effect.description);
      return channel.send('alert', alertBytes(effect.level, effect.description));
    case 'disclose':
      return host.disclose(effect.label, effect.clientRandom, effect.secret);
    case 'resumption':
      return host.decided(effect);
    case 'close':
      return;
  }
}

/** The two bytes of an alert (RFC 9846 §6). */
export function alertBytes(
  level: keyof typeof alertLevel,
  description: keyof typeof alertDescription,
): Bytes {
  return encode(AlertMessage, { level: alertLevel[level], description: alertDescription[description] });
}

function* protectionOf(keys: Installed, host: EffectHost): Derivation<Protection> {
  const aead = host.aead(keys.suite);
  return keys.version === 'tls13'
    ? yield* protectTraffic(keys.suite, aead, keys.secret)
    : protect(keys.suite, aead, keys.keys.key, keys.keys.iv);
}
