import { type Issued, issue, makeAuthority } from '@tlsmith/testkit/node';

/** What both ends of a benchmark need, in a form that fits into an environment variable. */
export interface Pki {
  readonly root: string;
  readonly leaves: Readonly<Record<KeyType, Leaf>>;
}

export type KeyType = 'p256' | 'rsa';

/** A chain (leaf and intermediate) and its key, as PEM. */
export type Leaf = Pick<Issued, 'chainPem' | 'privateKeyPem'>;

/** The host in the certificates. */
export const host = 'bench.example';

/** The certificates of this run: made by the first process, and handed to those that it forks. */
export const pki: Pki = handedDown() ?? make();

/** Environment for a forked process that is to use the same certificates. */
export const withPki = (): NodeJS.ProcessEnv => ({ ...process.env, TLSMITH_BENCH_PKI: JSON.stringify(pki) });

function handedDown(): Pki | undefined {
  const text = process.env['TLSMITH_BENCH_PKI'];
  return text === undefined ? undefined : (JSON.parse(text) as Pki);
}

function make(): Pki {
  const root = makeAuthority({ name: 'Bench Root' });
  const under = makeAuthority({ name: 'Bench Intermediate', under: root });
  const leaf = (keyType: KeyType): Leaf => {
    const { chainPem, privateKeyPem } = issue(under, { subject: host, dns: [host], keyType });
    return { chainPem, privateKeyPem };
  };
  return { root: root.certificatePem, leaves: { p256: leaf('p256'), rsa: leaf('rsa') } };
}
