import { Duplex } from 'node:stream';

/** Two ends of a connection in memory. */
export function duplexPair(): readonly [Duplex, Duplex] {
  const ends: Duplex[] = [];
  const make = (other: number): Duplex =>
    new Duplex({
      read: () => undefined,
      write: (chunk, _encoding, done) => {
        ends[other]?.push(chunk);
        done();
      },
      final: (done) => {
        ends[other]?.push(null);
        done();
      },
    });
  const [first, second] = [make(1), make(0)];
  ends.push(first, second);
  return [first, second];
}
