import { type Case, both, expectMeeting, meet } from '../match.ts';

/** The content goes from client to server, and its checksum is right there. */
const upload: Case = {
  name: '64-mib-upload',
  versions: both,
  play: async (match) => {
    const { digest } = match.bench.workshop.content;
    // By HTTP the server says the digest back; in plain lines it says nothing.
    const http =
      match.pairing[match.pairing.role === 'client' ? 'server' : 'client'].speech('upload') === 'http';
    const meeting = await meet(match, { talk: 'upload' });
    expectMeeting(match, meeting, { client: { received: http ? digest : '' }, server: { received: digest } });
  },
};

const download: Case = {
  name: '64-mib-download',
  versions: both,
  play: async (match) => {
    const { digest } = match.bench.workshop.content;
    const meeting = await meet(match, { talk: 'download' });
    const [served] = meeting.server;
    expectMeeting(match, meeting, { client: { received: digest }, server: { received: served?.received } });
  },
};

export const bulkCases: readonly Case[] = [upload, download];
