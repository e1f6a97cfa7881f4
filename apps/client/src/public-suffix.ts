import { getPublicSuffix } from 'tldts';

/**
 * Whether a domain is a suffix that a registry answers for, such as `co.uk` (decision 0030). Companies that rent names to
 * strangers are left out: they rightly hold certificates for all names below their own.
 */
export function isPublicSuffix(domain: string): boolean {
  return getPublicSuffix(domain) === domain.toLowerCase();
}
