import { textOf } from './input.ts';

/**
 * Reads the Public Suffix List (publicsuffix.org), rules of both of its parts, and answers whether a domain is a
 * public suffix: a name below which strangers register theirs. The list changes weekly and is not part of this
 * package.
 *
 * @example
 * ```ts
 * import { publicSuffixes } from '@tlsmith/x509';
 * const isPublicSuffix = publicSuffixes('com\nco.uk\n*.ck\n!www.ck');
 * isPublicSuffix('co.uk'); // true
 * isPublicSuffix('www.ck'); // false
 * ```
 */
export function publicSuffixes(list: string): (domain: string) => boolean {
  const rules = new Set<string>();
  for (const line of textOf(list, 'list').split('\n')) {
    const rule = line.split(/\s/, 1)[0] ?? '';
    if (rule !== '' && !rule.startsWith('//')) rules.add(asciiOf(rule.toLowerCase()));
  }
  return (domain) => {
    const name = domain.toLowerCase();
    if (rules.has(`!${name}`)) return false;
    const parent = name.slice(name.indexOf('.') + 1);
    // A top-level domain that the list does not know is a public suffix by its default rule `*`.
    return rules.has(name) || rules.has(`*.${parent}`) || !name.includes('.');
  };
}

// The list has its international names as people write them, certificates as A-labels (RFC 5890 §2.3.2.1).
function asciiOf(rule: string): string {
  const [, mark = '', name = ''] = /^(!|\*\.)?(.*)$/.exec(rule) ?? [];
  if (!/[^ -~]/.test(name)) return rule;
  try {
    return `${mark}${new URL(`http://${name}`).hostname}`;
  } catch {
    return rule;
  }
}
