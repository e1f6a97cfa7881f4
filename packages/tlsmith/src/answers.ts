import type { Ask, PeerAuthenticated } from '@tlsmith/handshake';
import type { MissReason, ServerSessionCache } from '@tlsmith/session-cache';
import {
  type Answer,
  type Awaitable,
  ConnectionFailed,
  type CryptoProvider,
  cryptoAnswer,
  isThenable,
  TlsMisuse,
} from '@tlsmith/types';
import { Identification, type Identities, type UnknownServerName } from './identity.ts';
import { KeyExchanges } from './key-exchange.ts';

/** What the questions of one connection are answered from. */
export interface AnswerSources {
  readonly provider: CryptoProvider;
  readonly identities: Identities;
  readonly unknownServerName: UnknownServerName;
  readonly sessions: ServerSessionCache | undefined;
  /** Told why an offered session is not there. */
  readonly missed?: (reason: MissReason) => void;
  now(): number;
  authenticate(ask: Extract<Ask, { readonly ask: 'authenticate-peer' }>): Awaitable<PeerAuthenticated>;
}

/** Answers every ask of one connection: asks meet provider, x509, session-cache and clock here and nowhere else. */
export function answers(sources: AnswerSources): Answer<Ask> {
  const { provider } = sources;
  const exchanges = new KeyExchanges(provider);
  const own = ownAnswers(sources);
  const crypto = cryptoAnswer(provider);
  return (ask, asker): Awaitable<unknown> => {
    switch (ask.ask) {
      case 'now':
        return sources.now();
      case 'begin-key-exchange':
        return exchanges.begin(ask.group);
      case 'respond-key-exchange':
        return exchanges.respond(ask.group, ask.share);
      case 'finish-key-exchange':
        return exchanges.finish(ask.group, ask.key, ask.share);
      case 'encrypt-premaster':
        return encrypting(provider)(ask.key, ask.premaster);
      case 'authenticate-peer':
        return sources.authenticate(ask);
      case 'credential':
      case 'sign':
      case 'decrypt-premaster':
      case 'find-session':
      case 'issue-ticket':
        return ours(() => own(ask, asker));
      case 'hash':
      case 'hmac':
      case 'verify':
      case 'random':
        return crypto(ask);
    }
  };
}

/** Questions to what belongs to us: identities, private keys and session stores, wherever they are. */
type OwnAsk = Extract<
  Ask,
  { readonly ask: 'credential' | 'sign' | 'decrypt-premaster' | 'find-session' | 'issue-ticket' }
>;

function ownAnswers({ provider, sessions, ...sources }: AnswerSources): Answer<OwnAsk> {
  const identification = new Identification(sources.identities, sources.unknownServerName);
  return (ask, asker): Awaitable<unknown> => {
    switch (ask.ask) {
      case 'credential':
        return identification.find(ask, asker);
      case 'sign': {
        const { key } = identification.behind(ask.credential);
        const signal = key.synchronous === true ? undefined : asker?.signal;
        return key.sign(ask.scheme.algorithm, ask.content, signal);
      }
      case 'decrypt-premaster': {
        const { key } = identification.behind(ask.credential);
        if (key.decryptPremaster === undefined) throw noRsa(provider);
        return key.decryptPremaster(ask.ciphertext, ask.clientVersion, ask.substitute, asker?.signal);
      }
      case 'find-session':
        return sessions?.findFirst(ask.identities, sources.now(), sources.missed);
      case 'issue-ticket':
        return sessions?.issue(ask.session, ask.kind, sources.now());
    }
  };
}

/**
 * What our own side gets wrong is not about the peer, even where the error is one of another TLS connection, over which a
 * remote signer is reached: it must not choose the alert that our peer gets, nor pass for one that it sent.
 */
function ours<T>(question: () => Awaitable<T>): Awaitable<T> {
  try {
    const answer = question();
    return isThenable(answer) ? answer.then(undefined, failed) : answer;
  } catch (cause) {
    return failed(cause);
  }
}

function failed(cause: unknown): never {
  throw new ConnectionFailed('internal', 'a key, identity or store of our own gave no answer', { cause });
}

function encrypting(provider: CryptoProvider): NonNullable<CryptoProvider['encryptPremaster']> {
  if (provider.encryptPremaster === undefined) throw noRsa(provider);
  return provider.encryptPremaster;
}

const noRsa = (provider: CryptoProvider): TlsMisuse =>
  new TlsMisuse('no-rsa-key-exchange', `provider ${provider.name} or its key cannot do RSA key exchange`);
