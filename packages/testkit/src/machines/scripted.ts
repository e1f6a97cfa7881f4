import type { Ask, Credential, PeerAuthenticated } from '@tlsmith/handshake';
import {
  type Answer,
  type Bytes,
  type CryptoProvider,
  cryptoAnswer,
  equal,
  type ServerSession,
  toHex,
} from '@tlsmith/types';

/** One key exchange of a trace: our public value, and the secret that comes of it with the peer's one. */
export interface ScriptedKeyExchange {
  /** IANA name of the group. */
  readonly group: string;
  readonly share: Bytes;
  /** Undefined where the trace never uses the key. */
  readonly with?: { readonly share: Bytes; readonly secret: Bytes };
}

/** Answers in the order in which they are asked for. */
export interface Script {
  /** Computes hashes and verifies signatures. */
  readonly provider: CryptoProvider;
  readonly randoms?: readonly Bytes[];
  readonly keyExchanges?: readonly ScriptedKeyExchange[];
  readonly signatures?: readonly Bytes[];
  readonly tickets?: readonly { readonly id: Bytes; readonly lifetime: number }[];
  /** Milliseconds since the epoch; the last one stays. */
  readonly clock?: readonly number[];
  readonly credential?: Credential | undefined;
  readonly session?: ServerSession | undefined;
  readonly authenticate?: (ask: Extract<Ask, { readonly ask: 'authenticate-peer' }>) => PeerAuthenticated;
}

/** Answers from a script, and what is left of it. */
export interface Scripted {
  readonly answer: Answer<Ask>;
  /** Names of the lists that still hold something. */
  left(): readonly string[];
}

/**
 * Answers for replaying a trace: fixed key pairs, randoms, signatures, tickets and moments. What the trace does not
 * foresee is an error of the test.
 *
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { scriptedAnswers } from '@tlsmith/testkit/node';
 * const { answer, left } = scriptedAnswers({ provider: node, randoms: [new Uint8Array(32)] });
 * answer({ ask: 'random', length: 32 });
 * left(); // []
 * ```
 */
export function scriptedAnswers(script: Script): Scripted {
  const { provider, credential, session, authenticate } = script;
  const randoms = queue('randoms', script.randoms);
  const signatures = queue('signatures', script.signatures);
  const tickets = queue('tickets', script.tickets);
  const clock = [...(script.clock ?? [0])];
  const exchanges = scriptedExchanges(script.keyExchanges ?? []);
  const crypto = cryptoAnswer(provider);
  const answer: Answer<Ask> = (ask) => {
    switch (ask.ask) {
      case 'random':
        return ofLength(randoms.next(), ask.length);
      case 'now':
        return clock.length > 1 ? clock.shift() : clock[0];
      case 'begin-key-exchange':
      case 'respond-key-exchange':
      case 'finish-key-exchange':
        return exchanges.answer(ask);
      case 'sign':
        return signatures.next();
      case 'issue-ticket':
        return tickets.next();
      case 'credential':
        return credential;
      case 'find-session':
        return session === undefined ? undefined : { index: 0, session };
      case 'authenticate-peer':
        if (authenticate === undefined) throw new Error('the script has no verdict on certificates');
        return authenticate(ask);
      case 'encrypt-premaster':
      case 'decrypt-premaster':
        throw new Error(`the script has no answer for ${ask.ask}`);
      case 'hash':
      case 'hmac':
      case 'verify':
        return crypto(ask);
    }
  };
  return { answer, left: () => [randoms, signatures, tickets, exchanges].flatMap((list) => list.left()) };
}

interface Queue<T> {
  next(): T;
  left(): readonly string[];
}

function queue<T>(name: string, items: readonly T[] = []): Queue<T> {
  const rest = [...items];
  return {
    next: () => {
      const item = rest.shift();
      if (item === undefined) throw new Error(`the script has no more ${name}`);
      return item;
    },
    left: () => (rest.length === 0 ? [] : [name]),
  };
}

type KeyExchangeAsk = Extract<
  Ask,
  { readonly ask: 'begin-key-exchange' | 'respond-key-exchange' | 'finish-key-exchange' }
>;

function scriptedExchanges(script: readonly ScriptedKeyExchange[]): {
  answer(ask: KeyExchangeAsk): unknown;
  left(): readonly string[];
} {
  const rest = queue('keyExchanges', script);
  const begun: ScriptedKeyExchange[] = [];
  return {
    answer: (ask) => {
      if (ask.ask === 'finish-key-exchange') {
        return agreed(begun[ask.key] as ScriptedKeyExchange, ask.group.name, ask.share);
      }
      const next = rest.next();
      if (ask.ask === 'respond-key-exchange') {
        return { share: next.share, secret: agreed(next, ask.group.name, ask.share) };
      }
      if (next.group !== ask.group.name)
        throw new Error(`the script has ${next.group} next, not ${ask.group.name}`);
      return { share: next.share, key: begun.push(next) - 1 };
    },
    left: rest.left,
  };
}

function agreed(known: ScriptedKeyExchange, group: string, peerShare: Bytes): Bytes {
  if (known.group !== group || known.with === undefined || !equal(known.with.share, peerShare)) {
    throw new Error(`the script has no secret for ${group} with ${toHex(peerShare)}`);
  }
  return known.with.secret.slice();
}

function ofLength(bytes: Bytes, length: number): Bytes {
  if (bytes.length !== length)
    throw new Error(`the script has ${bytes.length} random bytes next, not ${length}`);
  return bytes.slice();
}
