import { node } from '@tlsmith/crypto/node';
import type { Bytes, CryptoProvider } from '@tlsmith/types';
import type { ConnectionEvent, TlsEnd } from 'tlsmith';
import { expect, test } from 'vitest';
import { identityOf, type PairOptions, pair, roots, sessions } from './ends.ts';
import { type Random, randomOf } from './random.ts';
import { outcomeOf } from './tally.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Answers that somebody waits for. */
let awaited = 0;

async function later<T>(answer: T): Promise<Awaited<T>> {
  awaited++;
  await turn();
  awaited--;
  return await answer;
}

/** Answers a turn later, so that bytes arrive while answers are awaited. */
const slow: CryptoProvider = {
  ...node,
  name: 'slow',
  hash: (...facts) => later(node.hash(...facts)),
  hmac: (...facts) => later(node.hmac(...facts)),
  verify: (...facts) => later(node.verify(...facts)),
};

const options: PairOptions = {
  client: { provider: slow, identity: [identityOf('p256')] },
  server: { provider: slow, clientAuthentication: { require: { roots } }, sessions: sessions() },
};
const count = 60;

test(`${count} spoilt records that arrive while answers are pending end in one of the five errors`, async () => {
  const outcomes = new Map<string, number>();
  let during = 0;
  for (let input = 0; input < count; input++) {
    const random = randomOf(1, input);
    const version = random.pick(['tls13', 'tls12'] as const);
    const { client, server } = pair({ ...options, client: { ...options.client, versions: [version] } });
    const met = await meet(client, server, random);
    if (met.pending) during++;
    for (const events of [met.client, met.server]) {
      const last = events.at(-1);
      expect(events.filter(({ event }) => event === 'failed' || event === 'closed').length).toBe(1);
      const error = last?.event === 'failed' ? last.error : undefined;
      const outcome = outcomeOf(error);
      expect(outcome, error?.stack).toBeDefined();
      outcomes.set(outcome as string, (outcomes.get(outcome as string) ?? 0) + 1);
    }
  }
  console.log(`${JSON.stringify(Object.fromEntries(outcomes))}, ${during} while an answer was pending`);
  expect(during).toBeGreaterThan(5);
  expect(outcomes.get('TlsViolation')).toBeGreaterThan(count / 4);
}, 120_000);

/** Carries bytes both ways as they come, one of them spoilt, until nothing moves; then the transport ends. */
async function meet(client: TlsEnd, server: TlsEnd, random: Random) {
  const seen: Record<'client' | 'server', ConnectionEvent[]> = { client: [], server: [] };
  const moment = random.draw(14);
  let passed = 0;
  let pending = false;
  const carry = (from: TlsEnd, to: TlsEnd): boolean => {
    const output = from.takeOutput();
    for (const bytes of output) {
      // Cut in two, so that the second half comes while the first is being dealt with.
      const half = random.draw(bytes.length);
      for (const piece of [bytes.subarray(0, half), bytes.subarray(half)]) {
        const isBad = passed++ === moment;
        to.receive(isBad ? changed(piece, random) : piece);
        if (isBad) pending = awaited > 0;
      }
    }
    return output.length > 0;
  };
  const collect = (): void => {
    seen.client.push(...client.events());
    seen.server.push(...server.events());
  };
  for (let idle = 0; idle < 30; ) {
    idle = [carry(client, server), carry(server, client)].includes(true) ? 0 : idle + 1;
    collect();
    await turn();
  }
  client.end();
  server.end();
  for (let i = 0; i < 30; i++) await turn();
  collect();
  return { ...seen, pending };
}

function changed(bytes: Bytes, { draw }: Random): Bytes {
  const copy = bytes.slice();
  if (copy.length > 0) copy[draw(copy.length)] = draw(256);
  return copy;
}
