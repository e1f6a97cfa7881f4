import type { Bytes } from '@tlsmith/types';
import type { GeneralName, NameForm } from './general-name.ts';
import { isHostName, presentedDnsName } from './hostname.ts';
import { isBelow, type Name } from './name.ts';

/**
 * A subtree of name constraints ready for comparison (RFC 5280 §4.2.1.10). The two questions differ for wildcards:
 * all names that a wildcard stands for must be permitted, none of them may be excluded.
 */
export interface Subtree {
  readonly form: NameForm;
  permits(name: GeneralName): boolean;
  excludes(name: GeneralName): boolean;
}

/** Reads the base of a subtree; undefined when it is not of the form that RFC 5280 §4.2.1.10 describes. */
export function subtree(base: GeneralName): Subtree | undefined {
  switch (base.form) {
    case 'dNSName':
      return dnsSubtree(base.value);
    case 'rfc822Name':
      return mailSubtree(base.value);
    case 'uniformResourceIdentifier':
      return uriSubtree(base.value);
    case 'iPAddress':
      return addressSubtree(base.value);
    case 'directoryName':
      return directorySubtree(base.value);
    case 'otherName':
    case 'x400Address':
    case 'ediPartyName':
    case 'registeredID':
      // No rule says how these compare, so a name of such a form is neither permitted nor free of exclusion.
      return { form: base.form, permits: () => false, excludes: () => true };
  }
}

/** Whether a name has the shape that its form demands; constraints cannot be applied to any other. */
export function isComparable(name: GeneralName): boolean {
  switch (name.form) {
    case 'dNSName':
      return presentedDnsName(name.value) !== undefined;
    case 'rfc822Name':
      return mailbox(name.value) !== undefined;
    case 'uniformResourceIdentifier':
      return uriHost(name.value) !== undefined;
    case 'otherName':
    case 'x400Address':
    case 'directoryName':
    case 'ediPartyName':
    case 'iPAddress':
    case 'registeredID':
      return true;
  }
}

// A host and everything below it. A leading dot is not in RFC 5280 but in use: it then means only what is below. An
// excluded one covers the host as well, to be on the safe side.
function dnsSubtree(value: string): Subtree | undefined {
  const base = value.toLowerCase();
  const below = base.startsWith('.');
  const host = below ? base.slice(1) : base;
  if (host !== '' && !isHostName(host)) return undefined;
  return {
    form: 'dNSName',
    permits: (name) => {
      const presented = name.form === 'dNSName' ? presentedDnsName(name.value) : undefined;
      if (presented === undefined) return false;
      return below && !presented.wildcard
        ? isSubdomain(presented.base, host)
        : isWithin(presented.base, host);
    },
    excludes: (name) => {
      const presented = name.form === 'dNSName' ? presentedDnsName(name.value) : undefined;
      if (presented === undefined || isWithin(presented.base, host)) return true;
      // `*.example.com` stands for `bar.example.com` too, so excluding the latter excludes the wildcard.
      return presented.wildcard && host.slice(host.indexOf('.') + 1) === presented.base;
    },
  };
}

// A mailbox, a host, or with a leading dot all hosts below a domain.
function mailSubtree(value: string): Subtree | undefined {
  const exact = value.includes('@') ? mailbox(value) : undefined;
  const host = exact?.host ?? value.toLowerCase();
  if (!isHostName(host.startsWith('.') ? host.slice(1) : host)) return undefined;
  const matches = (name: GeneralName): boolean | undefined => {
    const found = name.form === 'rfc822Name' ? mailbox(name.value) : undefined;
    if (found === undefined) return undefined;
    if (exact !== undefined) return found.local === exact.local && found.host === exact.host;
    return host.startsWith('.') ? found.host.endsWith(host) : found.host === host;
  };
  return {
    form: 'rfc822Name',
    permits: (name) => matches(name) === true,
    excludes: (name) => matches(name) !== false,
  };
}

// The host of the URI: exactly, or with a leading dot all hosts below a domain.
function uriSubtree(value: string): Subtree | undefined {
  const host = value.toLowerCase();
  if (!isHostName(host.startsWith('.') ? host.slice(1) : host)) return undefined;
  const matches = (name: GeneralName): boolean | undefined => {
    const found = name.form === 'uniformResourceIdentifier' ? uriHost(name.value) : undefined;
    if (found === undefined) return undefined;
    return host.startsWith('.') ? found.endsWith(host) : found === host;
  };
  return {
    form: 'uniformResourceIdentifier',
    permits: (name) => matches(name) === true,
    excludes: (name) => matches(name) !== false,
  };
}

// Address and mask, the mask a run of ones followed by zeros (RFC 4632 §3.1).
function addressSubtree(value: Bytes): Subtree | undefined {
  const size = value.length / 2;
  if (size !== 4 && size !== 16) return undefined;
  const mask = value.subarray(size);
  const bits = Array.from(mask, (octet) => octet.toString(2).padStart(8, '0')).join('');
  if (bits.includes('01')) return undefined;
  const matches = (name: GeneralName): boolean => {
    if (name.form !== 'iPAddress' || name.value.length !== size) return false;
    return name.value.every((octet, i) => ((octet ^ (value[i] as number)) & (mask[i] as number)) === 0);
  };
  return { form: 'iPAddress', permits: matches, excludes: matches };
}

function directorySubtree(base: Name): Subtree {
  const matches = (name: GeneralName): boolean => name.form === 'directoryName' && isBelow(name.value, base);
  return { form: 'directoryName', permits: matches, excludes: matches };
}

function isWithin(name: string, host: string): boolean {
  return name === host || isSubdomain(name, host);
}

function isSubdomain(name: string, host: string): boolean {
  return host === '' || name.endsWith(`.${host}`);
}

// RFC 5321 §4.1.2: one `@` outside of quotes; the local part distinguishes case, the host does not.
function mailbox(value: string): { readonly local: string; readonly host: string } | undefined {
  const [, local, domain] = mailboxForm.exec(value) ?? [];
  const host = domain?.toLowerCase();
  return local === undefined || host === undefined || !isHostName(host) ? undefined : { local, host };
}

const mailboxForm = /^([^@"\s]+|"(?:[^"\\]|\\.)*")@([^@"\s]+)$/;

// RFC 3986 §3.2: only a host name can be compared, an IP address or a missing authority cannot (RFC 5280 §4.2.1.10).
function uriHost(value: string): string | undefined {
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(value)?.[1];
  const host = authority
    ?.replace(/^.*@/, '')
    .replace(/:[0-9]*$/, '')
    .toLowerCase();
  return host !== undefined && isHostName(host) ? host : undefined;
}
