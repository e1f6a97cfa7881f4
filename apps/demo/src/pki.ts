import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { node } from '@tlsmith/crypto/node';
import {
  type Authority,
  importKey,
  type Issued,
  issue,
  makeAuthority,
  type TestKey,
} from '@tlsmith/testkit/node';
import { type TrustAnchor, trustAnchors } from '@tlsmith/x509';
import { type Identity, identity } from 'tlsmith';

/** The host name of the demo's server: a name that nobody can own (RFC 6761 §6.5). */
export const serverName = 'shop.example';

/** Keys and certificates that live for one run of the demo. */
export interface Pki {
  readonly root: Authority;
  readonly intermediate: Authority;
  /** Whom the client trusts. */
  readonly roots: readonly TrustAnchor[];
  /** An authority that nobody trusts. */
  readonly stranger: Authority;
  /** ECDSA P-256 for {@link serverName}. */
  readonly server: Identity;
  readonly rsaKey: TestKey;
  /** RSA 2048 for {@link serverName}. */
  readonly rsaServer: Issued;
  /** Another server certificate. */
  issueServer(input: Partial<Parameters<typeof issue>[1]>, authority?: Authority): Identity;
  issueClient(name: string, authority: Authority): Identity;
}

/** Makes root, intermediate and the servers' certificates; all keys are fresh. */
export async function makePki(): Promise<Pki> {
  const root = makeAuthority({ name: 'Demo Root', ...validity });
  const intermediate = makeAuthority({ name: 'Demo Issuer', under: root, pathLength: 0, ...validity });
  const stranger = makeAuthority({ name: 'Stranger Root', ...validity });
  const ordinary = { subject: serverName, dns: [serverName], eku: ['server'], ...validity } as const;
  const issueServer: Pki['issueServer'] = (input, authority = intermediate) =>
    identityOf(issue(authority, { ...ordinary, ...input }));
  const rsaKey = await makeRsaKey();
  return {
    root,
    intermediate,
    roots: trustAnchors([root.certificate]),
    stranger,
    server: issueServer({}),
    rsaKey,
    rsaServer: issue(intermediate, { ...ordinary, keyType: 'rsa', key: rsaKey }),
    issueServer,
    issueClient: (name, authority) =>
      identityOf(issue(authority, { subject: name, eku: ['client'], ...validity })),
  };
}

/** A certificate and its key, for a client or server. */
export function identityOf(issued: Issued): Identity {
  return identity(node, { chain: issued.chain, key: issued.privateKeyPem });
}

/** Days as milliseconds from now. */
export const inDays = (days: number): number => Math.floor(Date.now() / 1000 + days * 86_400) * 1000;

const validity = { notBefore: inDays(-1), notAfter: inDays(90) };

/** Fresh, unlike the test kit's stored RSA keys: scene c shows what it decrypts. */
async function makeRsaKey(): Promise<TestKey> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  return importKey('rsa', privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
}
