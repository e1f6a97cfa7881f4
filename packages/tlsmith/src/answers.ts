import type { Ask, PeerAuthenticated } from '@tlsmith/handshake';
import { type ServerSessionCache } from '@tlsmith/session-cache';
import { type Answer, type Awaitable, type CryptoProvider, cryptoAnswer, TlsMisuse } from '@tlsmith/types';
import { Identification, type Identities, type UnknownServerName } from './identity.ts';
import { KeyExchanges } from './key-exchange.ts';

/** What the questions of one connection are answered from. */
export interface AnswerSources {
  readonly provider: CryptoProvider;
  readonly identities: Identities;
  readonly unknownServerName: UnknownServerName;
  readonly sessions: ServerSessionCache | undefined;
  now(): number;
  authenticate(ask: Extract<Ask, { readonly ask: 'authenticate-peer' }>): Awaitable<PeerAuthenticated>;
}

/** Answers every ask of one connection: asks meet provider, x509, session-cache and clock here and nowhere else. */
export function answers(sources: AnswerSources): Answer<Ask> {
  const { provider, sessions } = sources;
  const exchanges = new KeyExchanges(provider);
  const identification = new Identification(sources.identities, sources.unknownServerName);
  const crypto = cryptoAnswer(provider);
  return (ask, signal): Awaitable<unknown> => {
    switch (ask.ask) {
      case 'now':
        return sources.now();
      case 'begin-key-exchange':
        return exchanges.begin(ask.group);
      case 'respond-key-exchange':
        return exchanges.respond(ask.group, ask.share);
      case 'finish-key-exchange':
        return exchanges.finish(ask.group, ask.key, ask.share);
      case 'sign':
        return identification.behind(ask.credential).key.sign(ask.scheme.algorithm, ask.content, signal);
      case 'encrypt-premaster':
        return encrypting(provider)(ask.key, ask.premaster);
      case 'decrypt-premaster': {
        const { key } = identification.behind(ask.credential);
        if (key.decryptPremaster === undefined) throw noRsa(provider);
        return key.decryptPremaster(ask.ciphertext, ask.clientVersion, ask.substitute);
      }
      case 'credential':
        return identification.find(ask);
      case 'authenticate-peer':
        return sources.authenticate(ask);
      case 'find-session':
        return sessions?.findFirst(ask.identities, sources.now());
      case 'issue-ticket':
        return sessions?.issue(ask.session, ask.kind, sources.now());
      case 'hash':
      case 'hmac':
      case 'verify':
      case 'random':
        return crypto(ask, signal);
    }
  };
}

function encrypting(provider: CryptoProvider): NonNullable<CryptoProvider['encryptPremaster']> {
  if (provider.encryptPremaster === undefined) throw noRsa(provider);
  return provider.encryptPremaster;
}

const noRsa = (provider: CryptoProvider): TlsMisuse =>
  new TlsMisuse('no-rsa-key-exchange', `provider ${provider.name} or its key cannot do RSA key exchange`);
