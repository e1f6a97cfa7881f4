import { type Chain, chainOf, type Verdict } from './chain.ts';
import { disagreementClasses } from './classes.ts';
import type { DisagreementClass } from './disagreement-class.ts';
import { ours } from './ours.ts';
import type { Peer, PeerName } from './peers.ts';

/** One of us accepts a chain and a peer refuses it, or the other way round. */
export interface Disagreement {
  readonly chain: Chain;
  readonly peer: PeerName;
  readonly ours: Verdict;
  readonly theirs: Verdict;
  /** What explains it; undefined where nothing does. */
  readonly explained: DisagreementClass | undefined;
}

/** What came of a run. */
export interface Comparison {
  readonly chains: number;
  readonly accepted: Readonly<Record<string, number>>;
  readonly disagreements: readonly Disagreement[];
  /** Chains without a mutation that we refuse: nobody may. */
  readonly refusedValid: readonly Chain[];
}

const batch = 400;

/** Judges the chains of `count` seeds from `from` on, by ourselves and by every peer. */
export async function compare(peers: readonly Peer[], from: number, count: number): Promise<Comparison> {
  const disagreements: Disagreement[] = [];
  const refusedValid: Chain[] = [];
  const accepted: Record<string, number> = { ours: 0 };
  for (let start = from; start < from + count; start += batch) {
    const length = Math.min(batch, from + count - start);
    const chains = Array.from({ length }, (_, index) => chainOf(start + index));
    const waiting = peers.map((peer) => peer.judge(chains));
    const own = chains.map(ours);
    accepted['ours'] = (accepted['ours'] ?? 0) + own.filter((verdict) => verdict.accepted).length;
    refusedValid.push(...chains.filter((chain, at) => chain.mutations.length === 0 && !own[at]?.accepted));
    for (const [index, verdicts] of (await Promise.all(waiting)).entries()) {
      const { name } = peers[index] as Peer;
      if (verdicts.length !== length)
        throw new TypeError(`${name}: ${verdicts.length} verdicts on ${length} chains`);
      accepted[name] = (accepted[name] ?? 0) + verdicts.filter((verdict) => verdict.accepted).length;
      disagreements.push(...disagreeing(name, chains, own, verdicts));
    }
  }
  return { chains: count, accepted, disagreements, refusedValid };
}

function disagreeing(
  peer: PeerName,
  chains: readonly Chain[],
  own: readonly Verdict[],
  verdicts: readonly Verdict[],
): readonly Disagreement[] {
  return chains.flatMap((chain, at) => {
    const [mine, theirs] = [own[at] as Verdict, verdicts[at] as Verdict];
    if (mine.accepted === theirs.accepted) return [];
    const of = { chain, peer, ours: mine, theirs };
    return [{ ...of, explained: disagreementClasses.find((one) => explains(one, of)) }];
  });
}

/** The same mutation, the same side refuses, and for the reason that the class names. */
function explains(
  of: DisagreementClass,
  { chain, peer, ours: own, theirs }: Omit<Disagreement, 'explained'>,
): boolean {
  const refusing = of.refusedBy === 'ours' ? own : theirs;
  return (
    of.peer === peer &&
    !refusing.accepted &&
    of.mutations.some((name) => chain.mutations.includes(name)) &&
    of.reason.test(refusing.reason)
  );
}
