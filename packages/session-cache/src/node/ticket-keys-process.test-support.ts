import { node } from '@tlsmith/crypto/node';
import { fromHex, noBytes, toHex, utf8 } from '@tlsmith/types';
import { fleetTicketKeys } from '../key-ring-fleet.ts';
import { followKeyRing, keyRingFile } from './ticket-keys-ring.ts';

/** What a process of the tests is asked: to seal, or whether it opens what another sealed. */
export type Question = { readonly seal: true } | { readonly open: string };

const [path, rotateEvery, introduction, lifetime] = process.argv.slice(2);

// A process that follows the ring of a file and answers its parent.
if (path !== undefined && process.send !== undefined) {
  const keys = fleetTicketKeys({
    aead: node.aeads['aes-256-gcm'],
    random: node.random,
    source: keyRingFile(path),
    rotateEvery: Number(rotateEvery),
    introduction: Number(introduction),
    lifetime: Number(lifetime),
  });
  followKeyRing(keys, 50);
  process.on('message', (question: Question) => {
    const now = Date.now();
    if ('seal' in question) {
      const sealed = keys.protect(utf8('x'), noBytes, now);
      process.send?.(sealed === undefined ? 'none' : toHex(sealed));
    } else process.send?.(keys.unprotect(fromHex(question.open), noBytes, now) !== undefined);
  });
  process.send('ready');
}
