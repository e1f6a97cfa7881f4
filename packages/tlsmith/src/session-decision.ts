import type { ResumptionDecision } from '@tlsmith/handshake';
import type { MissReason } from '@tlsmith/session-cache';

/** What a server decided about resumption, with the cache's own reason where nothing was found. */
export type SessionDecision = ResumptionDecision & {
  /** Why the last of the offered sessions was not found; with the reason `not-found` only. */
  readonly missed?: MissReason;
};

/** Puts together what cache and handshake say about one connection. */
export function decisionTeller(told: ((decision: SessionDecision) => void) | undefined): {
  readonly missed: (reason: MissReason) => void;
  readonly decided: (decision: ResumptionDecision) => void;
} {
  let missed: MissReason | undefined;
  return {
    missed: (reason) => {
      missed = reason;
    },
    decided: (decision) => {
      if (decision.outcome === 'resumed') return told?.({ outcome: 'resumed', by: decision.by });
      const { reason } = decision;
      const because = reason === 'not-found' && missed !== undefined ? { missed } : {};
      return told?.({ outcome: 'full', reason, ...because });
    },
  };
}
