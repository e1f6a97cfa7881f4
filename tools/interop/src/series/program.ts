import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePki } from '../bench/pki.ts';
import type { Task } from './crew.ts';
import { playSeries } from './play.ts';

// One process of the crew: plays what it is told to, one series after the other.
const folder = mkdtempSync(join(tmpdir(), 'tlsmith-series-'));
const pki = makePki(folder);
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
process.on('SIGTERM', () => process.exit());
process.on('disconnect', () => process.exit());
process.on('message', ({ series, count }: Task) => {
  void playSeries(series, count, pki).then((outcome) => process.send?.(outcome));
});
