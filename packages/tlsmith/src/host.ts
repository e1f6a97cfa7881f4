import type { ResumptionDecision } from '@tlsmith/handshake';
import { keyLogLine } from '@tlsmith/key-schedule';
import { TlsMisuse } from '@tlsmith/types';
import type { EffectHost } from './effects.ts';
import type { ClientConfig, ServerConfig } from './options.ts';
import type { Tracer } from './trace.ts';

/** What effects need of a connection's configuration. */
export function effectHost(
  { options, provider }: ClientConfig | ServerConfig,
  tracer: Tracer | undefined,
  remember: EffectHost['remember'],
  decided: (decision: ResumptionDecision) => void = () => undefined,
): EffectHost {
  const { keyLog } = options;
  return {
    aead: (suite) => {
      const found = provider.aeads[suite.aead.name];
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
