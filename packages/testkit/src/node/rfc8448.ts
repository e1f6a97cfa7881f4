import { readFileSync } from 'node:fs';

/** The sections of RFC 8448 that hold a trace: 1-RTT, 0-RTT, HelloRetryRequest, client authentication, compatibility. */
export type Rfc8448Section = 3 | 4 | 5 | 6 | 7;

/** One labelled octet string, such as `PRK (32 octets)`. */
export interface Rfc8448Value {
  readonly name: string;
  /** The count the RFC prints, equal to `bytes.length`. */
  readonly octets: number;
  readonly bytes: Uint8Array;
}

/** One step of a trace, such as `{server} derive secret "tls13 c hs traffic":`. */
export interface Rfc8448Step {
  readonly actor: 'client' | 'server';
  /** The text after `{actor}`, on one line and without the colon; steps that only say "(same as …)" have no values. */
  readonly action: string;
  readonly values: readonly Rfc8448Value[];
}

/** The eight numbers of the server's RSA key, named as in RFC 8448 §2 (big-endian, as printed). */
export type Rfc8448KeyPart =
  | 'modulus'
  | 'public exponent'
  | 'private exponent'
  | 'prime1'
  | 'prime2'
  | 'exponent1'
  | 'exponent2'
  | 'coefficient';

/**
 * All steps of a section in the order of the RFC. Every call decodes fresh bytes, so a test may wipe them.
 *
 * @example
 * ```ts
 * import { section } from '@tlsmith/testkit/node';
 * section(3)[0]?.action; // 'create an ephemeral x25519 key pair'
 * ```
 */
export function section(number: Rfc8448Section): readonly Rfc8448Step[] {
  const found = load().sections.find((one) => one.number === number);
  if (found === undefined) throw new Error(`RFC 8448 has no trace in section ${number}`);
  return found.steps.map((step) => ({ ...step, values: step.values.map(decode) }));
}

/**
 * The one value with this name among the steps of this actor whose action contains `action`.
 * Throws where there is none, and where there are several unless `name` comes with an index (0 is the first).
 *
 * @example
 * ```ts
 * import { find } from '@tlsmith/testkit/node';
 * find(3, 'server', 'extract secret "handshake"', 'secret'); // 32 octets
 * find(3, 'server', 'send handshake record', ['payload', 1]); // EncryptedExtensions to Finished
 * ```
 */
export function find(
  number: Rfc8448Section,
  actor: 'client' | 'server',
  action: string,
  name: string | readonly [name: string, index: number],
): Uint8Array {
  const [wanted, index] = typeof name === 'string' ? [name] : name;
  const values = section(number)
    .filter((step) => step.actor === actor && step.action.includes(action))
    .flatMap((step) => step.values.filter((value) => value.name === wanted));
  const where = `"${wanted}" in RFC 8448 section ${number}, {${actor}} ${action}`;
  if (index === undefined && values.length > 1)
    throw new Error(`${values.length} values fit ${where}: give an index`);
  const value = values[index ?? 0];
  if (value === undefined)
    throw new Error(`no value fits ${where}${index === undefined ? '' : ` at index ${index}`}`);
  return value.bytes;
}

/** RFC 8448 §2: a number of the RSA key behind the server certificate of sections 3, 5 and 7. */
export function rsaKey(part: Rfc8448KeyPart): Uint8Array {
  const found = load().rsaKey.find((value) => value.name === part);
  if (found === undefined) throw new Error(`RFC 8448 section 2 prints no "${part}"`);
  return decode(found).bytes;
}

interface Stored {
  readonly name: string;
  readonly octets: number;
  readonly bytes: string;
}

interface Data {
  readonly rsaKey: readonly Stored[];
  readonly sections: readonly {
    readonly number: number;
    readonly steps: readonly (Omit<Rfc8448Step, 'values'> & { readonly values: readonly Stored[] })[];
  }[];
}

let data: Data | undefined;

function load(): Data {
  data ??= JSON.parse(readFileSync(new URL('../../src/data/rfc8448.json', import.meta.url), 'utf8')) as Data;
  return data;
}

function decode({ name, octets, bytes }: Stored): Rfc8448Value {
  return { name, octets, bytes: new Uint8Array(Buffer.from(bytes, 'hex')) };
}
