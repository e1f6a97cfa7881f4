import { type Bytes, noBytes, type Role } from '@tlsmith/types';
import type { Item } from './items.ts';
import type { Random } from './random.ts';
import { perform, type Scene } from './scenes.ts';
import { around, spoilt } from './spoil.ts';
import { HostileWire } from './wire.ts';

/** One bad input, and the connection that it was fed to. */
export interface Played {
  readonly wire: HostileWire;
  readonly scene: string;
  readonly victim: Role;
  /** The victim's state when the input came. */
  readonly at: string;
  readonly bad: readonly Item[];
  /** Application data that the victim was sent before, and has to have been given. */
  readonly before: Bytes;
}

/**
 * One bad input at one moment of one scene: in place of what was due, before it or after it. What follows is carried as
 * if nothing had happened, and then the transport ends.
 */
export function play(scenes: readonly Scene[], random: Random): Played {
  const scene = random.pick(scenes);
  const wire = new HostileWire(scene.options);
  const moment = random.draw(scene.sent.length + 3);
  const input = moment < scene.sent.length ? onTheWay(wire, moment, random) : afterwards(wire, random);
  wire.carry();
  for (const role of ['client', 'server'] as const) wire.end(role).end();
  wire.collect();
  return { ...input, wire, scene: scene.name };
}

type Input = Omit<Played, 'wire' | 'scene'>;

/** Meddles with the item of this number. */
function onTheWay(wire: HostileWire, moment: number, random: Random): Input {
  let seen = 0;
  let input: Input | undefined;
  wire.instead = (from, due) => {
    if (seen++ !== moment) return [due];
    const bad = spoilt(wire, from, due, random);
    input = { ...facing(wire, from), bad, before: noBytes };
    return around(due, bad, random);
  };
  perform(wire);
  if (input === undefined) throw new Error(`item ${moment} never came`);
  return input;
}

/** Lets the connection stand, and then sends good data and something bad behind it. */
function afterwards(wire: HostileWire, random: Random): Input {
  wire.carry();
  const from = random.pick(['client', 'server'] as const);
  const before = random.noise(40);
  wire.inject(from, { type: 23, content: before });
  const model: Item = { type: random.pick([20, 21, 22, 23]), content: random.noise(60) };
  const bad = spoilt(wire, from, model, random);
  const input = { ...facing(wire, from), bad, before };
  wire.inject(from, ...bad);
  return input;
}

const facing = (wire: HostileWire, from: Role): { readonly victim: Role; readonly at: string } => {
  const victim = from === 'client' ? 'server' : 'client';
  return { victim, at: wire.end(victim).at };
};
