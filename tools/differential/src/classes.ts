import { goClasses } from './classes-go.ts';
import { opensslAccepts } from './classes-openssl-accepts.ts';
import { opensslRefuses } from './classes-openssl-refuses.ts';
import type { DisagreementClass } from './disagreement-class.ts';

/** All classes that a whole run shows; a disagreement outside of them fails it. */
export const disagreementClasses: readonly DisagreementClass[] = [
  ...opensslAccepts,
  ...opensslRefuses,
  ...goClasses,
];
