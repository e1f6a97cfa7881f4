import { readFileSync } from 'node:fs';
import { isCertificateRejected, isTlsMisuse } from '@tlsmith/types';
import {
  type ChainRequest,
  certificatesFromPem,
  referenceIdentity,
  type TrustAnchor,
  trustAnchors,
} from '@tlsmith/x509';
import { getPublicSuffix } from 'tldts';
import { systemRoots } from 'tlsmith/node';
import { type Settings, UsageError } from './flags.ts';

/**
 * Makes a request of settings: here files are read.
 *
 * @throws {UsageError} for a file that cannot be read, or does not hold what it should.
 */
export function requestOf({ files, host, roots, at, profile, purpose }: Settings): ChainRequest {
  return {
    chain: files.flatMap((file) => fromFile(file, certificatesIn)),
    anchors: roots.flatMap(anchorsOf),
    at,
    profile,
    purpose,
    publicSuffix: isPublicSuffix,
    ...(host === undefined ? {} : { name: referenceIdentity(host) }),
  };
}

// Only registries' suffixes: who rents names below one of its own may hold a certificate for all of them.
function isPublicSuffix(domain: string): boolean {
  return getPublicSuffix(domain) === domain.toLowerCase();
}

function anchorsOf(source: string): readonly TrustAnchor[] {
  return source === 'system'
    ? systemRoots()
    : fromFile(source, (bytes) => trustAnchors(certificatesIn(bytes)));
}

function certificatesIn(bytes: Buffer): readonly Uint8Array[] {
  const isPem = bytes.includes('-----BEGIN ');
  return isPem ? certificatesFromPem(bytes.toString('utf8')) : [bytes];
}

/** Reads a file and makes something of it; whatever is wrong with it is told with its name. */
function fromFile<T>(file: string, make: (bytes: Buffer) => T): T {
  try {
    return make(readFileSync(file));
  } catch (error) {
    const isOurs = isTlsMisuse(error) || isCertificateRejected(error);
    if (!isOurs && !(error instanceof Error && 'syscall' in error)) throw error;
    throw new UsageError(`${file}: ${error.message}`);
  }
}
