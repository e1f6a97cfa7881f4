import { goClasses } from './classes-go.ts';
import { opensslClasses } from './classes-openssl.ts';
import type { DisagreementClass } from './disagreement-class.ts';

/** All classes that a whole run shows; a disagreement outside of them fails it. */
export const disagreementClasses: readonly DisagreementClass[] = [...opensslClasses, ...goClasses];
