import { constants } from 'node:crypto';
import type { SecureContextOptions, SecureVersion } from 'node:tls';
import type { Authority, Issued, TestKeyType } from '@tlsmith/testkit/node';
import type { Content } from '../bench/content.ts';
import { opensslGroup, opensslSuite } from '../openssl/names.ts';
import { oldSuites } from '../openssl/s-client.ts';
import type { ClientSetup, ServerSetup } from '../side.ts';

/** As much of a bench as node:tls needs: a Node of another version has no more of it. */
export interface NodeBench {
  readonly workshop: { readonly pki: NodePki; readonly content: Content };
  defer(undo: () => unknown): void;
}

/** Certificates and keys in PEM. */
export interface NodePki {
  readonly root: Pick<Authority, 'certificatePem'>;
  readonly stranger: Pick<Authority, 'certificatePem'>;
  server(keyType: TestKeyType): NodeIdentity;
  client(keyType: TestKeyType): NodeIdentity;
}

export type NodeIdentity = Pick<Issued, 'chainPem' | 'privateKeyPem'>;

/** node:tls's options that both roles share. */
export function nodeOptions(
  setup: Pick<ClientSetup | ServerSetup, 'versions' | 'suites' | 'groups' | 'schemes'>,
): SecureContextOptions {
  const { versions, suites, groups, schemes } = setup;
  const secureVersions = [...versions].sort().map((version): SecureVersion => `TLSv${version}`);
  return {
    minVersion: secureVersions[0] as SecureVersion,
    maxVersion: secureVersions.at(-1) as SecureVersion,
    ...(versions.includes('1.1') ? { ciphers: oldSuites } : {}),
    ...(suites === undefined ? {} : { ciphers: suites.map(opensslSuite).join(':') }),
    ...(groups === undefined ? {} : { ecdhCurve: groups.map(opensslGroup).join(':') }),
    ...(schemes === undefined ? {} : { sigalgs: schemes.map(({ name }) => name).join(':') }),
  };
}

/** Without tickets TLS 1.2 resumes by session ID. */
export const withoutTickets: SecureContextOptions = { secureOptions: constants.SSL_OP_NO_TICKET };
