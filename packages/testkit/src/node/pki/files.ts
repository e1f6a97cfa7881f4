import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issue, makeAuthority } from './authority.ts';
import type { TestKeyType } from './keys.ts';

/** Certificates in files that only this run has, for programs that are told paths. All are PEM. */
export interface CertificateFiles {
  readonly folder: string;
  /** The root that issues all certificates here. */
  readonly ca: string;
  /** A root that issued none of them. */
  readonly otherCa: string;
  /** Chain and key of a host in one file, `<name>-<keyType>.pem`; `localhost` where no name is given. */
  certificate(keyType: TestKeyType, name?: string): string;
  /** Removes the folder with all that is in it. */
  remove(): void;
}

/** Makes a folder with two roots in it. */
export function certificateFiles(): CertificateFiles {
  const folder = mkdtempSync(join(tmpdir(), 'tlsmith-certificates-'));
  const authority = makeAuthority({ name: 'Test Root' });
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  return {
    folder,
    ca: write('ca.pem', authority.certificatePem),
    otherCa: write('other-ca.pem', makeAuthority({ name: 'Other Root' }).certificatePem),
    certificate: (keyType, name = 'localhost') => {
      const { chainPem, privateKeyPem } = issue(authority, { subject: name, dns: [name], keyType });
      return write(`${name}-${keyType}.pem`, chainPem + privateKeyPem);
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
