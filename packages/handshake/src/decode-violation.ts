import { type DecodeError, type TlsViolation, violation, violations } from '@tlsmith/types';

/** The violation that bytes of the wrong shape are (RFC 9846 §6.2: decode_error; §4.3: illegal_parameter). */
export function decodeViolation(error: DecodeError): TlsViolation {
  return violation(rows[error.kind], { at: error.at, path: error.path, expected: error.expected });
}

const rows = {
  malformed: violations.malformedMessage,
  'duplicate-extension': violations.duplicateExtension,
  'forbidden-extension': violations.forbiddenExtension,
} as const;
