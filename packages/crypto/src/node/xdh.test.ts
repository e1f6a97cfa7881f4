import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { node } from './index.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(['x25519', 'x448'] as const)('%s', (group) => {
  test('generated keys are never exported, which could wait for itself for ever (Node 20)', () => {
    const { publicKey } = generateKeyPairSync('x25519');
    const prototype = Object.getPrototypeOf(publicKey) as KeyObject;
    const exported = vi.spyOn(prototype, 'export');
    const { x25519, x448 } = node.groups;
    const algorithm = { x25519, x448 }[group];
    const begun = algorithm.begin();
    const answered = algorithm.respond(begun.share);
    expect(algorithm.finish(begun.key, answered?.share as Uint8Array)).toEqual(answered?.secret);
    expect(exported).not.toHaveBeenCalled();
    publicKey.export({ format: 'jwk' });
    expect(exported).toHaveBeenCalledOnce();
  });
});
