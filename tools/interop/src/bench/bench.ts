import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { Content } from './content.ts';
import type { Pki } from './pki.ts';

/** What every cell of a run shares. */
export interface Workshop {
  /** A folder that is removed after the run. */
  readonly folder: string;
  readonly pki: Pki;
  readonly content: Content;
  /** Aborted when the run is to end early. */
  readonly interrupted: AbortSignal;
}

/** What one cell works with; everything that it starts is stopped when the cell ends, however it ends. */
export class Bench {
  readonly workshop: Workshop;
  readonly #undoing: (() => unknown)[] = [];
  readonly #notes: string[] = [];

  constructor(workshop: Workshop) {
    this.workshop = workshop;
  }

  /** What the programs of this cell did and printed, for `--verbose`. */
  get notes(): readonly string[] {
    return this.#notes;
  }

  note(text: string): void {
    this.#notes.push(text);
  }

  /** A path in the run's folder that nobody else has. */
  path(name: string): string {
    return join(mkdtempSync(join(this.workshop.folder, 'cell-')), name);
  }

  /** Has something undone at the cell's end, the last first. */
  defer(undo: () => unknown): void {
    this.#undoing.push(undo);
  }

  async close(): Promise<void> {
    for (const undo of this.#undoing.reverse()) await undo();
  }
}
