import { type HashName, TlsMisuse } from '@tlsmith/types';

/**
 * The platform's Web Crypto, looked up at every use. Its functions copy their arguments when they are called; what one
 * of ours needs after an `await` it copies by itself.
 *
 * @throws {TlsMisuse} `webcrypto-missing`, for example on a page that did not come by HTTPS.
 */
export function subtle(): SubtleCrypto {
  const { crypto } = globalThis as { readonly crypto?: Partial<Crypto> };
  if (crypto?.subtle === undefined) {
    throw new TlsMisuse(
      'webcrypto-missing',
      'no crypto.subtle here: browsers have it in secure contexts only',
    );
  }
  return crypto.subtle;
}

/** Whether an error says that the platform lacks an algorithm; any other is about the facts that it was given. */
export function isUnsupported(error: unknown): boolean {
  return (error as { readonly name?: unknown } | null | undefined)?.name === 'NotSupportedError';
}

/** Web Crypto's name of a hash function. */
export function hashName(name: HashName): string {
  if (!Object.hasOwn(hashNames, name)) {
    throw new TlsMisuse('unsupported-hash', `the webcrypto provider has no hash ${name}`);
  }
  return hashNames[name];
}

const hashNames: Readonly<Record<HashName, string>> = {
  sha1: 'SHA-1',
  sha256: 'SHA-256',
  sha384: 'SHA-384',
  sha512: 'SHA-512',
};
