import { appendTo, fromFile } from '@tlsmith/app-terminal';
import { node } from '@tlsmith/crypto/node';
import {
  type ServerSessionCache,
  serverSessionCache,
  serverSessionStore,
  ticketKeys,
  type TicketPlan,
} from '@tlsmith/session-cache';
import { trustAnchors } from '@tlsmith/x509';
import { type Identity, identity } from 'tlsmith';
import type { CreateServerOptions } from 'tlsmith/node';
import type { Settings } from './flags.ts';

/**
 * Makes options of settings: here files are read.
 *
 * @throws {UsageError} for a file that cannot be read, or does not hold what it should.
 */
export function optionsOf(settings: Settings): CreateServerOptions {
  const { suites, groups, versions, alpn, keyLogFile, clientCertificates, sessionLifetime } = settings;
  const identities = settings.identities.map(identityOf) as [Identity, ...Identity[]];
  return {
    identity: identities,
    versions,
    groups,
    alpn,
    sessionLifetime,
    sessions: sessionsOf(settings),
    // A client may close its side and still wait for the answer.
    halfClose: 'allow-half-open',
    ...(suites === undefined ? {} : { suites }),
    ...(clientCertificates === 'none' ? {} : clientOptions(clientCertificates)),
    ...(keyLogFile === undefined ? {} : { keyLog: (line: string) => appendTo(keyLogFile, line) }),
  };
}

function identityOf({ chainFile, keyFile }: Settings['identities'][number]): Identity {
  const chain = fromFile('cert', chainFile, (text) => text);
  return fromFile('key', keyFile, (key) => identity(node, { chain, key }));
}

function clientOptions({ wish, rootFiles }: Exclude<Settings['clientCertificates'], 'none'>) {
  const roots = rootFiles.flatMap((file) => fromFile('client-ca', file, (text) => trustAnchors(text)));
  return {
    clientAuthentication: wish === 'require' ? { require: { roots } } : { request: { roots } },
    certificateAuthorities: roots.map(({ subject }) => subject.der),
  };
}

/**
 * Tickets that hold the session, for both versions. With `--session-ids` sessions stay here instead: TLS 1.2 gets session
 * IDs, TLS 1.3 tickets that are names of sessions and good for once.
 */
function sessionsOf({ tickets, sessionIds, sessionLifetime }: Settings): ServerSessionCache | 'off' {
  const common = { provider: node, lifetime: sessionLifetime };
  if (sessionIds) {
    const store = serverSessionStore({ capacity: 20_480 });
    const plan: TicketPlan = tickets ? { kind: 'stored', singleUse: true } : { kind: 'none' };
    return serverSessionCache({ ...common, store, tickets: plan });
  }
  if (!tickets) return 'off';
  const aead = node.aeads['aes-256-gcm'];
  const keys = ticketKeys({ aead, random: node.random, lifetime: sessionLifetime, rotateEvery: 3600 });
  return serverSessionCache({ ...common, tickets: { kind: 'sealed', keys } });
}
