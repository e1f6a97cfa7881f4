import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { chainOf, mutationNames } from './chain.ts';
import { disagreementClasses } from './classes.ts';
import { compare } from './compare.ts';
import { documentUrl, renderDocument } from './document.ts';
import { ours } from './ours.ts';
import { findPeers } from './peers.ts';

const { peers, leftOut } = findPeers();
for (const line of leftOut) console.log(line);
afterAll(() => {
  for (const peer of peers) peer.close();
});

test(`two thousand chains: no disagreement with ${peers.map(({ name }) => name).join(' and ') || 'nobody'} without its class`, async () => {
  const { chains, accepted, disagreements, refusedValid } = await compare(peers, 0, 2000);
  console.log(`${chains} chains; accepted by`, accepted, `${disagreements.length} disagreements`);
  const unexplained = disagreements.filter(({ explained }) => explained === undefined);
  expect(
    unexplained.map(({ chain, peer, ours: own, theirs }) => [chain.seed, chain.mutations, peer, own, theirs]),
  ).toEqual([]);
  expect(refusedValid).toEqual([]);
  // Neither all nor none: both would show that the chains are not what they are meant to be.
  expect(accepted['ours']).toBeGreaterThan(chains / 5);
  expect(accepted['ours']).toBeLessThan((chains * 4) / 5);
}, 240_000);

test('the example of every class shows it', async () => {
  for (const peer of peers) {
    for (const of of disagreementClasses.filter((one) => one.peer === peer.name)) {
      const { disagreements } = await compare([peer], of.seed, 1);
      expect(
        disagreements.map(({ explained }) => explained?.name),
        of.name,
      ).toEqual([of.name]);
    }
  }
}, 60_000);

test('a seed fixes mutations, name and number of certificates', () => {
  for (const seed of [0, 1000, 54_321]) {
    const [one, other] = [chainOf(seed), chainOf(seed)];
    expect(one.mutations).toEqual(other.mutations);
    expect([one.name, one.others.length]).toEqual([other.name, other.others.length]);
  }
});

test('the first seeds go through all mutations, then comes a valid chain', () => {
  const valid = chainOf(mutationNames.length);
  expect(valid.mutations).toEqual([]);
  expect(ours(valid)).toEqual({ accepted: true, reason: '' });
  expect(ours(chainOf(mutationNames.indexOf('leaf expired'))).reason).toBe('expired');
});

test('every class names mutations that exist', () => {
  for (const { mutations } of disagreementClasses) {
    expect(mutations.filter((name) => !mutationNames.includes(name))).toEqual([]);
  }
});

test('docs/x509-differential.md is current', () => {
  expect(readFileSync(documentUrl, 'utf8')).toBe(renderDocument());
});
