import { type Authority, issue, makeAuthority } from './authority.ts';
import type { Issued } from './certificate.ts';
import type { TestKeyType } from './keys.ts';

/** A host with a certificate for each type of key, all by one authority. */
export interface TestSite {
  readonly host: string;
  /** Whom its clients trust. */
  readonly authority: Authority;
  /** The certificate with a key of this type; made when first asked for, and the same from then on. */
  leaf(keyType: TestKeyType): Issued;
}

/** A host below a root of its own. */
export function testSite(host = 'server.example'): TestSite {
  const authority = makeAuthority({ name: 'Test Root' });
  const issued = new Map<TestKeyType, Issued>();
  return {
    host,
    authority,
    leaf(keyType) {
      const known = issued.get(keyType) ?? issue(authority, { subject: host, dns: [host], keyType });
      issued.set(keyType, known);
      return known;
    },
  };
}
