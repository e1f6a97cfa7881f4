// Records handshakes of other TLS implementations as packages/testkit/src/data/captures/*.json.
// Usage: tsx main.ts <directory> [part ...], where a part is openssl, gnutls, nginx, node, go or chromium.
// Best run where the loopback interface is the only one (`unshare -n`): gnutls-serv listens on all interfaces.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordChromium } from './chromium.ts';
import { recordGnutls } from './gnutls.ts';
import { recordGo } from './go.ts';
import { recordNginx } from './nginx.ts';
import { recordNode } from './node-tls.ts';
import { recordOpenssl } from './openssl.ts';
import { makePki } from './pki.ts';
import { type Studio, saveTo } from './recording.ts';

const parts: Readonly<Record<string, (studio: Studio) => Promise<void>>> = {
  openssl: recordOpenssl,
  node: recordNode,
  go: recordGo,
  nginx: recordNginx,
  gnutls: recordGnutls,
  chromium: recordChromium,
};

const [directory, ...wanted] = process.argv.slice(2);
if (directory === undefined) throw new Error('usage: main.ts <directory> [part ...]');
const scratch = mkdtempSync(join(tmpdir(), 'captures-'));
try {
  const studio: Studio = {
    pki: makePki(scratch),
    scratch,
    save: (recording) => saveTo(directory, recording),
  };
  for (const [name, record] of Object.entries(parts)) {
    if (wanted.length === 0 || wanted.includes(name)) await record(studio);
  }
} finally {
  rmSync(scratch, { recursive: true });
}
