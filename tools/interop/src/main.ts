import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Workshop } from './bench/bench.ts';
import { makeContent } from './bench/content.ts';
import { insideNamespace, namespaceRefusal } from './bench/namespace.ts';
import { makePki } from './bench/pki.ts';
import type { Cell } from './cell.ts';
import { begins, chosen, type Flags, parseFlags, usage } from './flags.ts';
import { installNewerNodes } from './node/runtimes.ts';
import { type Entry, entries } from './peers.ts';
import { plansOf, playCell } from './run.ts';
import { renderJson, renderTable, succeeded, summary } from './table.ts';

const bulkLength = 64 * 1024 * 1024;

/** Plays the matrix and prints it peer by peer; the exit status tells whether it is as it should be. */
async function main(args: readonly string[]): Promise<number> {
  const flags = parseFlags(args);
  if (flags.help) {
    console.log(usage);
    return 0;
  }
  // Inside there is no network to install from.
  const wanted = entries.filter(({ pairing }) => begins(pairing.peer, flags.only));
  if (wanted.some(({ pairing }) => /^node \d/.test(pairing.peer))) installNewerNodes();
  const elsewhere = insideNamespace();
  if (elsewhere !== undefined) return elsewhere;
  const refusal = namespaceRefusal();
  if (refusal !== undefined) console.log(`${refusal}; servers that listen everywhere are left out`);
  const folder = mkdtempSync(join(tmpdir(), 'tlsmith-interop-'));
  try {
    const content = makeContent(folder, bulkLength);
    const workshop = { folder, pki: makePki(folder), content, interrupted: interruption() };
    const cells: Cell[] = [];
    for (const entry of entries) cells.push(...(await playEntry(entry, workshop, flags)));
    if (flags.json !== undefined) writeFileSync(flags.json, renderJson(cells));
    console.log(`\n${cells.length === 0 ? `no such cell\n${usage}` : summary(cells)}`);
    return succeeded(cells, flags.requireAll) ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Somebody's Ctrl-C or an impatient CI ends the run after the cell at hand has been cleared up. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort());
  return controller.signal;
}

async function playEntry(entry: Entry, workshop: Workshop, flags: Flags): Promise<readonly Cell[]> {
  const cells: Cell[] = [];
  const plans = plansOf(entry).filter((one) => chosen(flags, one));
  if (plans.length > 0) prepare(entry, workshop);
  for (const plan of plans) {
    const { cell, notes } = await playCell(plan, workshop);
    cells.push(cell);
    if (flags.verbose)
      console.log(`\n## ${cell.peer} ${cell.case} ${cell.version}: ${cell.result}\n${notes.join('\n')}`);
  }
  if (cells.length === 0) return cells;
  const { peer, role } = entry.pairing;
  console.log(`\n${peer} (${entry.version() ?? 'not installed'}), we are the ${role}`);
  console.log(renderTable('case', cells));
  return cells;
}

function prepare(entry: Entry, workshop: Workshop): void {
  try {
    entry.prepare?.(workshop);
  } catch {
    // The cells try again, and say what is wrong.
  }
}

process.exitCode = await main(process.argv.slice(2));
