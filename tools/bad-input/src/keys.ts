import { node } from '@tlsmith/crypto/node';
import { keyBlock, type KeyLogLabel, nextTrafficSecret } from '@tlsmith/key-schedule';
import { Opener, type Protection, protect, protectTraffic } from '@tlsmith/record';
import {
  type AeadAlgorithm,
  type Bytes,
  type CipherSuite,
  type CipherSuite12,
  type CipherSuite13,
  compute,
  concat,
  noBytes,
  type Role,
  type Secret,
  secret,
} from '@tlsmith/types';
import type { Tracer } from 'tlsmith';

/** The secrets that an end has told, as its key log would. */
export class Confessed {
  readonly #secrets = new Map<KeyLogLabel, Bytes>();
  readonly tracer: Tracer = {
    secret: (label, _random, held) =>
      void this.#secrets.set(
        label,
        held.use((bytes) => bytes.slice()),
      ),
  };

  get(label: KeyLogLabel): Bytes | undefined {
    return this.#secrets.get(label);
  }
}

/** What the keys of a direction are made from, apart from secrets. */
export interface Hellos {
  readonly suite: CipherSuite;
  readonly clientRandom: Bytes;
  readonly serverRandom: Bytes;
}

/** The keys of one direction, to open what its sender seals, or to seal whatever one likes. */
export class HostileKeys {
  readonly #suite: CipherSuite;
  readonly #traffic: Secret<'traffic'> | undefined;
  readonly #protection: Protection;
  readonly #opener: Opener;
  #sequence = 0;

  private constructor(suite: CipherSuite, protection: Protection, traffic?: Secret<'traffic'>) {
    this.#suite = suite;
    this.#traffic = traffic;
    this.#protection = protection;
    this.#opener = new Opener(protection);
  }

  static traffic(suite: CipherSuite, bytes: Bytes): HostileKeys {
    const traffic = secret('traffic', bytes);
    const made = compute(node, protectTraffic(suite as CipherSuite13, aeadOf(suite), traffic));
    return new HostileKeys(suite, made as Protection, traffic);
  }

  static master(hellos: Hellos, from: Role, bytes: Bytes): HostileKeys {
    const { suite, clientRandom, serverRandom } = hellos;
    const work = keyBlock(suite as CipherSuite12, secret('master', bytes), clientRandom, serverRandom);
    const { key, iv } = (compute(node, work) as BothKeys)[from];
    return new HostileKeys(suite, protect(suite, aeadOf(suite), key, iv));
  }

  /** The keys after a KeyUpdate; in TLS 1.2, which has none, the same ones. */
  next(): HostileKeys {
    if (this.#traffic === undefined) return this;
    const suite = this.#suite as CipherSuite13;
    const next = compute(node, nextTrafficSecret(suite.hash, this.#traffic));
    return HostileKeys.traffic(
      suite,
      (next as Secret<'traffic'>).use((bytes) => bytes.slice()),
    );
  }

  tryOpen(record: Bytes): { readonly type: string; readonly content: Bytes } | undefined {
    return this.#opener.tryOpen(record);
  }

  /** Seals what no honest sealer would: any type, empty or overlong content, in TLS 1.3 zeros without a type. */
  seal(type: number, content: Bytes): Bytes {
    const sequence = new Uint8Array(8);
    new DataView(sequence.buffer).setBigUint64(0, BigInt(this.#sequence++));
    return this.#suite.version === 'tls13'
      ? this.#seal13(sequence, type, content)
      : this.#seal12(this.#suite, sequence, type, content);
  }

  #seal13(sequence: Bytes, type: number, content: Bytes): Bytes {
    const { key, iv } = this.#protection;
    const length = content.length + 1 + this.#suite.aead.tagLength;
    const record = concat(header(23, length), new Uint8Array(length));
    const nonce = iv.map((byte, i) => byte ^ (sequence[i - 4] ?? 0));
    key.seal(nonce, record.subarray(0, 5), content, Uint8Array.of(type), record.subarray(5));
    return record;
  }

  #seal12(suite: CipherSuite12, sequence: Bytes, type: number, content: Bytes): Bytes {
    const { key, iv } = this.#protection;
    const explicit = suite.recordIvLength === 0 ? noBytes : sequence;
    const nonce =
      explicit.length > 0 ? concat(iv, explicit) : iv.map((byte, i) => byte ^ (sequence[i - 4] ?? 0));
    const length = content.length + explicit.length + suite.aead.tagLength;
    const record = concat(header(type, length), explicit, new Uint8Array(length - explicit.length));
    const additional = concat(sequence, header(type, content.length));
    key.seal(nonce, additional, content, noBytes, record.subarray(5 + explicit.length));
    return record;
  }
}

/** A record's header. */
export function header(type: number, length: number, version = 0x0303): Bytes {
  return Uint8Array.of(type, version >> 8, version & 0xff, length >> 8, length & 0xff);
}

interface BothKeys {
  readonly client: { readonly key: Secret<'key'>; readonly iv: Bytes };
  readonly server: { readonly key: Secret<'key'>; readonly iv: Bytes };
}

const aeadOf = ({ aead }: CipherSuite): AeadAlgorithm => node.aeads[aead.name as keyof typeof node.aeads];
