import { violation, violations } from '@tlsmith/types';
import type { Effect } from './effect.ts';

// A peer that insists wastes our time.
const patience = 3;

/**
 * Renegotiation is refused by a warning, a few times (RFC 5246 §7.2.2 no_renegotiation, RFC 5746 §5).
 *
 * @throws {TlsViolation} `renegotiation` when the peer does not stop asking.
 */
export function refuseRenegotiation(refusals: number): {
  readonly refusals: number;
  readonly warning: Effect;
} {
  if (refusals >= patience) throw violation(violations.renegotiation, { refusals });
  return {
    refusals: refusals + 1,
    warning: { effect: 'alert', level: 'warning', description: 'no_renegotiation' },
  };
}
