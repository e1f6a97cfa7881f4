import { type Bytes, equal, TlsMisuse } from '@tlsmith/types';
import type { GeneralName } from './general-name.ts';
import { objectOf, textOf } from './input.ts';
import { parseIp } from './ip.ts';

/**
 * The name by which the caller knows its peer (RFC 9525 §6.1): a DNS name in A-label form, or an IP address as text.
 * It never comes from the peer.
 */
export type ReferenceIdentity = { readonly dns: string } | { readonly ip: string };

/** A reference identity ready for comparison. */
export type Reference =
  | { readonly dns: string; readonly ip?: undefined }
  | { readonly ip: Bytes; readonly dns?: undefined };

/**
 * Takes a host as it stands in a URL or on a command line for what it is: an IP address or a DNS name.
 *
 * @example
 * ```ts
 * import { referenceIdentity } from '@tlsmith/x509';
 * referenceIdentity('example.com'); // { dns: 'example.com' }
 * referenceIdentity('[2001:db8::1]'); // { ip: '2001:db8::1' }
 * ```
 */
export function referenceIdentity(host: string): ReferenceIdentity {
  const bare = textOf(host, 'host').startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  return parseIp(bare) === undefined ? { dns: bare } : { ip: bare };
}

/**
 * Prepares a reference identity. A trailing dot, which marks an absolute DNS name, is dropped.
 *
 * @throws {TlsMisuse} `not-a-dns-name` or `not-an-ip-address`.
 */
export function prepareReference(identity: ReferenceIdentity): Reference {
  const checked = objectOf(identity, 'name');
  if ('ip' in checked) {
    const ip = parseIp(textOf(checked.ip, 'name.ip'));
    if (ip !== undefined) return { ip };
    throw new TlsMisuse('not-an-ip-address', `'${checked.ip}' is no IP address; host names go into { dns }`);
  }
  const dns = textOf(checked.dns, 'name.dns');
  const name = dns.replace(/\.$/, '').toLowerCase();
  if (isHostName(name)) return { dns: name };
  throw new TlsMisuse(
    'not-a-dns-name',
    `'${dns}' is no DNS name in A-label form: convert international names first, put IP addresses into { ip }`,
  );
}

/**
 * Whether one of the presented names is the reference identity (RFC 9525 §6.3, §6.4). Names come from subjectAltName
 * alone: the common name is never looked at (RFC 9525 §2).
 *
 * @example
 * ```ts
 * import { matchesName, parseCertificate } from '@tlsmith/x509';
 * const serves = (der: Uint8Array) => matchesName({ dns: 'example.com' }, parseCertificate(der).sans);
 * ```
 */
export function matchesName(identity: ReferenceIdentity, presented: readonly GeneralName[]): boolean {
  const reference = prepareReference(identity);
  return presented.some((name) => matchesReference(reference, name));
}

/** Whether a presented name is the prepared reference identity. */
export function matchesReference(reference: Reference, presented: GeneralName): boolean {
  if (reference.ip !== undefined)
    return presented.form === 'iPAddress' && equal(presented.value, reference.ip);
  return presented.form === 'dNSName' && matchesDnsName(reference.dns, presented.value);
}

/** A dNSName as it is presented: `*.example.com` is the wildcard of `example.com`. */
export interface PresentedDnsName {
  readonly wildcard: boolean;
  /** The name, or what follows the wildcard label, in lower case. */
  readonly base: string;
}

/** Reads a presented dNSName; undefined when it is no host name with at most one wildcard label in front. */
export function presentedDnsName(value: string): PresentedDnsName | undefined {
  const wildcard = value.startsWith('*.');
  const base = (wildcard ? value.slice(2) : value).toLowerCase();
  return isHostName(base) ? { wildcard, base } : undefined;
}

/**
 * Whether a text is a host name: labels of letters, digits, hyphens and underscores, which RFC 1123 does not know but
 * service names and many hosts have. Letters are lower case, and no dot ends the name. The last label is not a number, so
 * that no IPv4 address passes.
 *
 * @example
 * ```ts
 * import { isHostName } from '@tlsmith/x509';
 * isHostName('example.com'); // true
 * isHostName('192.0.2.1'); // false
 * ```
 */
export function isHostName(name: string): boolean {
  return name.length <= 253 && hostName.test(name);
}

const label = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
const hostName = new RegExp(`^(?:${label}\\.)*(?![0-9]+$)${label}$`);

function matchesDnsName(reference: string, value: string): boolean {
  const presented = presentedDnsName(value);
  if (presented === undefined) return false;
  if (!presented.wildcard) return presented.base === reference;
  // The wildcard stands for exactly one whole label (RFC 9525 §6.3), and never for a child of a top-level domain.
  const dot = reference.indexOf('.');
  return dot > 0 && presented.base.includes('.') && reference.slice(dot + 1) === presented.base;
}
