import { type Bytes, toHex } from '@tlsmith/types';
import type { GeneralName, NameForm } from './general-name.ts';
import { isHostName, type PresentedDnsName, presentedDnsName } from './hostname.ts';
import { mailboxOf, uriHost } from './mailbox.ts';
import { type Name, partKeys } from './name.ts';

/**
 * Subtrees of one form of name constraints, ready for comparison (RFC 5280 §4.2.1.10). The two questions differ for
 * wildcards: all names that a wildcard stands for must be permitted, none of them may be excluded. Each is answered by
 * looking up the few bases that could hold the name, so that the number of subtrees does not matter.
 */
export interface Subtrees {
  /** Whether one of the subtrees holds the name. */
  permits(name: GeneralName): boolean;
  /** Whether one of the subtrees holds a part of the name. */
  excludes(name: GeneralName): boolean;
}

/** Reads the bases of subtrees, all of one form; or says which is not of the form that RFC 5280 §4.2.1.10 describes. */
export function subtrees(
  form: NameForm,
  bases: readonly GeneralName[],
): Subtrees | { readonly faulty: GeneralName } {
  const open = collectors[form]?.() ?? incomparable(bases.length);
  const faulty = bases.find((base) => !open.add(base));
  return faulty === undefined ? open : { faulty };
}

