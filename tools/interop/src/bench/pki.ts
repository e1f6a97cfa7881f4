import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Authority, type Issued, issue, makeAuthority, type TestKeyType } from '@tlsmith/testkit/node';

/** A certificate with the files that programs read it from. */
export interface Identified extends Issued {
  /** Leaf first, then the intermediate. */
  readonly chainPath: string;
  readonly leafPath: string;
  /** What comes after the leaf. */
  readonly restPath: string;
  readonly keyPath: string;
}

/** The certificates of a run: a root, an intermediate, leaves of every key type, and a root that signed none of them. */
export interface Pki {
  readonly root: Authority;
  readonly rootPath: string;
  /** The right one to trust for somebody who trusts nobody here. */
  readonly stranger: Authority;
  readonly strangerPath: string;
  /** The server's certificate with a key of this type; made at the first call. */
  server(keyType: TestKeyType): Identified;
  /** A client's certificate. */
  client(keyType: TestKeyType): Identified;
}

/** The name that servers prove. */
export const serverName = 'server.example';

/** The name in clients' certificates. */
export const clientName = 'client.example';

export function makePki(folder: string): Pki {
  const root = makeAuthority({ name: 'Interop Root' });
  const intermediate = makeAuthority({ name: 'Interop Intermediate', under: root, pathLength: 0 });
  const stranger = makeAuthority({ name: 'Nobody Here' });
  const known = new Map<string, Identified>();
  const leaf = (subject: string, keyType: TestKeyType): Identified => {
    const file = join(folder, `${subject}-${keyType}`);
    const found = known.get(file) ?? written(issue(intermediate, { subject, dns: [subject], keyType }), file);
    known.set(file, found);
    return found;
  };
  return {
    root,
    rootPath: write(join(folder, 'root.pem'), root.certificatePem),
    stranger,
    strangerPath: write(join(folder, 'stranger.pem'), stranger.certificatePem),
    server: (keyType) => leaf(serverName, keyType),
    client: (keyType) => leaf(clientName, keyType),
  };
}

function written(issued: Issued, file: string): Identified {
  const { chainPem, certificatePem, privateKeyPem } = issued;
  return {
    ...issued,
    chainPath: write(`${file}.pem`, chainPem),
    leafPath: write(`${file}-leaf.pem`, certificatePem),
    restPath: write(`${file}-rest.pem`, chainPem.slice(certificatePem.length)),
    keyPath: write(`${file}.key`, privateKeyPem),
  };
}

function write(path: string, text: string): string {
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}
