import { groups, schemes, suites, type CipherSuite, type SignatureScheme } from '@tlsmith/types';
import type { TestKeyType } from '@tlsmith/testkit/node';
import { clientName, serverName } from '../bench/pki.ts';
import { type Case, both, expectMeeting, expectTold, meet } from '../match.ts';

/** A full handshake under a certificate of this kind, closed by the client. */
const full = (name: string, keyType: TestKeyType): Case => ({
  name,
  versions: both,
  play: async (match) => {
    const meeting = await meet(match, { keyType });
    expectTold(meeting, 0, 'version', 'suite', 'resumed', 'peerName');
    expectMeeting(match, meeting, { client: { peerName: serverName }, server: { peerName: '' } });
  },
});

const closedByServer: Case = {
  name: 'closed-by-server',
  versions: both,
  play: async (match) => {
    const abrupt = match.version === '1.3' && match.pairing.leavesWithoutGoodbye === true;
    const server = abrupt ? { ending: 'truncated', error: 'truncated' } : {};
    expectMeeting(match, await meet(match, { talk: 'farewell' }), { server });
  },
};

const clientCertificate = (name: string, keyType: TestKeyType): Case => ({
  name,
  versions: both,
  play: async (match) => {
    const occasion = { client: { certificate: keyType }, server: { clientCertificates: 'require' } } as const;
    expectMeeting(match, await meet(match, occasion), { server: { peerName: clientName } });
  },
});

/** Of three protocols the server has the last only. */
const alpn: Case = {
  name: 'alpn',
  versions: both,
  play: async (match) => {
    const occasion = { client: { alpn: ['nothing', 'h2', 'http/1.1'] }, server: { alpn: ['http/1.1'] } };
    expectMeeting(match, await meet(match, occasion), { both: { alpn: 'http/1.1' } });
  },
};

/** The server wants another group than that of the client's only share. */
const retry = {
  client: { groups: [groups.x25519, groups.secp384r1] },
  server: { groups: [groups.secp384r1] },
};

const helloRetryRequest: Case = {
  name: 'hello-retry-request',
  versions: ['1.3'],
  play: async (match) => {
    expectMeeting(match, await meet(match, retry), { both: { group: 'secp384r1' }, ours: { retried: true } });
  },
};

/** The binder of the second hello covers the first one's hash (RFC 9846 §4.3.11.2). */
const retriedResumption: Case = {
  name: 'hello-retry-request-resumed',
  versions: ['1.3'],
  play: async (match) => {
    const meeting = await meet(match, { ...retry, client: { ...retry.client, visits: 2 } });
    const wanted = { both: { group: 'secp384r1' }, ours: { retried: true } };
    expectMeeting(match, meeting, wanted);
    expectMeeting(match, meeting, { ...wanted, both: { ...wanted.both, resumed: true } }, 1);
  },
};

/** HTTP/2 over our socket. curl 7.88 leaves such a connection without close_notify, and we say so. */
export const http2: Case = {
  name: 'http2',
  versions: both,
  play: async (match) => {
    const meeting = await meet(match, { client: { alpn: ['h2'] }, server: { alpn: ['h2'] } });
    const abrupt =
      meeting.server[0]?.ending === 'truncated' ? { ending: 'truncated', error: 'truncated' } : {};
    expectMeeting(match, meeting, { both: { alpn: 'h2' }, server: abrupt });
  },
};

/** The cases that every peer plays. */
export const handshakeCases: readonly Case[] = [
  full('full-ecdsa', 'p256'),
  full('full-rsa', 'rsa'),
  closedByServer,
  clientCertificate('client-certificate', 'p256'),
  clientCertificate('client-certificate-rsa', 'rsa'),
  alpn,
  helloRetryRequest,
  retriedResumption,
];

const suiteCase = (suite: CipherSuite): Case => ({
  name: `suite-${suite.name}`,
  versions: [suite.version === 'tls13' ? '1.3' : '1.2'],
  play: async (match) => {
    const keyType = suite.version === 'tls12' && suite.authentication === 'rsa' ? 'rsa' : 'p256';
    const side = { suites: [suite] };
    expectMeeting(match, await meet(match, { keyType, client: side, server: side }), {
      both: { suite: suite.name },
    });
  },
});

/** The RSA certificate has no curve that supported_groups would have to name (RFC 8422 §5.1). */
const groupCase = (group: (typeof groups)['x448']): Case => ({
  name: `group-${group.name}`,
  versions: both,
  play: async (match) => {
    const side = { groups: [group] };
    const meeting = await meet(match, { keyType: 'rsa', client: side, server: side });
    expectMeeting(match, meeting, { both: { group: group.name } });
  },
});

const schemeCase = (scheme: SignatureScheme): Case => ({
  name: `scheme-${scheme.name}`,
  versions: scheme.tls13.length === 0 ? ['1.2'] : both,
  play: async (match) => {
    const keyType = (scheme.tls13[0] ?? scheme.tls12[0]) as TestKeyType;
    const side = { schemes: [scheme] };
    const meeting = await meet(match, { keyType, client: side, server: side });
    expectMeeting(match, meeting, { client: { peerScheme: scheme.name } });
  },
});

/** Client and server sign with this scheme and take no other. */
const clientSchemeCase = (scheme: SignatureScheme): Case => ({
  name: `client-scheme-${scheme.name}`,
  versions: scheme.tls13.length === 0 ? ['1.2'] : both,
  play: async (match) => {
    const keyType = (scheme.tls13[0] ?? scheme.tls12[0]) as TestKeyType;
    const client = { schemes: [scheme], certificate: keyType } as const;
    const server = { schemes: [scheme], clientCertificates: 'require' } as const;
    const meeting = await meet(match, { keyType, client, server });
    const both = { peerScheme: scheme.name };
    expectMeeting(match, meeting, { both, server: { peerName: clientName } });
  },
});

/** One case for every scheme that a client's certificate may be proved with. */
export const clientSchemeCases: readonly Case[] = Object.values(schemes).map(clientSchemeCase);

/** One case for every suite, group and signature scheme that we have. */
export const algorithmCases: readonly Case[] = [
  ...Object.values(suites).map(suiteCase),
  ...Object.values(groups).map(groupCase),
  ...Object.values(schemes).map(schemeCase),
];
