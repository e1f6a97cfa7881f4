import { expectThat } from '../check.ts';
import { both, type Case, expectMeeting, meet, type Occasion } from '../match.ts';

/** A page with a picture: Chromium opens a connection or two at once, and a later one resumes. */
const resumption = (
  name: string,
  versions: Case['versions'],
  server: NonNullable<Occasion['server']>,
): Case => ({
  name,
  versions,
  play: async (match) => {
    const meeting = await meet(match, { client: { visits: 2 }, server });
    expectMeeting(match, meeting);
    const [here, there] = [meeting.server, meeting.client].map(
      (results) => results.filter(({ resumed }) => resumed === true).length,
    ) as [number, number];
    expectThat(here > 0 && here === there, `we resumed ${here} connections, Chromium ${there}`);
  },
});

export const chromiumResumptions: readonly Case[] = [
  resumption('browser-resumes-ticket', both, {}),
  resumption('browser-resumes-session-id', ['1.2'], { resumption: 'session-ids' }),
];
