import { type Case, both, expectMeeting, expectTold, meet } from '../match.ts';
import { clientName } from '../bench/pki.ts';
import { expectThat } from '../check.ts';
import type { Meeting, Match } from '../match.ts';

/** The second connection resumes the session of the first, and both sides say so. */
const byTicket: Case = {
  name: 'resumed-ticket',
  versions: both,
  play: async (match) => expectResumption(match, await meet(match, { client: { visits: 2 } }), true),
};

/** TLS 1.3 has no session IDs: its tickets may name a stored session, but nobody can see that. */
const bySessionId: Case = {
  name: 'resumed-session-id',
  versions: ['1.2'],
  play: async (match) => {
    const occasion = { client: { visits: 2 }, server: { resumption: 'session-ids' } } as const;
    expectResumption(match, await meet(match, occasion), false);
  },
};

/** What the client proved in the first connection still holds in the second. */
const withClientCertificate: Case = {
  name: 'resumed-client-certificate',
  versions: both,
  play: async (match) => {
    const client = { certificate: 'p256', visits: 2 } as const;
    const meeting = await meet(match, { client, server: { clientCertificates: 'require' } });
    expectResumption(match, meeting);
    const names = meeting.server.map(({ peerName }) => peerName);
    // Some peers do not tell the certificate of a session that goes on; ours does.
    const told = match.pairing.role === 'server' ? names : names.filter((name) => name !== undefined);
    const known = names[0] !== undefined && told.every((name) => name === clientName);
    expectThat(known, `the server knows the client as ${names.join(', ')}`);
  },
};

function expectResumption(match: Match, meeting: Meeting, ticketed?: boolean): void {
  expectMeeting(match, meeting, { ours: { ticketed } });
  expectTold(meeting, 1, 'resumed');
  expectMeeting(match, meeting, { both: { resumed: true } }, 1);
  if (match.version === '1.2') return;
  // Only psk_dhe_ke keeps forward secrecy (RFC 9846 §4.3.9).
  const { group } = meeting[match.pairing.role][1] ?? {};
  expectThat(group !== undefined, 'resumed without a key exchange');
}

export const resumptionCases: readonly Case[] = [byTicket, bySessionId, withClientCertificate];
