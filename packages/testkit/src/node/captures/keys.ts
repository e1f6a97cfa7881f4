import { createHmac } from 'node:crypto';
import { type CapturedKeys, type CapturedSuite, capturedSuites } from './suites.ts';

/** What both hellos of a handshake settle. */
export interface CapturedParameters {
  readonly version: 'tls12' | 'tls13';
  readonly suiteCode: number;
  readonly suite: CapturedSuite;
  readonly clientRandom: Uint8Array;
  readonly serverRandom: Uint8Array;
  readonly extendedMasterSecret: boolean;
  readonly encryptThenMac: boolean;
}

/** Keys of a TLS 1.2 connection, and the octets they were cut from. */
export interface CapturedKeyBlock {
  readonly block: Uint8Array;
  readonly client: CapturedKeys;
  readonly server: CapturedKeys;
}

/** Reads what the record layer needs out of a ClientHello and the ServerHello that answers it. */
export function parametersOf(clientHello: Uint8Array, serverHello: Uint8Array): CapturedParameters {
  const after = 39 + (serverHello[38] as number);
  const suiteCode = Buffer.from(serverHello).readUInt16BE(after);
  const suite = capturedSuites[suiteCode];
  if (suite === undefined) throw new Error(`no suite ${suiteCode.toString(16)}`);
  const extensions = extensionTypes(Buffer.from(serverHello.subarray(after + 3)));
  return {
    version: suiteCode >> 8 === 0x13 ? 'tls13' : 'tls12',
    suiteCode,
    suite,
    clientRandom: clientHello.slice(6, 38),
    serverRandom: serverHello.slice(6, 38),
    extendedMasterSecret: extensions.includes(23),
    encryptThenMac: extensions.includes(22) && suite.mac !== undefined,
  };
}

/** RFC 9846 §7.1: HKDF-Expand-Label, up to one block of output. */
export function expandLabel(
  hash: string,
  secret: Uint8Array,
  label: string,
  { context, length }: { readonly context?: Uint8Array; readonly length: number },
): Uint8Array {
  const of = context ?? new Uint8Array(0);
  const info = [
    Uint8Array.of(0, length, label.length + 6),
    Buffer.from(`tls13 ${label}`),
    Uint8Array.of(of.length),
    of,
    Uint8Array.of(1),
  ];
  return new Uint8Array(createHmac(hash, secret).update(Buffer.concat(info)).digest().subarray(0, length));
}

/** RFC 5246 §5. */
export function prf(
  hash: string,
  secret: Uint8Array,
  seed: readonly (string | Uint8Array)[],
  length: number,
): Uint8Array {
  const labelAndSeed = Buffer.concat(
    seed.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)),
  );
  const blocks: Buffer[] = [];
  for (let a: Buffer = labelAndSeed; blocks.length * 32 < length; ) {
    a = createHmac(hash, secret).update(a).digest();
    blocks.push(createHmac(hash, secret).update(a).update(labelAndSeed).digest());
  }
  return new Uint8Array(Buffer.concat(blocks).subarray(0, length));
}

/** RFC 5246 §6.3: the key block, and the keys of both directions in it. */
export function keyBlock(
  master: Uint8Array,
  { suite, clientRandom, serverRandom }: CapturedParameters,
): CapturedKeyBlock {
  const lengths = [suite.mac?.length ?? 0, suite.keyLength, suite.ivLength12].flatMap((length) => [
    length,
    length,
  ]);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const block = prf(suite.hash, master, ['key expansion', serverRandom, clientRandom], total);
  const keys = (offset: 0 | 1): CapturedKeys => {
    const part = (index: number): Uint8Array => {
      const from = lengths.slice(0, 2 * index + offset).reduce((sum, length) => sum + length, 0);
      return block.slice(from, from + (lengths[2 * index] as number));
    };
    return { mac: part(0), key: part(1), iv: part(2) };
  };
  return { block, client: keys(0), server: keys(1) };
}

/** RFC 9846 §7.3: key and IV of a traffic secret. */
export function keys13({ hash, keyLength }: CapturedSuite, secret: Uint8Array): CapturedKeys {
  return {
    key: expandLabel(hash, secret, 'key', { length: keyLength }),
    iv: expandLabel(hash, secret, 'iv', { length: 12 }),
    mac: new Uint8Array(0),
  };
}

function extensionTypes(list: Buffer): number[] {
  const types: number[] = [];
  for (let at = 2; at + 4 <= list.length; at += 4 + list.readUInt16BE(at + 2))
    types.push(list.readUInt16BE(at));
  return types;
}
