import { node } from '@tlsmith/crypto/node';
import { compute, isTlsMisuse, toHex } from '@tlsmith/types';
import { type ChainExplanation, explain, inspectCertificate } from '@tlsmith/x509';
import { byteLines } from './bytes.ts';
import { readFlags, type Settings, UsageError, usage } from './flags.ts';
import { requestOf } from './input.ts';
import { treeLines } from './tree.ts';

/** What a run has to say, and its exit status: 0 verified, 1 refused, 2 the command line or a file is wrong. */
export interface Outcome {
  readonly status: 0 | 1 | 2;
  readonly output: readonly string[];
  readonly errors: readonly string[];
}

/** Runs the program but for its streams. */
export function run(args: readonly string[], now: number): Outcome {
  try {
    const settings = readFlags(args, now);
    return settings === 'help' ? { status: 0, output: [usage], errors: [] } : verified(settings);
  } catch (error) {
    if (!(error instanceof UsageError) && !isTlsMisuse(error)) throw error;
    return { status: 2, output: [], errors: [error.message, '(--help shows what there is)'] };
  }
}

function verified(settings: Settings): Outcome {
  const request = requestOf(settings);
  const explanation = compute(node, explain(request));
  const dumps = settings.show.bytes ? request.chain.map(byteLines) : [];
  return {
    status: explanation.verified === undefined ? 1 : 0,
    output: settings.show.json
      ? [json(explanation, settings.show.bytes ? request.chain : [])]
      : [...treeLines(explanation), ...dumps.flatMap((lines) => ['', ...lines])],
    errors: [],
  };
}

function json({ verified: chain, ...explanation }: ChainExplanation, shown: readonly Uint8Array[]): string {
  const result = {
    verified: chain !== undefined,
    policies: chain?.policies ?? [],
    ...explanation,
    ...(shown.length === 0 ? {} : { certificates: shown.map(spanOf) }),
  };
  return JSON.stringify(
    result,
    (_, value: unknown) => (value instanceof Uint8Array ? toHex(value) : value),
    2,
  );
}

function spanOf(der: Uint8Array): unknown {
  try {
    return { bytes: der, span: inspectCertificate(der).span };
  } catch {
    return { bytes: der };
  }
}
