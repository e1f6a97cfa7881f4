import { clientMachine, serverMachine } from '@tlsmith/handshake';
import {
  type Bytes,
  isCertificateRejected,
  isConnectionFailed,
  isPeerAlert,
  isTlsViolation,
  type Role,
} from '@tlsmith/types';
import type { Item } from './items.ts';
import type { Played } from './play.ts';

/** What became of an end: the class of its error, with the code of the failure; `closed` without one. */
export type Outcome =
  | 'TlsViolation'
  | 'CertificateRejected'
  | 'PeerAlert'
  | 'ConnectionFailed truncated'
  | 'closed in order';

/** What a run of bad inputs has come to. */
export class Tally {
  readonly outcomes = new Map<Outcome, number>();
  /** Rows that were raised, and how often. */
  readonly rows = new Map<string, number>();
  /** States in which the victim was when a bad input came, and how often. */
  readonly states = new Map<string, number>();

  /** @throws {Error} when an end did anything but end once, in a way that it may end in. */
  count(played: Played): void {
    more(this.states, played.at);
    for (const role of ['client', 'server'] as const) {
      const error = endOf(played, role);
      more(this.outcomes, outcomeOf(error) ?? wrong(played, `the ${role} failed with ${traced(error)}`));
      if (isTlsViolation(error)) more(this.rows, error.code);
    }
    checkDelivered(played);
    checkAlert(played);
  }

  /** States of both machines in which no bad input came. A client starts by itself, before there is any input. */
  get uncovered(): readonly string[] {
    const all = [...Object.keys(clientMachine), ...Object.keys(serverMachine)];
    return all.filter((state) => state !== 'client/start' && !this.states.has(state));
  }
}

/** The error of an end, which has to have ended once and for all. */
function endOf(played: Played, role: Role): Error | undefined {
  const events = played.wire.seen[role];
  const last = events.at(-1);
  const ends = events.filter(({ event }) => event === 'failed' || event === 'closed').length;
  if (last === undefined || ends !== 1) wrong(played, `the ${role} ended ${ends} times`);
  if (last?.event === 'failed') return last.error;
  if (last?.event !== 'closed') wrong(played, `the ${role} went on after its end: ${last?.event}`);
  return undefined;
}

const traced = (error: unknown): string =>
  error instanceof Error
    ? `${error.stack}${error.cause === undefined ? '' : `\ncaused by ${traced(error.cause)}`}`
    : String(error);

/** The outcome that an error stands for; undefined for one that no input may lead to. */
export function outcomeOf(error: Error | undefined): Outcome | undefined {
  if (error === undefined) return 'closed in order';
  if (isTlsViolation(error)) return 'TlsViolation';
  if (isCertificateRejected(error)) return 'CertificateRejected';
  if (isPeerAlert(error)) return 'PeerAlert';
  if (isConnectionFailed(error) && error.code === 'truncated') return 'ConnectionFailed truncated';
  return undefined;
}

/** No byte of good data before the bad input is lost. */
function checkDelivered(played: Played): void {
  const { wire, victim, before } = played;
  const got = wire.data(victim);
  if (!before.every((byte, i) => got[i] === byte)) wrong(played, `of ${hex(before)} came ${hex(got)}`);
}

/** The peer of an end that refused something hears the alert of its row, unless it had failed itself by then. */
function checkAlert(played: Played): void {
  const { wire, victim } = played;
  const [error, heard] = [wire.failure(victim), wire.heard(victim === 'client' ? 'server' : 'client')];
  if (isTlsViolation(error) && heard !== undefined && heard !== error.alert) {
    wrong(played, `${error.code} was told as ${heard}`);
  }
}

function wrong(played: Played, what: string): never {
  const bad = played.bad.map((one) => describe(one)).join(', ');
  throw new Error(`${what}\n${played.scene}, ${played.victim} in ${played.at} after ${bad}`);
}

const describe = (one: Item): string =>
  'wire' in one ? `bytes ${hex(one.wire)}` : `${one.type} under ${one.under ?? 'keys'} ${hex(one.content)}`;

const hex = (bytes: Bytes): string => Buffer.from(bytes).toString('hex');

const more = <Key>(counts: Map<Key, number>, key: Key): void =>
  void counts.set(key, (counts.get(key) ?? 0) + 1);
