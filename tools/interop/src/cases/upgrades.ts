import { smtpRelay } from '../bench/smtp.ts';
import { expectThat } from '../check.ts';
import { both, type Case, expectMeeting, meet } from '../match.ts';

/** SMTP first (RFC 3207). A server of the peer's gets a relay before it that speaks SMTP; our client does so itself. */
export const starttls: Case = {
  name: 'starttls-smtp',
  versions: both,
  play: async (match) => {
    const between = match.pairing.role === 'client' ? { between: smtpRelay } : {};
    const occasion = { client: { starttls: true }, server: { starttls: true }, ...between } as const;
    expectMeeting(match, await meet(match, occasion));
  },
};

/** Both sides derive the same keying material (RFC 5705, RFC 9846 §7.5). */
export const exporter: Case = {
  name: 'exporter',
  versions: both,
  play: async (match) => {
    const side = { exporter: true } as const;
    const meeting = await meet(match, { client: side, server: side });
    expectMeeting(match, meeting);
    const told = [...meeting.client, ...meeting.server].every(({ exported }) => exported?.length === 64);
    expectThat(told, 'a side exported nothing');
  },
};
