import { nameOf, type Outcome } from './series.ts';

/** Whether every handshake came about, and every one of them with a secret and a signature that were counted. */
export function goodOutcome({ done, failures, secrets, signatures }: Outcome, count: number): boolean {
  return done === count && failures.length === 0 && secrets === count && signatures === count;
}

export const tableHead: string = [
  'we are, TLS, group, signature   handshakes  failed  secrets with a   signatures with a',
  '                                                    zero byte first  leading zero byte',
].join('\n');

/** One line, and the first few failures below it. */
export function renderOutcome(outcome: Outcome, count: number): string {
  const { done, failures, zeroSecrets, zeroSignatures } = outcome;
  const numbers = [
    String(done).padStart(10),
    String(count - done).padStart(6),
    String(zeroSecrets).padStart(15),
    String(zeroSignatures).padStart(17),
  ];
  const complaints = failures.slice(0, shown).map((failure) => `  ! ${failure}`);
  if (failures.length > shown) complaints.push(`  ! and ${failures.length - shown} more`);
  if (complaints.length === 0 && !goodOutcome(outcome, count)) {
    complaints.push(`  ! ${outcome.secrets} secrets and ${outcome.signatures} signatures were counted`);
  }
  return [`${nameOf(outcome).padEnd(30)}  ${numbers.join('  ')}`, ...complaints].join('\n');
}

/** What all series come to. */
export function renderTotal(outcomes: readonly Outcome[], seconds: number): string {
  const sum = (of: (outcome: Outcome) => number): string =>
    outcomes.reduce((total, outcome) => total + of(outcome), 0).toLocaleString('en');
  return [
    '',
    `${sum(({ done }) => done)} handshakes done, ${sum(({ failures }) => failures.length)} failures, ${outcomes.length} series, ${seconds.toFixed(0)} s`,
    `${sum((one) => one.zeroSecrets)} of ${sum((one) => one.secrets)} secrets began with a zero byte (the (EC)DH result as our side got it, in full length)`,
    `${sum((one) => one.zeroSignatures)} of ${sum((one) => one.signatures)} signatures had a leading zero byte (RSA: the first byte; ECDSA: r or s shorter than the curve's order)`,
  ].join('\n');
}

/** The outcomes as `--json` writes them. */
export const renderJson = (outcomes: readonly Outcome[], count: number): string =>
  `${JSON.stringify(
    outcomes.map((outcome) => ({
      ...outcome,
      wanted: count,
      result: goodOutcome(outcome, count) ? 'pass' : 'fail',
    })),
    null,
    2,
  )}\n`;

const shown = 5;
