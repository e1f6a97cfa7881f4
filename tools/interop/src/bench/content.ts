import { createCipheriv, createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What is sent in bulk: bytes that no compression or repetition makes easy, and their checksum. */
export interface Content {
  readonly path: string;
  /** The file's name in the run's folder. */
  readonly name: string;
  readonly length: number;
  /** SHA-256, hexadecimal. */
  readonly digest: string;
}

/** Writes a keystream of so many bytes into a folder, the same in every run. */
export function makeContent(folder: string, length: number): Content {
  const bytes = createCipheriv('aes-128-ctr', Buffer.alloc(16, 'key'), Buffer.alloc(16)).update(
    Buffer.alloc(length),
  );
  const name = 'content.bin';
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return { path, name, length, digest: createHash('sha256').update(bytes).digest('hex') };
}
