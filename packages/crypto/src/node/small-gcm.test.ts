import { createCipheriv, createSecretKey } from 'node:crypto';
import { noBytes } from '@tlsmith/types';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aeads } from './aead.ts';
import { random } from './random.ts';
import { SmallGcm } from './small-gcm.ts';

describe.each([16, 32])('AES-GCM for short content under a key of %i bytes', (keyLength) => {
  const key = random(keyLength);
  const small = new SmallGcm(createSecretKey(key));

  test('is what node:crypto makes, for every length of content that it takes', () => {
    for (let length = 0; SmallGcm.takes(noBytes, length); length++) {
      const [nonce, additional, content] = [random(12), random(length % 70), random(length)];
      const sealed = padded(content);
      small.encrypt(nonce, additional, sealed);
      expect(sealed).toEqual(reference(key, nonce, additional, content));
      expect(small.decrypt(nonce, additional, sealed)).toEqual(content);
    }
    expect(SmallGcm.takes(noBytes, 256)).toBe(true);
    expect(SmallGcm.takes(noBytes, 257)).toBe(false);
  });

  test('is what node:crypto makes, for any additional data that it takes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 768 }),
        fc.uint8Array({ maxLength: 256 }),
        (additional, content) => {
          expect(SmallGcm.takes(additional, content.length)).toBe(true);
          const nonce = random(12);
          const sealed = padded(content);
          small.encrypt(nonce, additional, sealed);
          expect(sealed).toEqual(reference(key, nonce, additional, content));
        },
      ),
      { numRuns: 300 },
    );
    expect(SmallGcm.takes(random(769), 0)).toBe(false);
  });

  test('opens nothing of which one bit is another', () => {
    const [nonce, additional, content] = [random(12), random(5), random(20)];
    const sealed = padded(content);
    small.encrypt(nonce, additional, sealed);
    for (const part of [nonce, additional, sealed]) {
      for (let bit = 0; bit < 8 * part.length; bit++) {
        part[bit >> 3] = (part[bit >> 3] as number) ^ (1 << (bit & 7));
        expect(small.decrypt(nonce, additional, sealed)).toBeUndefined();
        part[bit >> 3] = (part[bit >> 3] as number) ^ (1 << (bit & 7));
      }
    }
    expect(small.decrypt(nonce, additional, sealed)).toEqual(content);
  });
});

test('a key changes from one way to the other without a trace, back and forth', () => {
  const [writer, reader] = [aeads['aes-128-gcm'], aeads['aes-128-gcm']].map((aead) =>
    aead.bind(new Uint8Array(16)),
  );
  for (let index = 0; index < 40; index++) {
    const [nonce, content] = [random(12), random(index % 3 === 0 ? 1000 : index)];
    const sealed = new Uint8Array(content.length + 1 + 16);
    writer?.seal(nonce, random(0), content, Uint8Array.of(23), sealed);
    expect(sealed).toEqual(reference(new Uint8Array(16), nonce, noBytes, Uint8Array.of(...content, 23)));
    expect(reader?.open(nonce, noBytes, sealed)).toEqual(Uint8Array.of(...content, 23));
  }
});

test('what is opened is an array of its own, without the key stream around it', () => {
  const small = new SmallGcm(createSecretKey(random(16)));
  const sealed = padded(random(40));
  small.encrypt(random(12), noBytes, sealed);
  const nonce = random(12);
  const again = padded(random(40));
  small.encrypt(nonce, noBytes, again);
  const opened = small.decrypt(nonce, noBytes, again) ?? noBytes;
  expect(opened).toHaveLength(40);
  expect(Object.getPrototypeOf(opened)).toBe(Uint8Array.prototype);
  expect(new Uint8Array(opened.buffer, 0, 16)).toEqual(new Uint8Array(16));
});

function padded(content: Uint8Array): Uint8Array {
  const output = new Uint8Array(content.length + 16);
  output.set(content);
  return output;
}

function reference(
  key: Uint8Array,
  nonce: Uint8Array,
  additional: Uint8Array,
  content: Uint8Array,
): Uint8Array {
  const cipher = createCipheriv(key.length === 16 ? 'aes-128-gcm' : 'aes-256-gcm', key, nonce);
  cipher.setAAD(additional);
  return new Uint8Array(Buffer.concat([cipher.update(content), cipher.final(), cipher.getAuthTag()]));
}
