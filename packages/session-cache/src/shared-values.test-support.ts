import { type Bytes, concat, equal, uint, utf8 } from '@tlsmith/types';

/** A value that says which key it belongs to, of a length and content that depend on `variant` throughout. */
export function speaking(key: string, variant: number): Bytes {
  const own = utf8(key);
  const body = new Uint8Array(40 + (variant % 400)).map((_, index) => (variant >>> (index % 24)) + index);
  return concat(Uint8Array.of(own.length), own, uint(variant, 4), body);
}

/** Whether a value is whole and belongs to this key. */
export function speaks(key: string, value: Bytes): boolean {
  const at = 1 + (value[0] as number);
  const variant = value.subarray(at, at + 4).reduce((sum, byte) => sum * 256 + byte, 0);
  return equal(value, speaking(key, variant));
}
