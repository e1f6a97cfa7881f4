import type { Extension, ExtensionList } from '@tlsmith/codec';
import type { Version } from '@tlsmith/types';
import type { AnswerMessage, AnyBodies, ExtensionModule, ModuleAnswers, ModuleFacts } from '../module.ts';
import {
  bodyIn,
  type Exchanged,
  type ExtensionResults,
  type Modular,
  moduleFor,
  noResults,
  rawOf,
} from '../modules.ts';
import type { Negotiated } from '../negotiated.ts';

/** What a server's modules say and make of an offer. */
export interface Answered {
  readonly results: ExtensionResults;
  /** The extensions of each message. */
  in(message: AnswerMessage): ExtensionList;
}

/** Asks a server's modules for their answers to a ClientHello. */
export function answered(
  { extensions = [] }: Modular,
  offer: ExtensionList | undefined,
  facts: ModuleFacts,
): Answered {
  if (extensions.length === 0) return silent;
  const results: Record<number, unknown> = {};
  const said: (readonly [ExtensionModule, ModuleAnswers<AnyBodies>])[] = [];
  for (const module of extensions) {
    const { server, extension } = module;
    if (server === undefined) continue;
    const raw = offer?.find(({ type }) => type === extension.type);
    const answer =
      raw === undefined || !answerable(extension, facts.version)
        ? { result: server.ifMissing?.(facts) }
        : server.answer(bodyIn(module, 'client_hello', raw.body), facts);
    if (answer.result !== undefined) results[extension.type] = answer.result;
    said.push([module, answer]);
  }
  return {
    results: Object.freeze(results),
    in: (message) => said.flatMap(([module, answers]) => rawOf(module, message, answers[message])),
  };
}

/** Results with what a server's modules make of the client's certificate, where they had asked. */
export function certified(
  exchanges: readonly Exchanged[],
  { extensions = [] }: Modular,
  negotiated: Negotiated,
): Negotiated {
  if (exchanges.length === 0) return negotiated;
  const results: Record<number, unknown> = { ...negotiated.extensions };
  for (const { type, asked: request, answers } of exchanges) {
    const module = moduleFor(type, extensions);
    if (module?.server?.accept === undefined) continue;
    const { certificate } = answers;
    const shown = certificate === undefined ? undefined : bodyIn(module, 'certificate', certificate);
    const requested = bodyIn(module, 'certificate_request', request);
    const facts = { ...negotiated, result: results[type] };
    results[type] = module.server.accept(shown as never, requested, facts);
  }
  return { ...negotiated, extensions: Object.freeze(results) };
}

/** Whether the version has a message for an answer; what needs none is at home in both. */
function answerable({ in: schemas }: Extension, version: Version): boolean {
  const answers = Object.keys(schemas).filter(
    (message) => places.tls13.includes(message) || places.tls12.includes(message),
  );
  return answers.length === 0 || answers.some((message) => places[version].includes(message));
}

const places: Readonly<Record<Version, readonly string[]>> = {
  tls13: ['server_hello', 'encrypted_extensions', 'certificate'],
  tls12: ['tls12_server_hello'],
};

const silent: Answered = { results: noResults, in: () => [] };
