import { createHash } from 'node:crypto';
import { appendTo, fromFile } from '@tlsmith/app-terminal';
import { node } from '@tlsmith/crypto/node';
import { type TrustAnchor, trustAnchors } from '@tlsmith/x509';
import { type Identity, identity, type Trust } from 'tlsmith';
import { type ConnectOptions, systemRoots } from 'tlsmith/node';
import type { Settings } from './flags.ts';
import { isPublicSuffix } from './public-suffix.ts';

/** Options of every connection of a run, but for where to connect. */
export type Options = Omit<ConnectOptions, 'host' | 'port' | 'socket' | 'serverName'> & {
  readonly serverName: string;
};

/**
 * Makes options of settings: here files are read.
 *
 * @throws {UsageError} for a file that cannot be read, or does not hold what it should.
 */
export function optionsOf(settings: Settings): Options {
  const { suites, groups, keyShares, versions, alpn, keyLogFile } = settings;
  return {
    trust: trustOf(settings),
    serverName: settings.serverName,
    serverNameIndication: settings.sendsServerName ? 'send' : 'omit',
    versions,
    groups,
    alpn,
    handshakeTimeout: settings.timeout,
    ...(suites === undefined ? {} : { suites }),
    ...(keyShares === undefined ? {} : { keyShares }),
    ...(settings.identity === undefined ? {} : { identity: [identityOf(settings.identity)] }),
    ...(keyLogFile === undefined ? {} : { keyLog: (line: string) => appendTo(keyLogFile, line) }),
  };
}

/** The roots that count, or that would. */
export function rootsOf({ trust }: Settings): readonly TrustAnchor[] {
  const files = trust.rootFiles.flatMap((file) => fromFile('ca', file, (text) => trustAnchors(text)));
  return trust.system ? [...files, ...systemRoots()] : files;
}

/**
 * Names the server in a session store. Who believes others, or shows another certificate, must not find its sessions: so
 * that is part of the name.
 */
export function originOf({ serverName, target, trust, identity: own }: Settings): string {
  const decisions = JSON.stringify([trust, own ?? null], (_, value: unknown) =>
    value instanceof Uint8Array ? [...value] : value,
  );
  const digest = createHash('sha256').update(decisions).digest('hex').slice(0, 32);
  return `${serverName}:${target.port} ${digest}`;
}

function trustOf(settings: Settings): Trust {
  switch (settings.trust.decision) {
    case 'anybody':
      return { dangerouslyAcceptAnyCertificate: 'I know what I am doing' };
    case 'pins':
      return { pinned: settings.trust.pins };
    case 'roots':
      return { roots: rootsOf(settings), publicSuffix: isPublicSuffix };
  }
}

function identityOf({ chainFile, keyFile }: NonNullable<Settings['identity']>): Identity {
  const chain = fromFile('cert', chainFile, (text) => text);
  return fromFile('key', keyFile, (key) => identity(node, { chain, key }));
}
