import { type Bytes, concat, uint, utf8 } from '@tlsmith/types';
import type { ReferenceIdentity } from '@tlsmith/x509';
import type { Trust } from './trust.ts';

/**
 * Names a decision about trust, and whom it is about, for sessions: resumption proves no certificate anew, so a session
 * made under one decision must not be resumed under another. Not a secret, and no proof of anything: it keeps
 * configurations that share a session store apart.
 */
export function sessionContext(trust: Trust | undefined, about: ReferenceIdentity | undefined): Bytes {
  const name =
    about === undefined ? '' : 'dns' in about ? `dns:${about.dns.toLowerCase()}` : `ip:${about.ip}`;
  return concat(utf8(`${kindOf(trust)}|${name}|`), digest(partsOf(trust)));
}

const kindOf = (trust: Trust | undefined): string =>
  trust === undefined ? 'none' : 'roots' in trust ? 'roots' : 'pinned' in trust ? 'pinned' : 'anybody';

/** What the decision names; the order in which it does so says nothing. */
function partsOf(trust: Trust | undefined): readonly Bytes[] {
  if (trust === undefined || 'dangerouslyAcceptAnyCertificate' in trust) return [];
  if ('pinned' in trust) return trust.pinned.map(({ of, sha256 }) => concat(utf8(of), sha256));
  return trust.roots.map(({ subject, publicKey }) => concat(subject.der, publicKey.spki));
}

/** 64 bits of FNV-1a over each part, added up. Against mistakes, not against attackers. */
function digest(parts: readonly Bytes[]): Bytes {
  let [high, low] = [0, 0];
  for (const part of parts) {
    high = (high + fnv(part, 0x811c9dc5)) >>> 0;
    low = (low + fnv(part, 0x01000193)) >>> 0;
  }
  return concat(uint(high, 4), uint(low, 4), uint(parts.length, 4));
}

function fnv(bytes: Bytes, start: number): number {
  let state = start;
  for (const byte of bytes) state = Math.imul(state ^ byte, 0x01000193) >>> 0;
  return state;
}
