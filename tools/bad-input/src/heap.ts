import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString, writeHeapSnapshot } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes of what is reachable in the heap, garbage apart. */
export interface HeapParts {
  /** What a program holds: objects, arrays, strings, closures, buffers. */
  readonly data: number;
  /** What V8 holds about the program: code it has compiled and thrown away, feedback, shapes of objects. */
  readonly code: number;
}

/** Frees what is garbage. */
export function collect(): void {
  garbageCollector();
}

/**
 * Takes the heap apart. V8 goes on compiling, and keeps notes of what it has thrown away, for as long as rare paths of
 * the program are taken for the first time: the size of the whole heap does not tell whether the program retains anything.
 */
export function heapParts(): HeapParts {
  const path = writeHeapSnapshot(join(tmpdir(), `tlsmith-${process.pid}.heapsnapshot`));
  try {
    return parts(JSON.parse(readFileSync(path, 'utf8')) as Snapshot);
  } finally {
    rmSync(path);
  }
}

interface Snapshot {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: readonly string[];
      readonly node_types: readonly [readonly string[], ...unknown[]];
    };
  };
  /** Of each node as many numbers as there are fields. */
  readonly nodes: readonly number[];
}

function parts({ snapshot, nodes }: Snapshot): HeapParts {
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [type, size] = [fields.indexOf('type'), fields.indexOf('self_size')];
  let [data, code] = [0, 0];
  for (let at = 0; at < nodes.length; at += fields.length) {
    const bytes = nodes[at + size] as number;
    if (ofTheEngine.has(types[0][nodes[at + type] as number] as string)) code += bytes;
    else data += bytes;
  }
  return { data, code };
}

const ofTheEngine: ReadonlySet<string> = new Set(['code', 'hidden', 'object shape']);

setFlagsFromString('--expose-gc');
const garbageCollector = runInNewContext('gc') as () => void;
