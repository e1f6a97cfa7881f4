import type { Bytes } from '@tlsmith/types';

/**
 * Bytes for a moment, zeros at first, cut from a piece that many share: an array of its own costs several times as much
 * from 65 bytes on. No byte is handed out twice. Who keeps them keeps the whole piece.
 */
export function momentary(length: number): Bytes {
  if (length > pieceLength / 8) return new Uint8Array(length);
  if (at + length > pieceLength) {
    piece = new Uint8Array(pieceLength);
    at = 0;
  }
  at += length;
  return piece.subarray(at - length, at);
}

const pieceLength = 16_384;
let piece: Bytes = new Uint8Array(pieceLength);
let at = 0;
