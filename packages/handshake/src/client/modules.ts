import type { ExtensionList } from '@tlsmith/codec';
import type { Bytes } from '@tlsmith/types';
import type { AnswerMessage, ModuleFacts } from '../module.ts';
import { bodyIn, type Exchanged, type Modular, moduleFor, spoken } from '../modules.ts';
import type { Negotiated } from '../negotiated.ts';

/** What was agreed on, with what a client's modules make of the server's answers. */
export function accepted(
  exchanges: readonly Exchanged[],
  { extensions = [] }: Modular,
  negotiated: Negotiated,
): Negotiated {
  if (exchanges.length === 0) return negotiated;
  const results: Record<number, unknown> = {};
  for (const { type, asked: offer, answers } of exchanges) {
    const module = moduleFor(type, extensions);
    if (module?.client === undefined) continue;
    const offered = bodyIn(module, 'client_hello', offer);
    const messages = Object.entries(answers) as [AnswerMessage, Bytes][];
    const read = messages.map(([message, body]) => [message, bodyIn(module, message, body)]);
    const result =
      read.length === 0
        ? module.client.ifMissing?.(offered, negotiated)
        : module.client.accept(Object.fromEntries(read) as object, offered, negotiated);
    if (result !== undefined) results[type] = result;
  }
  return { ...negotiated, extensions: Object.freeze(results) };
}

/** What a client's modules say in its certificate to what CertificateRequest asks. */
export function certifying(policy: Modular, requested: ExtensionList, facts: ModuleFacts): ExtensionList {
  return spoken(policy, 'certificate', (module) => {
    const raw = requested.find(({ type }) => type === module.extension.type);
    if (raw === undefined) return undefined;
    return module.client?.certify?.(bodyIn(module, 'certificate_request', raw.body), facts);
  });
}
