import type { ClientHello } from '@tlsmith/codec';
import { append } from '@tlsmith/key-schedule';
import { type Bytes, equal, noBytes, violation, violations } from '@tlsmith/types';
import type { Work } from '../ask.ts';
import type { MessageEvent } from '../event.ts';
import type { ServerPolicy } from '../policy.ts';
import { type ClientOffer, readOffer } from '../server/offer.ts';
import type { In, Landing } from '../server/states.ts';
import { flight } from './flight.ts';
import { retry, sameHello } from './hello-retry.ts';
import { type Candidates, narrow } from './narrow.ts';
import { type HelloBytes, resume } from './resume.ts';
import { type Selection, settle } from './settle.ts';

type Landings = 'server13/wait-certificate' | 'server13/wait-finished';

/** The first ClientHello: answered by our flight, or by HelloRetryRequest when the share is in no common group. */
export function* onClientHello13(
  offer: ClientOffer,
  raw: Bytes,
  policy: ServerPolicy,
): Landing<Landings | 'server13/wait-second-client-hello'> {
  const candidates = narrow(offer, policy);
  if (candidates.share === undefined) return yield* retry(offer, candidates, raw, policy);
  const selection = yield* select(offer, candidates, { raw, log: [] }, policy);
  return yield* flight(selection, policy);
}

/** The second ClientHello: the first one with what HelloRetryRequest asked for (RFC 9846 §4.2.2). */
export function* onSecondClientHello(
  state: In<'server13/wait-second-client-hello'>,
  event: MessageEvent<'client_hello', ClientHello>,
  policy: ServerPolicy,
): Landing<Landings> {
  const offer = readOffer(sameHello(state.first, event.body), policy);
  if (!equal(state.cookie ?? noBytes, offer.cookie ?? noBytes)) {
    throw violation(violations.secondHelloChanged, { field: 'cookie' });
  }
  if (offer.shares === undefined) throw violation(violations.missingKeyShareFromClient);
  const [share, ...others] = offer.shares;
  if (share?.group !== state.group.code || others.length > 0) {
    throw violation(violations.secondHelloWrongShare, { wanted: state.group.name });
  }
  // The suite was promised in HelloRetryRequest: a PSK of another hash cannot change it (RFC 9846 §4.2.4).
  const candidates = { ...narrow(offer, policy), suites: [state.suite] };
  const selection = yield* select(offer, candidates, { raw: event.raw, log: state.log }, policy);
  return yield* flight({ ...selection, retried: true }, policy);
}

function* select(
  offer: ClientOffer,
  candidates: Candidates,
  hello: HelloBytes,
  policy: ServerPolicy,
): Work<Selection> {
  const resumed = yield* resume(offer, candidates, hello, policy);
  const log = append(hello.log, 'client_hello', hello.raw);
  return yield* settle(offer, candidates, { resumed, log }, policy);
}
