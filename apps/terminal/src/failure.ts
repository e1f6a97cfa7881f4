import {
  isCertificateRejected,
  isConnectionFailed,
  isPeerAlert,
  isTlsViolation,
  type Role,
} from '@tlsmith/types';
import { explainViolation } from '@tlsmith/types/explain';
import { describeReport, explainRejection, type RejectionCode, reportOf } from '@tlsmith/x509';

/** Why a connection failed, in words. */
export interface Failure {
  /** Stable name of the reason. */
  readonly code: string;
  readonly sentence: string;
  /** The rule that was broken. */
  readonly section?: string;
  /** The fatal alert that ended the connection. */
  readonly alert?: { readonly direction: 'read' | 'write'; readonly description: string };
  /** For refused certificates: what was looked at. */
  readonly checks?: readonly string[];
  /** What exactly was found; plain data, never secrets. */
  readonly facts?: string;
}

/** Puts an error into words for whoever runs that end of the connection. */
export function describeFailure(error: Error, end: Role): Failure {
  if (isTlsViolation(error)) {
    const { code, alert, facts } = error;
    const text = explainViolation(code);
    return {
      code,
      sentence: text?.sentence ?? error.message,
      ...(text === undefined ? {} : { section: text.section }),
      alert: { direction: 'write', description: alert },
      facts: printed(facts),
    };
  }
  if (isCertificateRejected(error)) {
    const { report: _report, ...facts } = error.facts;
    const { browser, sentence, section } = explainRejection(error.code as RejectionCode, facts);
    return {
      code: error.code,
      // What a browser says is said of servers.
      sentence: end === 'client' ? `${browser} ${sentence}` : sentence,
      section,
      alert: { direction: 'write', description: error.alert },
      checks: describeReport(reportOf(error)),
      facts: printed(facts),
    };
  }
  if (isPeerAlert(error)) {
    const peer = end === 'client' ? 'peer' : 'client';
    const sentence = `The ${peer} ended the connection with the alert ${error.alert}.`;
    return { code: error.code, sentence, alert: { direction: 'read', description: error.alert } };
  }
  if (isConnectionFailed(error)) return { code: error.code, sentence: causeOf(error) };
  return { code: (error as NodeJS.ErrnoException).code ?? error.name, sentence: error.message };
}

function causeOf({ message, cause }: Error): string {
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}

/** Facts on one line. Byte strings are left to those who debug. */
function printed(facts: Readonly<Record<string, unknown>>): string {
  return Object.entries(facts)
    .filter(([, value]) => !ArrayBuffer.isView(value))
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
    .join(', ');
}
