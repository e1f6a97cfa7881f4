import { suites } from '@tlsmith/types';
import { hidingTls13 } from '../bench/tamper.ts';
import { expectThat } from '../check.ts';
import { type Case, both, expectMeeting, expectRefusal, meet } from '../match.ts';

const certificateMissing: Case = {
  name: 'client-certificate-missing',
  versions: both,
  play: async (match) => {
    const meeting = await meet(match, { server: { clientCertificates: 'require' } });
    // nginx completes the handshake and refuses by HTTP.
    if (match.pairing.peer === 'nginx') {
      const { received = '' } = meeting.client[0] ?? {};
      return expectThat(/^400 .*No required SSL certificate/s.test(received), `nginx answered ${received}`);
    }
    const of12 = match.pairing.alerts?.['client-certificate-missing'] ?? 'handshake_failure';
    const alert = match.version === '1.3' ? 'certificate_required' : of12;
    const error = match.version === '1.3' ? 'certificate-required' : 'certificate-required-tls12';
    expectRefusal(match, meeting, {
      client: { alert },
      ours: { error: match.pairing.role === 'server' ? error : 'peer-alert', alert },
    });
  },
};

/** The client knows another authority than the server's. */
const unknownAuthority: Case = {
  name: 'unknown-ca',
  versions: both,
  play: async (match) => {
    const meeting = await meet(match, { client: { trust: 'stranger' } });
    const { role, peer, alerts } = match.pairing;
    // node:tls looks at the certificate when the handshake is over, and then just leaves.
    if (role === 'server' && peer.startsWith('node')) {
      return expectRefusal(match, meeting, { ours: { error: 'truncated' } });
    }
    const ours = match.pairing.sendsRoot === true ? 'self-signed' : 'unknown-issuer';
    const [error, alert] =
      role === 'server' ? ['peer-alert', alerts?.['unknown-ca'] ?? 'unknown_ca'] : [ours, 'unknown_ca'];
    expectRefusal(match, meeting, { server: { alert }, ours: { error, alert } });
  },
};

const noCommonProtocol: Case = {
  name: 'alpn-no-overlap',
  versions: both,
  play: async (match) => {
    const meeting = await meet(match, { client: { alpn: ['nothing'] }, server: { alpn: ['other'] } });
    if (match.pairing.goesOnWithoutProtocol === true) return expectMeeting(match, meeting);
    const error = match.pairing.role === 'server' ? 'no-common-application-protocol' : 'peer-alert';
    const alert = 'no_application_protocol';
    expectRefusal(match, meeting, { client: { alert }, ours: { error, alert } });
  },
};

/**
 * The peer has nothing newer than the version below ours. Our client offers TLS 1.3 as well: a server that does not find
 * its version in supported_versions says so, while one that is offered TLS 1.2 alone misses a suite first.
 */
const tooOld: Case = {
  name: 'version-too-old',
  versions: both,
  play: async (match) => {
    const { version, pairing } = match;
    const older = { versions: [version === '1.3' ? '1.2' : '1.1'] } as const;
    const newer = { versions: version === '1.3' ? [version] : both };
    const server = pairing.role === 'server';
    const meeting = await meet(
      match,
      server ? { client: older, server: newer } : { client: newer, server: older },
    );
    const error = server ? 'no-common-version' : 'peer-alert';
    const alert = pairing.alerts?.['version-too-old'] ?? 'protocol_version';
    expectRefusal(match, meeting, { client: { alert }, ours: { error, alert } });
  },
};

/** Without RSA key exchange by name there is no suite in common. */
const noRsaKeyExchange: Case = {
  name: 'rsa-key-exchange-not-by-default',
  versions: ['1.2'],
  play: async (match) => {
    const only = { suites: [suites.TLS_RSA_WITH_AES_128_GCM_SHA256] };
    const server = match.pairing.role === 'server';
    const meeting = await meet(match, { keyType: 'rsa', ...(server ? { client: only } : { server: only }) });
    expectRefusal(match, meeting, {
      client: { alert: 'handshake_failure' },
      ours: { error: server ? 'no-common-cipher-suite' : 'peer-alert', alert: 'handshake_failure' },
    });
  },
};

/** The last bytes of the server's random give the attacker away (RFC 9846 §4.2.3). */
const downgrade: Case = {
  name: 'downgrade-noticed',
  versions: ['1.3'],
  play: async (match) => {
    const side = { versions: both };
    const meeting = await meet(match, { client: side, server: side, between: hidingTls13 });
    const error = match.pairing.role === 'server' ? 'peer-alert' : 'downgrade-sentinel';
    expectRefusal(match, meeting, {
      server: { alert: 'illegal_parameter' },
      ours: { error, alert: 'illegal_parameter' },
    });
  },
};

/** The refusals that every peer plays. */
export const refusalCases: readonly Case[] = [
  certificateMissing,
  unknownAuthority,
  noCommonProtocol,
  tooOld,
  noRsaKeyExchange,
  downgrade,
];

/** A client that says it has already tried TLS 1.3, to a server that knows it (RFC 7507 §3). */
export const fallback: Case = {
  name: 'fallback-scsv',
  versions: ['1.2'],
  play: async (match) => {
    const meeting = await meet(match, { client: { fallback: true }, server: { versions: both } });
    const alert = 'inappropriate_fallback';
    expectRefusal(match, meeting, { client: { alert }, ours: { error: 'inappropriate-fallback', alert } });
  },
};
