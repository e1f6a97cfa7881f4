import { type Bytes, concat, type Role } from '@tlsmith/types';
import { header } from './keys.ts';
import type { Item } from './items.ts';
import type { Random } from './random.ts';
import type { HostileWire } from './wire.ts';

/** Something bad that is made of what was due: on the wire, or sealed under the keys of the moment. */
export function spoilt(wire: HostileWire, from: Role, due: Item, random: Random): readonly Item[] {
  if ('wire' in due) return [due];
  const content = random.pick(spoilers)(due.content, random);
  switch (random.draw(8)) {
    case 0:
      return [{ wire: random.pick(spoilers)(wire.sealed(from, due), random) }];
    case 1:
      return [{ wire: concat(header(20 + random.draw(5), random.draw(80)), random.noise(100)) }];
    case 2:
      return [{ ...due, type: 20 + random.draw(5), content }];
    case 3:
      return [{ ...due, content, under: random.pick(['keys', 'none'] as const) }];
    case 4:
      return inPieces(wire.sealed(from, { ...due, content }), random);
    case 5:
      return Array.from({ length: 1 + random.draw(40) }, () => ({ ...due, content }));
    default:
      return [{ ...due, content }];
  }
}

/** In place of what was due, before it, or after it. */
export const around = (due: Item, bad: readonly Item[], random: Random): readonly Item[] =>
  random.pick([bad, bad, [...bad, due], [due, ...bad]]);

type Spoiler = (content: Bytes, random: Random) => Bytes;

const spoilers: readonly Spoiler[] = [
  (content, { draw }) => changed(content, 1, draw),
  (content, { draw }) => changed(content, 1 + draw(4), draw),
  (content, { draw }) => content.slice(0, draw(content.length)),
  (content, { noise }) => concat(content, noise(40)),
  (content, { draw, noise }) =>
    concat(content.subarray(0, draw(content.length)), noise(20), content.subarray(draw(content.length))),
  (content) => concat(content, content),
  (_content, { noise }) => noise(300),
  // A message whose length is right, so that its inside is read.
  (content, { draw }) => reframed(content.map((byte, i) => (i > 3 && draw(60) === 0 ? draw(256) : byte))),
  (content, { draw, noise }) =>
    reframed(concat(content.subarray(0, 4 + draw(Math.max(1, content.length - 4))), noise(8))),
  (content, { draw }) => reframed(withEdge(content, draw)),
];

function changed(content: Bytes, count: number, draw: Random['draw']): Bytes {
  const copy = content.slice();
  for (let i = 0; i < count && copy.length > 0; i++) copy[draw(copy.length)] = draw(256);
  return copy;
}

/** A byte, or two of them, that stand for the least or the most: lengths and numbers like that lead to the edges. */
function withEdge(content: Bytes, draw: Random['draw']): Bytes {
  const copy = content.slice();
  const at = 4 + draw(Math.max(1, copy.length - 4));
  copy.fill(draw(2) * 255, at, at + 1 + draw(2));
  return copy;
}

/** The length of a handshake message made to fit what follows. */
function reframed(message: Bytes): Bytes {
  const length = Math.max(0, message.length - 4);
  return concat(
    Uint8Array.of(message[0] ?? 0, length >> 16, (length >> 8) & 0xff, length & 0xff),
    message.subarray(4),
  );
}

function inPieces(record: Bytes, { draw }: Random): readonly Item[] {
  const pieces: Item[] = [];
  for (let at = 0; at < record.length; ) {
    const next = Math.min(record.length, at + 1 + draw(record.length));
    pieces.push({ wire: record.slice(at, next) });
    at = next;
  }
  return pieces;
}
