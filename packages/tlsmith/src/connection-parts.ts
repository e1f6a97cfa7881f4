import type { AnyState, Ask, Machine } from '@tlsmith/handshake';
import type { PaddingPolicy } from '@tlsmith/record';
import type { Answer, Role } from '@tlsmith/types';
import type { EffectHost } from './effects.ts';
import type { ConnectionEvent } from './events.ts';
import type { ConnectionLimits } from './limits.ts';
import type { HalfClose } from './options.ts';
import type { Tracer } from './trace.ts';

/** What a connection is made of; `Client` and `Server` put it together from checked options. */
export interface ConnectionParts {
  readonly role: Role;
  readonly machine: Machine<AnyState, unknown>;
  readonly policy: unknown;
  readonly start: AnyState;
  readonly answer: Answer<Ask>;
  /** Where news go; its maker may add its own. */
  readonly events: ConnectionEvent[];
  readonly host: EffectHost;
  readonly limits: ConnectionLimits;
  readonly tracer: Tracer | undefined;
  readonly halfClose: HalfClose;
  readonly padding: PaddingPolicy | undefined;
}