/** Whether a name has the shape that its form demands; constraints cannot be applied to any other. */
export function isComparable(name: GeneralName): boolean {
  switch (name.form) {
    case 'dNSName':
      return presentedDnsName(name.value) !== undefined;
    case 'rfc822Name':
      return mailboxOf(name.value) !== undefined;
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

interface Collector extends Subtrees {
  /** Adds a subtree; false for a base that is not of its form. */
  add(base: GeneralName): boolean;
}

const collectors: Partial<Record<NameForm, () => Collector>> = {
  dNSName: dnsSubtrees,
  rfc822Name: mailSubtrees,
  uniformResourceIdentifier: uriSubtrees,
  iPAddress: addressSubtrees,
  directoryName: directorySubtrees,
};

// No rule says how names of other forms compare, so they are neither permitted nor free of exclusion.
function incomparable(count: number): Collector {
  return { add: () => true, permits: () => false, excludes: () => count > 0 };
}

// A host and everything below it. A leading dot is not in RFC 5280 but in use: it then means only what is below. An
// excluded one covers the host as well, to be on the safe side.
function dnsSubtrees(): Collector {
  const within = new Set<string>();
  const below = new Set<string>();
  // `*.example.com` stands for `bar.example.com` too, so excluding the latter excludes the wildcard.
  const parents = new Set<string>();
  const presented = (name: GeneralName) =>
    name.form === 'dNSName' ? presentedDnsName(name.value) : undefined;
  return {
    add: ({ value }) => {
      const base = (value as string).toLowerCase();
      const host = base.startsWith('.') ? base.slice(1) : base;
      if (host !== '' && !isHostName(host)) return false;
      (base.startsWith('.') ? below : within).add(host);
      if (host.includes('.')) parents.add(host.slice(host.indexOf('.') + 1));
      return true;
    },
    permits: (name) => {
      const of = presented(name);
      return (
        of !== undefined && suffixes(of.base).some((host) => within.has(host) || isBelow(of, host, below))
      );
    },
    excludes: (name) => {
      const of = presented(name);
      if (of === undefined) return within.size + below.size > 0;
      const isHeld = suffixes(of.base).some((host) => within.has(host) || below.has(host));
      return isHeld || (of.wildcard && parents.has(of.base));
    },
  };
}

function isBelow({ wildcard, base }: PresentedDnsName, host: string, below: ReadonlySet<string>): boolean {
  return below.has(host) && (wildcard || host !== base);
}

// The name itself, its parent and so on up to the empty name that holds all.
function suffixes(host: string): readonly string[] {
  const found = [host];
  for (let dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1))
    found.push(host.slice(dot + 1));
  return [...found, ''];
}

// Hosts themselves, or with a leading dot all hosts below a domain: what URIs and mailboxes have in common.
function hosts() {
  const exact = new Set<string>();
  const below = new Set<string>();
  return {
    add: (value: string): boolean => {
      const host = value.toLowerCase();
      if (!isHostName(host.startsWith('.') ? host.slice(1) : host)) return false;
      if (host.startsWith('.')) below.add(host.slice(1));
      else exact.add(host);
      return true;
    },
    has: (host: string): boolean =>
      exact.has(host) ||
      (below.size > 0 &&
        suffixes(host)
          .slice(1)
          .some((parent) => below.has(parent))),
    isEmpty: (): boolean => exact.size + below.size === 0,
  };
}

// A mailbox, a host, or with a leading dot all hosts below a domain.
function mailSubtrees(): Collector {
  const known = hosts();
  const mailboxes = new Set<string>();
  const has = (name: GeneralName): boolean | undefined => {
    const of = name.form === 'rfc822Name' ? mailboxOf(name.value) : undefined;
    return of && (known.has(of.host) || mailboxes.has(`${of.local}@${of.host}`));
  };
  return {
    add: ({ value }) => {
      if (!(value as string).includes('@')) return known.add(value as string);
      const of = mailboxOf(value as string);
      if (of !== undefined) mailboxes.add(`${of.local}@${of.host}`);
      return of !== undefined;
    },
    permits: (name) => has(name) === true,
    excludes: (name) => has(name) ?? !(known.isEmpty() && mailboxes.size === 0),
  };
}

// The host of the URI: exactly, or with a leading dot all hosts below a domain.
function uriSubtrees(): Collector {
  const known = hosts();
  const has = (name: GeneralName): boolean | undefined => {
    const of = name.form === 'uniformResourceIdentifier' ? uriHost(name.value) : undefined;
    return of === undefined ? undefined : known.has(of);
  };
  return {
    add: ({ value }) => known.add(value as string),
    permits: (name) => has(name) === true,
    excludes: (name) => has(name) ?? !known.isEmpty(),
  };
}

// Address and mask, the mask a run of ones followed by zeros (RFC 4632 §3.1): 33 masks or 129, each with its networks.
function addressSubtrees(): Collector {
  const networks = new Map<string, { readonly mask: Bytes; readonly held: Set<string> }>();
  const has = (name: GeneralName): boolean =>
    name.form === 'iPAddress' &&
    [...networks.values()].some(
      ({ mask, held }) => mask.length === name.value.length && held.has(masked(name.value, mask)),
    );
  return {
    add: ({ value }) => {
      const range = value as Bytes;
      const size = range.length / 2;
      if (size !== 4 && size !== 16) return false;
      const mask = range.subarray(size);
      const bits = Array.from(mask, (octet) => octet.toString(2).padStart(8, '0')).join('');
      if (bits.includes('01')) return false;
      const network = networks.get(bits) ?? { mask, held: new Set() };
      network.held.add(masked(range.subarray(0, size), mask));
      networks.set(bits, network);
      return true;
    },
    permits: has,
    excludes: has,
  };
}

function masked(address: Bytes, mask: Bytes): string {
  return toHex(address.map((octet, index) => octet & (mask[index] as number)));
}

/** Names by their parts, most general first. */
interface Branch {
  isBase: boolean;
  readonly next: Map<string, Branch>;
}

function directorySubtrees(): Collector {
  const top: Branch = { isBase: false, next: new Map() };
  const has = (name: GeneralName): boolean => {
    if (name.form !== 'directoryName') return false;
    let branch: Branch | undefined = top;
    for (const key of partKeys(name.value)) {
      if (branch?.isBase !== false) break;
      branch = branch.next.get(key);
    }
    return branch?.isBase === true;
  };
  return {
    add: ({ value }) => {
      let branch = top;
      for (const key of partKeys(value as Name)) {
        const next = branch.next.get(key) ?? { isBase: false, next: new Map<string, Branch>() };
        branch.next.set(key, next);
        branch = next;
      }
      branch.isBase = true;
      return true;
    },
    permits: has,
    excludes: has,
  };
}
