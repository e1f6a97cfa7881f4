import {
  applicationLayerProtocolNegotiation,
  type ExtensionList,
  ecPointFormats,
  extendedMainSecret,
  hasExtension,
  protocolName,
  readExtension,
  renegotiationInfo,
  type ServerHello,
  sessionTicket,
  statusRequest,
  supportedGroups,
} from '@tlsmith/codec';
import { append } from '@tlsmith/key-schedule';
import {
  type Bytes,
  type CipherSuite12,
  type ClientSession12,
  equal,
  violation,
  violations,
} from '@tlsmith/types';
import { go, type In, type Landing, type Offer } from '../client/states.ts';
import { answeredExtensions, chosenProtocol } from '../client/answered.ts';
import { disclose } from '../effect.ts';
import type { MessageEvent } from '../event.ts';
import { copyOfMaster, keysFrom } from '../keys12.ts';
import { asked, noResults, recorded } from '../modules.ts';
import type { Negotiated } from '../negotiated.ts';
import { type ClientPolicy, suites12, suites13 } from '../policy.ts';

type Landings =
  | 'client12/wait-certificate'
  | 'client12/wait-new-session-ticket'
  | 'client12/wait-change-cipher-spec';

/** ServerHello of TLS 1.2: a full handshake, or the session we offered (RFC 5246 §7.4.1.3). */
export function* onServerHello12(
  state: In<'client/wait-server-hello'>,
  event: MessageEvent<'server_hello', ServerHello>,
  policy: ClientPolicy,
): Landing<Landings> {
  const { offer } = state;
  const hello = event.body;
  const suite = chosenSuite(hello, policy);
  const extensions = pointsAgreed(
    answeredExtensions(tolerated(hello.extensions), 'tls12_server_hello', offer.extensions, policy),
  );
  const extendedMasterSecret = secured(extensions, policy);
  const resumed = resumedSession(hello, suite, offer, extendedMasterSecret);
  const facts = {
    hellos: { suite, clientRandom: offer.random, serverRandom: hello.random, extendedMasterSecret },
    sessionId: hello.legacySessionIdEcho,
    ticketPromised: hasExtension(extensions, sessionTicket),
    modules: recorded(asked(offer.modules), 'tls12_server_hello', extensions),
    log: append(state.log, 'server_hello', event.raw),
    negotiated: negotiated(suite, extensions, { policy, resumed, extendedMasterSecret }),
  };
  if (resumed === undefined) {
    const statusPromised = hasExtension(extensions, statusRequest);
    return go('client12/wait-certificate', { ...facts, statusPromised });
  }
  const keys = yield* keysFrom(facts.hellos, copyOfMaster(resumed.master));
  const keyed = { ...facts, keys, resumed, ticket: undefined };
  const disclosed = disclose('CLIENT_RANDOM', offer.random, resumed.master);
  return facts.ticketPromised
    ? go('client12/wait-new-session-ticket', keyed, disclosed)
    : go('client12/wait-change-cipher-spec', keyed, disclosed);
}

function chosenSuite(hello: ServerHello, policy: ClientPolicy): CipherSuite12 {
  if (hello.legacyCompressionMethod !== 0) throw violation(violations.compressionChosen);
  const suite = suites12(policy).find(({ code }) => code === hello.cipherSuite);
  if (suite === undefined) {
    const newer = suites13(policy).some(({ code }) => code === hello.cipherSuite);
    const row = newer ? violations.cipherSuiteOfOtherVersion : violations.unofferedCipherSuite;
    throw violation(row, { cipherSuite: hello.cipherSuite });
  }
  return suite;
}

/** Deployed servers list their groups although only a client does in TLS 1.2 (RFC 8422 §4): passed over. */
const tolerated = (extensions: ExtensionList | undefined): ExtensionList | undefined =>
  extensions?.filter(({ type }) => type !== supportedGroups.type);

/** Uncompressed points are the one format there is: the list must have it, or not be there (RFC 8422 §5.2). */
function pointsAgreed(extensions: ExtensionList): ExtensionList {
  const formats = readExtension(extensions, ecPointFormats, 'tls12_server_hello');
  if (formats !== undefined && !formats.includes(0)) throw violation(violations.noUncompressedPoints);
  return extensions;
}

/** RFC 5746 §3.4: the indication must be there, and empty; RFC 7627 §5.2: the extended master secret as policy wants. */
function secured(extensions: ExtensionList, policy: ClientPolicy): boolean {
  const indication: Bytes | undefined = readExtension(extensions, renegotiationInfo, 'tls12_server_hello');
  if (indication === undefined) throw violation(violations.missingServerRenegotiationInfo);
  if (indication.length > 0) throw violation(violations.renegotiationInfoMismatch);
  const extended = readExtension(extensions, extendedMainSecret, 'tls12_server_hello') === true;
  if (!extended && policy.extendedMasterSecret === 'require')
    throw violation(violations.missingExtendedMasterSecret);
  return extended;
}

/** The offered session, which an echoed session ID resumes (RFC 5246 §7.4.1.3, RFC 5077 §3.4). */
function resumedSession(
  hello: ServerHello,
  suite: CipherSuite12,
  { session, sessionId }: Offer,
  extended: boolean,
): ClientSession12 | undefined {
  if (sessionId.length === 0 || !equal(hello.legacySessionIdEcho, sessionId)) return undefined;
  if (session?.version !== 'tls12') throw violation(violations.resumedUnofferedSession);
  if (session.cipherSuite !== suite.code)
    throw violation(violations.resumedWithOtherSuite, { suite: suite.name });
  if (session.extendedMasterSecret !== extended) throw violation(violations.extendedMasterSecretDropped);
  return session;
}

function negotiated(
  suite: CipherSuite12,
  extensions: ExtensionList,
  known: {
    readonly policy: ClientPolicy;
    readonly resumed: ClientSession12 | undefined;
    readonly extendedMasterSecret: boolean;
  },
): Negotiated {
  const { policy, resumed, extendedMasterSecret } = known;
  const name = readExtension(extensions, applicationLayerProtocolNegotiation, 'tls12_server_hello');
  return {
    version: 'tls12',
    suite,
    group: undefined,
    peerScheme: undefined,
    alpn: chosenProtocol(name === undefined ? undefined : protocolName.of(name), policy),
    serverName: policy.serverName,
    resumed: resumed !== undefined,
    retried: false,
    peerChain: resumed?.peerChain ?? [],
    peer: undefined,
    extendedMasterSecret,
    extensions: noResults,
  };
}
