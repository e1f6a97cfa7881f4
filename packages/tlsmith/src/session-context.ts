import { type Bytes, concat, toHex, uint, utf8 } from '@tlsmith/types';
import type { ReferenceIdentity, TrustAnchor } from '@tlsmith/x509';
import type { Trust, TrustedRoots } from './trust.ts';

/**
 * Names a decision about trust, and whom it is about, for sessions: resumption proves no certificate anew, so a session
 * made under one decision must not be resumed under another. Not a secret, and no proof of anything: it keeps
 * configurations that share a session store apart.
 */
export function sessionContext(trust: Trust | undefined, about: ReferenceIdentity | undefined): Bytes {
  const name =
    about === undefined ? '' : 'dns' in about ? `dns:${about.dns.toLowerCase()}` : `ip:${about.ip}`;
  if (trust === undefined) return utf8(`none|${name}|`);
  if ('dangerouslyAcceptAnyCertificate' in trust) return utf8(`anybody|${name}|`);
  return 'roots' in trust
    ? concat(utf8(`roots|${name}|${strictness(trust)}`), digestOf(trust.roots, anchorBytes))
    : concat(
        utf8(`pinned|${name}|`),
        digestOf(trust.pinned, ({ of, sha256 }) => concat(utf8(of), sha256)),
      );
}

/** What is looked at besides: one who wants to know of revocations does not resume what somebody began who did not. */
function strictness({ revocation, publicSuffix }: TrustedRoots): string {
  const suffixes = publicSuffix === undefined ? '' : 'suffixes|';
  if (revocation === undefined) return suffixes;
  return `${revocation.mode},${revocation.scope ?? 'chain'}|${suffixes}`;
}

/** Whom an anchor names, and how far it is trusted. */
function anchorBytes({ subject, publicKey, nameConstraints, constraints }: TrustAnchor): Bytes {
  const limits = JSON.stringify({ nameConstraints, constraints }, (_key, value: unknown) =>
    value instanceof Uint8Array ? toHex(value) : value,
  );
  return concat(subject.der, publicKey.spki, utf8(limits));
}

// A system's bundle is some hundred anchors, and every connection asks: digested once, for as long as the list lives.
const digests = new WeakMap<readonly unknown[], Bytes>();

/** What a list names; its order says nothing. */
function digestOf<T>(list: readonly T[], bytesOf: (item: T) => Bytes): Bytes {
  const known = digests.get(list) ?? digest(list.map(bytesOf));
  digests.set(list, known);
  return known;
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
