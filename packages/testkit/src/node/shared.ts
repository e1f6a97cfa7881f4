import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A file of published conformance data, which lies beside the checkout; undefined where it does not. */
export function sharedFile(path: string): string | undefined {
  const file = fileURLToPath(new URL(path, folder));
  return existsSync(file) ? file : undefined;
}

/** What to print where {@link sharedFile} finds nothing. */
export function absence(what: string, path: string): string {
  return `left out: ${what}, since ${fileURLToPath(new URL(path, folder))} is absent`;
}

const folder = new URL('../../../../../shared/conformance/', import.meta.url);
