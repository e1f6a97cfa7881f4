import type { Remembered, ResumptionDecision } from '@tlsmith/handshake';
import { keyLogLine } from '@tlsmith/key-schedule';
import { TlsMisuse } from '@tlsmith/types';
import type { EffectHost } from './effects.ts';
import { aeadOf, type CommonOptions } from './options.ts';
import type { Tracer } from './trace.ts';

/** What effects need of a connection's options. */
export function effectHost(
  options: CommonOptions,
  tracer: Tracer | undefined,
  remember: (remembered: Remembered) => void,
  decided: (decision: ResumptionDecision) => void = () => undefined,
): EffectHost {
  const { provider, keyLog } = options;
  return {
    aead: (suite) => {
      const found = aeadOf(suite, provider);
      if (found === undefined)
        throw new TlsMisuse('suite-not-supported', `${provider.name} cannot do ${suite.name}`);
      return found;
    },
    disclose: (label, clientRandom, secret) => {
      keyLog?.(keyLogLine(label, clientRandom, secret));
      tracer?.secret?.(label, clientRandom, secret);
    },
    remember,
    decided,
    tracer,
  };
}
