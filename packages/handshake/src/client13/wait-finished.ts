import { type Finished, message13 } from '@tlsmith/codec';
import {
  append,
  clientApplicationTrafficSecret,
  exporterSecret,
  finishedVerifyData13,
  mainSecret,
  resumptionSecret,
  serverApplicationTrafficSecret,
  type Transcript,
  transcriptHash,
} from '@tlsmith/key-schedule';
import { credential, type Work } from '../ask.ts';
import { type Authenticated, authentication13 } from '../authentication.ts';
import { suitable } from '../certificate-verify.ts';
import { go, type In, type Landing } from '../client/states.ts';
import { disclose, install, send, tolerateChangeCipherSpec } from '../effect.ts';
import type { MessageEvent } from '../event.ts';
import { checkFinished } from '../finished.ts';
import { accepted, certifying } from '../client/modules.ts';
import type { ClientPolicy } from '../policy.ts';

/** The server's Finished, answered by our last flight (RFC 9846 §4.5.3, §A.1). */
export function* onFinished(
  state: In<'client13/wait-finished'>,
  event: MessageEvent<'finished', Finished>,
  policy: ClientPolicy,
): Landing<'client13/connected'> {
  const { suite, clientRandom, handshake } = state;
  const expected = yield* finishedVerifyData13(
    suite.hash,
    state.serverTraffic,
    yield* transcriptHash(suite.hash, state.log),
  );
  const proof = checkFinished(expected, event.body.verifyData);
  const negotiated = accepted(state.modules, policy, state.negotiated);
  const log = append(state.log, 'server_finished', event.raw);
  const main = yield* mainSecret(handshake);
  const covered = yield* transcriptHash(suite.hash, log);
  const clientTraffic = yield* clientApplicationTrafficSecret(main, covered);
  const serverTraffic = yield* serverApplicationTrafficSecret(main, covered);
  const exporter = yield* exporterSecret(main, covered);
  const flight = yield* lastFlight(state, log, policy);
  const resumption = yield* resumptionSecret(main, yield* transcriptHash(suite.hash, flight.log));
  main.secret.wipe();
  return go(
    'client13/connected',
    {
      proof,
      suite,
      clientTraffic,
      serverTraffic,
      awaitsUpdate: false,
      exporter,
      resumption,
      negotiated,
      tickets: 0,
    },
    disclose('CLIENT_TRAFFIC_SECRET_0', clientRandom, clientTraffic),
    disclose('SERVER_TRAFFIC_SECRET_0', clientRandom, serverTraffic),
    disclose('EXPORTER_SECRET', clientRandom, exporter),
    install('read', 'application', { version: 'tls13', suite, secret: serverTraffic }),
    tolerateChangeCipherSpec(false),
    ...flight.messages.map(send),
    install('write', 'application', { version: 'tls13', suite, secret: clientTraffic }),
  );
}

/** Certificate and CertificateVerify where asked for, and Finished. */
function* lastFlight(
  state: In<'client13/wait-finished'>,
  log: Transcript,
  policy: ClientPolicy,
): Work<Authenticated> {
  const { suite } = state;
  const authenticated = yield* clientAuthentication(state, { suite, log, messages: [] }, policy);
  const verifyData = yield* finishedVerifyData13(
    suite.hash,
    state.clientTraffic,
    yield* transcriptHash(suite.hash, authenticated.log),
  );
  const finished = message13('finished', { verifyData });
  return {
    ...authenticated,
    messages: [...authenticated.messages, finished],
    log: append(authenticated.log, 'client_finished', finished.raw),
  };
}

function* clientAuthentication(
  { requested, negotiated }: In<'client13/wait-finished'>,
  flight: Authenticated,
  policy: ClientPolicy,
): Work<Authenticated> {
  if (requested === undefined) return flight;
  const accepted = policy.schemes.filter(({ code }) => requested.schemes.includes(code));
  const own = yield* credential({
    version: 'tls13',
    serverName: undefined,
    schemes: accepted,
    authentication: [],
    authorities: requested.authorities,
  });
  const wanted = {
    role: 'client' as const,
    context: requested.context,
    accepted: requested.schemes,
    extensions: certifying(policy, requested.modules, negotiated),
  };
  return yield* authentication13(suitable(own, requested.schemes, 'tls13'), wanted, flight);
}
