import { type Issued, issue, makeAuthority } from '@tlsmith/testkit/node';

/** What both ends of a benchmark need, in a form that fits into an environment variable. */
export interface Pki {
  /** PEM. */
  readonly root: string;
  readonly leaves: Readonly<Partial<Record<KeyType, Leaf>>>;
}

/** The leaf with a key of that type. */
export function leafOf({ leaves }: Pki, keyType: KeyType): Leaf {
  const leaf = leaves[keyType];
  if (leaf === undefined) throw new Error(`this site has no key of type ${keyType}`);
  return leaf;
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

/**
 * Enough sites with no key in common that whoever visits them in turn meets strangers only: three keys each, where the
 * provider remembers at most 256. Made once per type of key; with RSA it takes a while.
 */
export function strangers(keyType: KeyType): readonly Pki[] {
  const known = made.get(keyType) ?? Array.from({ length: 96 }, () => make([keyType]));
  made.set(keyType, known);
  return known;
}

const made = new Map<KeyType, readonly Pki[]>();

function handedDown(): Pki | undefined {
  const text = process.env['TLSMITH_BENCH_PKI'];
  return text === undefined ? undefined : (JSON.parse(text) as Pki);
}

function make(keyTypes: readonly KeyType[] = ['p256', 'rsa']): Pki {
  const root = makeAuthority({ name: 'Bench Root' });
  const under = makeAuthority({ name: 'Bench Intermediate', under: root });
  const leaf = (keyType: KeyType): Leaf => {
    const { chainPem, privateKeyPem } = issue(under, { subject: host, dns: [host], keyType });
    return { chainPem, privateKeyPem };
  };
  const leaves = Object.fromEntries(keyTypes.map((keyType) => [keyType, leaf(keyType)]));
  return { root: root.certificatePem, leaves };
}
