import type { Bytes } from '@tlsmith/types';

/** Choices that are the same for the same seed. */
export interface Random {
  /** A number from 0 up to `below`. */
  draw(below: number): number;
  pick<T>(list: readonly T[]): T;
  /** Up to so many random bytes. */
  noise(most: number): Bytes;
}

/** Choices of one input of one run: each input has its own, so that it can be had again alone (mulberry32, public domain). */
export function randomOf(seed: number, input: number): Random {
  let state = Math.imul(seed, 0x9e3779b1) ^ Math.imul(input + 1, 0x85ebca6b);
  const draw = (below: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
  return {
    draw,
    pick: <T>(list: readonly T[]): T => list[draw(list.length)] as T,
    noise: (most) => Uint8Array.from({ length: draw(most + 1) }, () => draw(256)),
  };
}
