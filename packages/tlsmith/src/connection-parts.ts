import type { AnyState, Ask, Machine } from '@tlsmith/handshake';
import type { PaddingPolicy } from '@tlsmith/record';
import type { Answer, Role } from '@tlsmith/types';
import type { EffectHost } from './effects.ts';
import type { ConnectionLimits } from './limits.ts';
import type { Tracer } from './trace.ts';

/** What a connection is made of; `Client` and `Server` put it together from checked options. */
export interface ConnectionParts {
  readonly role: Role;
  readonly machine: Machine<AnyState, unknown>;
  readonly policy: unknown;
  readonly start: AnyState;
  readonly answer: Answer<Ask>;
  readonly host: EffectHost;
  readonly limits: ConnectionLimits;
  readonly tracer: Tracer | undefined;
  readonly halfClose: 'close-both' | 'allow-half-open';
  readonly padding: PaddingPolicy | undefined;
}
